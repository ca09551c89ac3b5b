"""Checks 182 to 191: garbage collection and destruction."""

import json
import textwrap

import pytest

from tests.conformance.muranopl.checking import LOG, Raises, check, deployed, numbered, on_object

SOURCE = (
    LOG
    + """
Name: Thing
Properties:
  label: {Contract: $.string()}
  parts: {Contract: [$.class(Thing)], Usage: InOut}
  peer: {Contract: $.class(Thing), Usage: InOut}
  kept: {Contract: $, Usage: Runtime}
Methods:
  hold:
    Arguments: [{x: {Contract: $}}]
    Body:
      - $.held: $x
  .destroy:
    Body:
      - :Log.add('destroy ' + $.label)
  handler:
    Arguments: [{obj: {Contract: $.class(Thing)}}]
    Body:
      - :Log.add($.label + ' hears of ' + $obj.label)
  failing:
    Arguments: [{obj: {Contract: $.class(Thing)}}]
    Body:
      - :Log.add($.label + ' fails')
      - Throw: Bad
  keep:
    Arguments: [{obj: {Contract: $.class(Thing)}}]
    Body:
      - $.kept: $obj
      - :Log.add(sys:GC.isDestroyed($obj))
      - :Log.add(sys:GC.isDoomed($obj))
  work:
    Body:
      - Return: 1
---
Name: Left
Extends: Thing
Methods:
  .destroy:
    Body:
      - :Log.add('left ' + $.label)
---
Name: Right
Extends: Thing
Methods:
  .destroy:
    Body:
      - :Log.add('right ' + $.label)
      - Throw: Bad
---
Name: Derived
Extends: [Left, Right]
Methods:
  .destroy:
    Body:
      - :Log.add('derived ' + $.label)
      - Throw: Bad
---
Name: Doomed
Extends: Thing
Methods:
  .destroy:
    Body:
      - $parts: $.parts.select(sys:GC.isDoomed($))
      - :Log.add(list($.label, $parts, sys:GC.isDoomed($.find(std:Object))))
  setParts:
    Arguments: [{part: {Contract: $}}]
    Body:
      - $.parts: list($part)
---
Name: Main
Properties:
  held: {Contract: $.class(Thing), Usage: InOut}
  hidden: {Contract: $.class(Thing), Usage: Runtime}
  shared: {Contract: $.class(Thing), Usage: Static}
Methods:
  make:
    Arguments: [{label: {Contract: $.string()}}]
    Body:
      - new(Thing, label => $label)
  collectWith:
    Arguments: [{thing: {Contract: $}}, {more: {Contract: $}}]
    Body:
      - sys:GC.collect()
  hears:
    Arguments: [{obj: {Contract: $.class(Thing)}}]
    Body:
      - :Log.add('main hears of ' + $obj.label)
  run:
    Body:
BODY
      - Return: :Log.rows
"""
)


def ask(text: str):
    """What is logged while a body runs, until it returns."""
    rows = textwrap.indent(textwrap.dedent(text).strip("\n"), "      ")
    return on_object(SOURCE.replace("BODY", rows))


COLLECT = "- sys:GC.collect()"
A, B = "- $a: new(Thing, label => a)\n", "- $b: new(Thing, label => b)\n"


@numbered(
    "text, expected",
    (183, f"- $.make(a)\n{COLLECT}", ["destroy a"]), (183, f"{A}{COLLECT}", []),
    (183, f"{A}- $a: null\n{COLLECT}", ["destroy a"]),
    (183, f"{A}- new(Thing, $a, label => b)\n- $a: null\n{COLLECT}", ["destroy b", "destroy a"]),
    (183, f"{A}- $keep: new(Thing, $a, label => b)\n- $a: null\n{COLLECT}", []),
    (183, f"{A}- $x: [{{k: [null]}}]\n- $x[0].k[0]: $a\n- $a: null\n{COLLECT}", []),
    (183, f"- $.held: new(Thing, label => a)\n{COLLECT}", []),
    (183, f"{A}{B}- $a: null\n{COLLECT}", ["destroy a"]),
    (189, f"- $.hidden: new(Thing, label => a)\n{COLLECT}", []),
    (189, f"- $.shared: new(Thing, label => a)\n{COLLECT}", []),
    (189, f"- $.secret: new(Thing, label => a)\n{COLLECT}", []),
    (189, f"{A}- $a.hold(new(Thing, label => b))\n{COLLECT}", []),
    (189, "- $.collectWith(new(Thing, label => a), [new(Thing)])", []),
    (189, "- $.hidden: new(Thing, label => a)\n- $.hidden: null\n- $.shared: new(Thing, label => b)\n"
          f"- $.shared: null\n{COLLECT}", ["destroy a", "destroy b"]),
    (190, f"- new(Derived, label => a)\n{COLLECT}", ["derived a", "left a", "right a", "destroy a"]),
    (190, f"- new(Right, label => a)\n- new(Thing, label => b)\n{COLLECT}",
     ["right a", "destroy a", "destroy b"]),
    (191, f"{A}{B}- sys:GC.subscribeDestruction($a, $b, handler)\n- sys:GC.subscribeDestruction($a, $b, handler)\n"
          f"- $a: null\n{COLLECT}", ["b hears of a", "destroy a"]),
    (191, f"{A}{B}- sys:GC.subscribeDestruction($a, $b, handler)\n- sys:GC.unsubscribeDestruction($a, $b, handler)\n"
          f"- $a: null\n{COLLECT}", ["destroy a"]),
    (191, f"{A}{B}- sys:GC.subscribeDestruction($a, $b)\n- $a: null\n{COLLECT}", ["destroy a"]),
    (191, f"{A}{B}- sys:GC.subscribeDestruction($a, $b, failing)\n- $a: null\n{COLLECT}",
     ["b fails", "destroy a"]),
    (191, f"{A}- sys:GC.subscribeDestruction($a, $a, nothing)",
     Raises("NoMethodFound", 'Method "nothing" is not found')),
)  # fmt: skip
def test_183_to_191(text, expected):
    check(lambda: ask(text), expected)


