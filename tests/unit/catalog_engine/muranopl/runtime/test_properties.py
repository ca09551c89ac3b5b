"""Who may read and set which property: declared, static, private, of other objects."""

import pytest

from catalog_engine.muranopl.runtime import exceptions
from tests.unit.catalog_engine.muranopl.language import Program, package

CLASSES = """
Namespaces: {=: org.example}
Name: Base
Properties:
  shared: {Contract: $.string(), Usage: InOut}
  input: {Contract: $.int(), Default: 1}
  counter: {Contract: $.int(), Usage: Static, Default: 7}
  unset: {Contract: $.int(), Usage: Runtime}
Methods:
  hide: {Body: [{$.secret: base}]}
  seek: {Body: [{Return: $.secret}]}
---
Name: Thing
Extends: Base
Properties:
  other: {Contract: $.class(Thing), Usage: InOut}
  made: {Contract: $, Usage: Runtime}
Methods:
  evaluate:
    Body:
      - $.other: new(Thing)
STATEMENTS
---
Name: Stranger
Properties:
  thing: {Contract: $.class(Thing), Usage: InOut}
Methods:
  evaluate:
    Body:
      - $.thing: new(Thing)
STATEMENTS
---
Name: Eager
Properties:
  input: {Contract: $.int(), Default: 1}
Methods:
  .init:
    Body: [$.set()]
  set: {Body: [{$.input: 9}]}
"""


def value(statements, name="Thing"):
    rows = "\n".join(f"      {line}" for line in statements.splitlines())
    own = Program(package(CLASSES.replace("STATEMENTS", rows)))
    return own.call(own.load({"?": {"type": f"org.example.{name}", "id": "t"}}), "evaluate")


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ("- $.shared: 5\n- Return: $.shared", "5"),
        ("- $.other.shared: 5\n- Return: $.other.shared", "5"),
        ("- $.other.other: $\n- $.other.other.shared: 6\n- Return: $.shared", "6"),
        ("- $.counter: '8'\n- Return: list($.counter, :Thing.counter, :Base.counter)", (8, 8, 8)),
        ("- :Thing.counter: 9\n- Return: $.other.counter", 9),
        ("- :Base.counter: 10\n- Return: $.counter", 10),
        ("- $.private: 5\n- Return: $.private", 5),
        ("- $.hide()\n- $.secret: thing\n- Return: [$.secret, $.seek()]", ("thing", "base")),
        ("- $.made.a.b: 5\n- Return: $.made", {"a": {"b": 5}}),
        ("- $.other.made.a: 5\n- Return: $.other.made", {"a": 5}),
        ("- Return: list($.other).shared", (None,)),
        ("- Return: list($, $.other).select($.input)", (1, 1)),
        ("- Return: list($, $.other).input", (1, 1)),
        ("- Return: typeinfo($).name", "org.example.Thing"),
        ("- Return: list(null is Thing, $ is Base, cast($, Base) is Thing)", (False, True, False)),
    ],
)
def test_what_a_class_reads_and_sets(statements, expected):
    assert value(statements) == expected


@pytest.mark.parametrize(
    ("statements", "error", "text"),
    [
        ("- $.input: 5", exceptions.NoWriteAccessError, '"input" is immutable'),
        ("- $.other.input: 5", exceptions.NoWriteAccessError, '"input" is immutable'),
        ("- Return: $.unset", exceptions.UninitializedPropertyAccessError, '"unset" in class'),
        ("- Return: $.never", exceptions.UninitializedPropertyAccessError, '"never" in class'),
        ("- $.hide()\n- Return: $.secret", exceptions.UninitializedPropertyAccessError, "secret"),
        ("- Return: :Thing.input", exceptions.NoPropertyFound, "input"),
        ("- :Thing.input: 5", exceptions.NoPropertyFound, "input"),
        ("- :Thing.nothing: 5", exceptions.NoPropertyFound, "nothing"),
        ("- :Thing.counter: text", exceptions.ContractViolationException, "counter"),
        ("- $.counter: text", exceptions.ContractViolationException, "counter"),
        ("- Return: (5).input", exceptions.NoFunctionRegisteredException, "#property#input"),
        ("- Return: (5) is Thing", exceptions.NoMatchingFunctionException, "#operator_is"),
    ],
)
def test_what_a_class_may_not(statements, error, text):
    with pytest.raises(error, match=text):
        value(statements)


@pytest.mark.parametrize(
    ("statements", "error", "text"),
    [
        ("- $.thing.shared: 5", exceptions.NoWriteAccessError, '"shared" is immutable'),
        ("- $.thing.input: 5", exceptions.NoWriteAccessError, '"input" is immutable'),
        ("- $.thing.shred: 5", exceptions.PropertyWriteError, "cannot be written; did you mean"),
        ("- Return: $.thing.shred", exceptions.PropertyReadError, "cannot be read; did you mean"),
        ("- $.thing.hide()\n- Return: $.thing.secret", exceptions.PropertyReadError, "secret"),
    ],
)
def test_what_other_classes_may_not(statements, error, text):
    with pytest.raises(error, match=text):
        value(statements, "Stranger")


def test_other_classes_read():
    assert value("- Return: list($.thing.input, $.thing.counter)", "Stranger") == (1, 7)


def test_whatever_init_calls_may_set_properties_of_any_usage():
    own = Program(package(CLASSES.replace("STATEMENTS", "")))
    eager = own.load({"?": {"type": "org.example.Eager", "id": "e"}})
    assert eager.values["input"] == 9
    with pytest.raises(exceptions.NoWriteAccessError):
        own.call(eager, "set")


def test_declarations_of_unrelated_parents_are_ambiguous_where_they_are_used():
    text = """
        Namespaces: {=: org.example}
        Name: A
        Properties: {p: {Contract: $.int(), Default: 1}}
        Methods: {m: {Body: []}}
        ---
        Name: B
        Properties: {p: {Contract: $.int(), Default: 2}}
        Methods: {m: {Body: []}}
        ---
        Name: Both
        Extends: [A, B]
        Methods:
          property: {Body: [{Return: $.p}]}
          method: {Body: [$.m()]}
        ---
        Name: Chosen
        Extends: Both
        Properties: {p: {Contract: $.int(), Default: 3}}
        Methods:
          property: {Body: [{Return: $.p}]}
          m: {Body: [{Return: 4}]}
          method: {Body: [{Return: $.m()}]}
    """
    own = Program(package(text))
    with pytest.raises(exceptions.AmbiguousPropertyNameError, match="p"):
        own.load({"?": {"type": "org.example.Both", "id": "b"}})
    chosen = own.load({"?": {"type": "org.example.Chosen", "id": "c"}})
    assert (own.call(chosen, "property"), own.call(chosen, "method")) == (3, 4)
    with pytest.raises(exceptions.AmbiguousMethodName, match="m"):
        own.cls("org.example.Both").find_method("m")
