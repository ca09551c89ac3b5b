"""Destruction: what keeps an object alive, and destructors that make work for each other."""

import pytest

from tests.unit.catalog_engine.muranopl.language import Program, package

CLASSES = """
Namespaces: {=: org.example, sys: io.murano.system}
Name: Log
Properties:
  rows: {Contract: [$], Usage: Static, Default: []}
Methods:
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


def test_subscriptions_of_those_who_are_not_there_are_dropped():
    own, _main = make()
    header = {
        "id": "a", "type": "org.example.Thing",
        "dependencies": {"onDestruction": [{"subscriber": "nobody", "handler": "heard"}]},
    }  # fmt: skip
    assert own.load({"?": header}).dependencies is None