def thing(label, kind="Thing", **more):
    return {"?": {"type": f"org.example.{kind}", "id": label}, "label": label, **more}


DELETED = """
Name: Thing
Properties:
  label: {Contract: $.string()}
  parts: {Contract: [$.class(Thing).owned()], Usage: InOut}
  peer: {Contract: $.class(Thing), Usage: InOut}
Methods:
  .destroy:
    Body:
      - $l: logger(checks)
      - $l.info($.label)
"""


def test_182_a_model_that_is_deleted(caplog):
    inner = thing("inner", peer="root")
    model = thing("root", peer="b", parts=[
        thing("a", peer="b", parts=[inner]), thing("b", peer="a")
    ])  # fmt: skip
    with caplog.at_level("INFO", "applications.checks"):
        result = deployed(DELETED, None, copy=model)
    assert result["outcome"] == "succeeded"
    assert (result["model"]["Objects"], result["model"]["ObjectsCopy"]) == (None, None)
    order = [row.getMessage() for row in caplog.records if row.name == "applications.checks"]
    assert sorted(order) == ["a", "b", "inner", "root"]
    assert order[-1] == "root"
    assert order.index("inner") < order.index("a")


def test_184_the_order_of_notices_and_destructors():
    text = f"""
    - $a: new(Thing, label => A)
    - $b: new(Thing, $a, label => B)
    - sys:GC.subscribeDestruction($a, $, hears)
    - sys:GC.subscribeDestruction($b, $, hears)
    - sys:GC.subscribeDestruction($b, $a, handler)
    - $b: null
    - $a: null
    {COLLECT}
    """
    assert ask(text) == [
        "main hears of A", "main hears of B", "A hears of B", "destroy B", "destroy A"
    ]  # fmt: skip


def test_185_186_a_destroyed_object():
    text = f"""
    - $x: new(Thing, label => a)
    - $y: new(Thing, label => k)
    - :Log.add(sys:GC.isDestroyed($x))
    - sys:GC.subscribeDestruction($x, $y, keep)
    - $x: null
    {COLLECT}
    - :Log.add(sys:GC.isDestroyed($y.kept))
    - :Log.add($y.kept.label)
    - Try:
        - $y.kept.work()
      Catch:
        - With: murano.dsl.exceptions.ObjectDestroyedError
          As: e
          Do:
            - :Log.add($e.message.endsWith(' is already destroyed'))
    """
    assert ask(text) == [False, False, True, "destroy a", True, "a", True]


def test_187_what_is_doomed():
    text = f"""
    - $a: new(Doomed, $, label => A)
    - $b: new(Doomed, $a, label => B)
    - $a.setParts($b)
    - :Log.add(sys:GC.isDoomed($a))
    - $b: null
    - $a: null
    {COLLECT}
    """
    assert ask(text) == [
        False, ["B", [], True], "destroy B", ["A", [True], False], "destroy A"
    ]  # fmt: skip


SUBSCRIBED = """
Name: Thing
Properties: {label: {Contract: $.string()}}
Methods:
  .destroy:
    Body:
      - $l: logger(checks)
      - $l.info('destroy ' + $.label)
---
Name: Main
Properties: {things: {Contract: [$.class(Thing).owned()], Usage: InOut}}
Methods:
  subscribe:
    Scope: Public
    Body:
      - sys:GC.subscribeDestruction($.things.first(), $, hears)
      - sys:GC.subscribeDestruction($.things.first(), $.things.last())
  hears:
    Arguments: [{obj: {Contract: $.class(Thing)}}]
    Body:
      - $l: logger(checks)
      - $l.info('hears of ' + $obj.label)
  drop:
    Scope: Public
    Body:
      - $.things: $.things.skip(1)
      - sys:GC.collect()
"""


@pytest.mark.parametrize("way", ["collected", "removed"])
def test_188_subscriptions_live_on_in_the_model(caplog, way):
    root = {"?": {"type": "org.example.Main", "id": "root"}, "things": [thing("a"), thing("b")]}
    model = deployed(SUBSCRIBED, root, ("root", "subscribe", {}))["model"]
    first, second = model["Objects"]["things"]
    assert first["?"]["dependencies"] == {"onDestruction": [
        {"subscriber": "root", "handler": "hears"}, {"subscriber": "b", "handler": None},
    ]}  # fmt: skip
    assert "dependencies" not in second["?"]
    again = json.loads(json.dumps(model))
    action = ("root", "drop", {})
    if way == "removed":
        again["Objects"]["things"] = again["Objects"]["things"][1:]
        action = None
    with caplog.at_level("INFO", "applications.checks"):
        deployed(SUBSCRIBED, None, action, model=again)
    rows = [row.getMessage() for row in caplog.records if row.name == "applications.checks"]
    assert rows == ["hears of a", "destroy a"]
