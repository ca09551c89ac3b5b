"""Checks 182 to 191: garbage collection and destruction."""

import pytest

from tests.conformance.muranopl.checking import Raises, check, on_object

SOURCE = """
Name: Log
Properties: {rows: {Contract: [$], Usage: Static, Default: []}}
Methods:
  add:
    Usage: Static
    Arguments: [{x: {Contract: $}}]
    Body:
      - $.rows: $.rows.append($x)
---
Name: Thing
Properties:
  label: {Contract: $.string()}
  parts: {Contract: [$.class(Thing)], Usage: InOut}
  kept: {Contract: $, Usage: Runtime}
Methods:
  .destroy:
    Body:
      - Log.add(format('destroy {0}', $.label))
  handler:
    Arguments: [{obj: {Contract: $.class(Thing)}}]
    Body:
      - Log.add(format('{0} hears of {1}', $.label, $obj.label))
  work: {Body: [{Return: 1}]}
---
Name: Derived
Extends: Thing
Methods:
  .destroy:
    Body:
      - Log.add(format('derived {0}', $.label))
---
Name: Failing
Extends: Thing
Methods:
  .destroy:
    Body:
      - Throw: Bad
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
  run:
    Body:
BODY
      - Return: Log.rows
"""


def ask(text: str):
    import textwrap

    rows = textwrap.indent(textwrap.dedent(text).strip("\n"), "      ").replace("Log.", ":Log.")
    source = SOURCE.replace("BODY", rows).replace("- Log.", "- :Log.").replace(
        "Return: Log.rows", "Return: :Log.rows"
    )  # fmt: skip
    return on_object(source)


COLLECT = "- sys:GC.collect()"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"- $.make(a)\n{COLLECT}", ["destroy a"]),
        (f"- $x: new(Thing, label => a)\n{COLLECT}", []),
        (f"- $x: new(Thing, label => a)\n- $x: null\n{COLLECT}", ["destroy a"]),
        (f"- $.held: new(Thing, label => a)\n{COLLECT}", []),
        (f"- $.hidden: new(Thing, label => a)\n{COLLECT}", []),
        (f"- $.shared: new(Thing, label => a)\n{COLLECT}", []),
        (f"- $.secret: new(Thing, label => a)\n{COLLECT}", []),
        (f"- new(Derived, label => a)\n{COLLECT}", ["derived a", "destroy a"]),
        (f"- new(Failing, label => a)\n{COLLECT}", ["destroy a"]),
        ("- $x: new(Thing, label => a)\n- $y: new(Thing, label => b)\n"
         "- sys:GC.subscribeDestruction($x, $y, handler)\n- sys:GC.subscribeDestruction($x, $y, handler)\n"
         f"- $x: null\n{COLLECT}", ["b hears of a", "destroy a"]),
        ("- $x: new(Thing, label => a)\n- $y: new(Thing, label => b)\n"
         "- sys:GC.subscribeDestruction($x, $y, handler)\n- sys:GC.unsubscribeDestruction($x, $y, handler)\n"
         f"- $x: null\n{COLLECT}", ["destroy a"]),
        ("- $x: new(Thing, label => a)\n- sys:GC.subscribeDestruction($x, $x, nothing)",
         Raises("NoMethodFound")),
    ],
)  # fmt: skip
def test_183_to_191(text, expected):
    check(lambda: ask(text), expected)


def test_183_an_owner_goes_after_what_it_owns():
    text = f"- $a: new(Thing, label => a)\n- new(Thing, $a, label => b)\n- $a: null\n{COLLECT}"
    assert sorted(ask(text)) == ["destroy a", "destroy b"]
    assert ask(text)[0] == "destroy b"


def test_185_186_a_destroyed_object():
    text = f"""
    - $x: new(Thing, label => a)
    - $y: new(Keeper, label => k)
    - sys:GC.subscribeDestruction($x, $y, keep)
    - $x: null
    {COLLECT}
    - :Log.add(sys:GC.isDestroyed($y.kept))
    - :Log.add($y.kept.label)
    - Try:
        - $y.kept.work()
      Catch:
        - As: e
          Do:
            - :Log.add($e.name)
    """
    keeper = """Name: Keeper
Extends: Thing
Methods:
  keep:
    Arguments: [{obj: {Contract: $.class(Thing)}}]
    Body:
      - $.kept: $obj
      - :Log.add(sys:GC.isDestroyed($obj))
---
Name: Main
"""
    import textwrap

    rows = textwrap.indent(textwrap.dedent(text).strip("\n"), "      ")
    source = SOURCE.replace("Name: Main\n", keeper).replace("BODY", rows)
    source = source.replace("- Log.", "- :Log.").replace("Return: Log.rows", "Return: :Log.rows")
    assert on_object(source) == [
        False, "destroy a", True, "a", "murano.dsl.exceptions.ObjectDestroyedError"
    ]  # fmt: skip
