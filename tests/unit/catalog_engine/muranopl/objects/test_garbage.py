"""Destruction: what keeps an object alive, and destructors that make work for each other."""

import pytest

from catalog_engine.muranopl.objects.serialisation import Serialiser
from catalog_engine.muranopl.runtime import exceptions
from catalog_engine.muranopl.runtime.limits import Limits
from tests.unit.catalog_engine.muranopl.language import Program, package

CLASSES = """
Namespaces: {=: org.example, sys: io.murano.system}
Name: Log
Properties:
  rows: {Contract: [$], Usage: Static, Default: []}
Methods:
  rows:
    Usage: Static
    Body:
      - Return: $.rows
  add:
    Usage: Static
    Arguments: [{row: {Contract: $}}]
    Body:
      - $.rows: $.rows.append($row)
---
Name: Base
---
Name: Thing
Extends: Base
Properties:
  label: {Contract: $.string()}
  held: {Contract: $, Usage: InOut}
Methods:
  .destroy:
    Body:
      - :Log.add($.label)
  heard:
    Arguments: [{from: {Contract: $}}]
    Body:
      - :Log.add(concat($.label, ' heard'))
  collect:
    Body:
      - sys:GC.collect()
  take:
    Arguments: [{thing: {Contract: $}}]
    Body:
      - $.held: $thing
  hold:
    Arguments: [{label: {Contract: $}}]
    Body:
      - $mine: new(Thing, label => $label)
      - sleep(0)
      - sleep(0)
      - Return: $mine.label
---
Name: Undying
Methods:
  .destroy:
    Body:
      - :Log.add(again)
      - new(Undying)
---
Name: Main
Properties:
  held: {Contract: $, Usage: InOut}
Methods:
  run:
    Body:
BODY
      - Return: :Log.rows
"""


def make(body=""):
    rows = "\n".join(f"      {line}" for line in body.splitlines())
    own = Program(package(CLASSES.replace("BODY", rows)))
    return own, own.load({"?": {"id": "main", "type": "org.example.Main"}})


def log(body):
    own, main = make(body)
    return own.call(main, "run")


COLLECT = "- sys:GC.collect()"


@pytest.mark.parametrize("branches", [("hold(a)", "collect()"), ("collect()", "hold(a)")])
def test_what_another_branch_holds_in_a_variable_is_kept(branches):
    body = (
        "- $holder: new(Thing, label => holder)\n"
        f"- Parallel:\n    - $holder.{branches[0]}\n    - $holder.{branches[1]}\n"
        "- :Log.add(joined)\n" + COLLECT
    )
    assert log(body) == ("joined", "a")


@pytest.mark.parametrize("place", ["$kept", "$.held", "$.hidden"])
@pytest.mark.parametrize(
    "value",
    [
        "new(Thing, label => a)",
        "cast(new(Thing, label => a), Base)",
        "list(list(new(Thing, label => a)))",
        "dict(a => list(new(Thing, label => a)))",
        "dict(list(list(new(Thing, label => a), 1)))",
        "set(new(Thing, label => a))",
    ],
)
def test_what_is_inside_a_value_is_kept_as_long_as_the_value(place, value):
    rows = log(f"- {place}: {value}\n{COLLECT}\n- :Log.add(kept)\n- {place}: null\n{COLLECT}")
    assert rows == ("kept", "a")


def test_a_destructor_that_makes_another_object_each_time_does_not_hold_up_the_run():
    rows = log(f"- new(Undying)\n{COLLECT}")
    assert set(rows) == {"again"}
    assert len(rows) == 100


@pytest.mark.parametrize(
    ("handler", "expected"), [("heard", ("b heard", "a")), ("gone", ("a",)), (None, ("a",))]
)
def test_subscriptions_of_a_model_whose_handler_may_be_gone(handler, expected):
    """A package may have lost the method since the model was written."""
    own, main = make(f"- $.held: null\n{COLLECT}")
    subscription = {"subscriber": "b", "handler": handler}
    b = own.load({"?": {"id": "b", "type": "org.example.Thing"}, "label": "b"})
    header = {
        "id": "a", "type": "org.example.Thing", "dependencies": {"onDestruction": [subscription]},
    }  # fmt: skip
    a = own.load({"?": header, "label": "a"})
    own.rt.garbage.roots.remove(a)
    assert own.call(main, "run") == expected
    assert a.destroyed
    assert not b.destroyed


SUBSCRIBED = """
- $a: new(Thing, label => a)
- $b: new(Thing, label => b)
- sys:GC.subscribeDestruction($a, $b, heard)
"""
DROPPED = f"- $a: null\n{COLLECT}"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("", ("b heard", "a")),
        ("- sys:GC.subscribeDestruction($a, $b, heard)\n", ("b heard", "a")),
        ("- sys:GC.subscribeDestruction($a, cast($b, Base))\n", ("b heard", "a")),
        ("- sys:GC.unsubscribeDestruction($a, $b, heard)\n", ("a",)),
        ("- sys:GC.unsubscribeDestruction($a, $b)\n", ("b heard", "a")),
        ("- $c: new(Thing, $a, label => c)\n- $c: null\n", ("b heard", "c", "a")),
        ("- $a.take($b)\n- $b: null\n", ("b heard", "a", "b")),
        ("- $b.take($a)\n- $b: null\n", ("b heard", "a", "b")),
    ],
)
def test_subscribers_hear_of_it_once_and_go_after_what_they_subscribed_to(more, expected):
    assert log(SUBSCRIBED.strip() + "\n" + more + DROPPED) == expected


def test_a_subscriber_needs_the_method():
    with pytest.raises(exceptions.NoMethodFound, match="nothing"):
        log(SUBSCRIBED.strip().replace("heard", "nothing"))


def test_destructors_that_collect_end_at_the_limit_on_depth():
    classes = CLASSES.replace("- new(Undying)", "- new(Undying)\n      - sys:GC.collect()")
    body = f"- new(Undying)\n{COLLECT}".replace("\n", "\n      ")
    own = Program(package(classes.replace("BODY", f"      {body}")), limits=Limits(depth=30))
    main = own.load({"?": {"id": "main", "type": "org.example.Main"}})
    assert len(own.call(main, "run")) < 100
    assert {type(error) for _obj, error in own.rt.garbage.failed} == {exceptions.DepthLimitExceeded}


def test_the_end_of_a_run_destroys_all_that_is_not_kept():
    own, main = make("- $.held: new(Thing, label => a)\n- $x: new(Base)")
    own.call(main, "run")
    assert own.rt.run(lambda: own.rt.garbage.finish({main: None})) is True
    assert own.call("org.example.Log", "rows") == ("a",)
    assert own.rt.run(lambda: own.rt.garbage.finish({main: None})) is False


def test_subscriptions_are_kept_in_the_model():
    own, main = make(
        "- $.held: new(Thing, $, label => a)\n" + "- sys:GC.subscribeDestruction($.held, $, run)"
    )
    own.call(main, "run")
    model = own.rt.run(lambda: Serialiser(own.rt).model(main))
    assert model["held"]["?"]["dependencies"] == {
        "onDestruction": [{"subscriber": "main", "handler": "run"}]
    }


def test_subscriptions_of_those_who_are_not_there_are_dropped():
    own, _main = make()
    header = {
        "id": "a", "type": "org.example.Thing",
        "dependencies": {"onDestruction": [{"subscriber": "nobody", "handler": "heard"}]},
    }  # fmt: skip
    assert own.load({"?": header}).dependencies is None
