"""Updates inside of values, and calls by name: of methods, extensions and functions."""

import pytest

from catalog_engine.muranopl.runtime import exceptions
from tests.unit.catalog_engine.muranopl.language import Program, package, run

# ---------------------------------------------------------------- updates


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("$x[0]", (9, 2, (3,))),
        ("$x[-1]", (1, 2, 9)),
        ("$x[-3]", (9, 2, (3,))),
        ("$x[3]", (1, 2, (3,), 9)),
        ("$x[7]", (1, 2, (3,), 9)),
        ("$x[2][0]", (1, 2, (9,))),
        ("$x[-1][-1]", (1, 2, (9,))),
        ("$x[3].a.b", (1, 2, (3,), {"a": {"b": 9}})),
    ],
)
def test_an_item_of_a_list_is_replaced_or_appended(target, expected):
    assert run(f"- $x: [1, 2, [3]]\n- $y: $x\n- {target}: 9\n- Return: list($x, $y)") == (
        expected,
        (1, 2, (3,)),
    )


def test_there_is_nothing_before_a_list():
    with pytest.raises(IndexError, match="assignment index out of range"):
        run("- $x: [1, 2]\n- $x[-3]: 9")


@pytest.mark.parametrize("target", ["$x[0]", "$x.a", "$x[a]", "$x.a.b", "$x[0][0]"])
@pytest.mark.parametrize("value", ["5", "null", "text", "true"])
def test_only_objects_and_collections_have_parts(target, value):
    with pytest.raises(ValueError, match="attribution may only be applied"):
        run(f"- $x: {value}\n- {target}: 9")


def test_a_list_has_no_parts_by_name():
    with pytest.raises(ValueError, match="attribution may only be applied"):
        run("- $x: [1]\n- $x.a: 9")


# ---------------------------------------------------------------- calls

CLASSES = """
Namespaces: {=: org.example}
Name: Extensions
Methods:
  first:
    Usage: Extension
    Arguments: [{self: {Contract: $.int().notNull()}}, {a: {Contract: $, Default: none}}]
    Body:
      - Return: list(int, $self, $a)
---
Name: MoreExtensions
Methods:
  first:
    Usage: Extension
    Arguments: [{self: {Contract: $.string().notNull()}}, {a: {Contract: $, Default: none}}]
    Body:
      - Return: list(text, $self, $a)
  named:
    Usage: Extension
    Arguments:
      - self: {Contract: $.class(Thing)}
      - rest: {Contract: $, Usage: KwArgs}
    Body:
      - Return: $rest
---
Name: Thing
Import: [Extensions, MoreExtensions]
Properties:
  p: {Contract: $.int(), Default: 5, Usage: InOut}
Methods:
  select:
    Arguments: [{a: {Contract: $}}, {b: {Contract: $, Default: 0}}]
    Body:
      - Return: [mine, $a, $b]
  switch:
    Arguments: [{rest: {Contract: $, Usage: KwArgs}}]
    Body:
      - Return: $rest
  where:
    Arguments: [{a: {Contract: $}}]
    Body:
      - Return: $a
  set:
    Arguments: [{key: {Contract: $}}, {value: {Contract: $, Default: none}}]
    Body:
      - Return: [$key, $value]
  two:
    Arguments: [{a: {Contract: $}}, {b: {Contract: $}}]
    Body:
      - Return: [$a, $b]
  repeated:
    Body:
      - $all: []
      - For: n
        In: [1, 2, 3]
        Do:
          - $all: $all.append($.two($n, x)[0])
      - Return: $all
  evaluate:
    Body:
      - Return: EXPRESSION
"""


def value(expression, form="1.4"):
    own = Program(package(CLASSES.replace("EXPRESSION", expression), form=form))
    thing = own.load({"?": {"type": "org.example.Thing", "id": "t"}})
    return own.call(thing, "evaluate")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("5.first()", ("int", 5, "none")),
        ("5.first(1)", ("int", 5, 1)),
        ("5.first(a => 1)", ("int", 5, 1)),
        ("x.first()", ("text", "x", "none")),
        ("x.first(a => 1)", ("text", "x", 1)),
        ("list(1, 2).first()", 1),
        ("list().first(default => 7)", 7),
        ("$.named(x => 1)", {"x": 1}),
        ("x.len()", 1),
    ],
)
def test_an_extension_answers_for_values_that_fit_and_the_library_for_others(expression, expected):
    assert value(expression) == expected


def test_call_gives_values_other_than_objects_to_the_library_alone():
    assert value("call(len, [], {}, x)") == 1
    with pytest.raises(exceptions.NoMatchingMethodException):
        value("call(first, [1], {}, x)")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("$.select($this.p)", ("mine", 5, 0)),
        ("$.select($this.p + 1, 2)", ("mine", 6, 2)),
        ("$.select(b => $this.p, a => 1)", ("mine", 1, 5)),
        ("$.where($this.p > 3)", True),
        ("$.where(a => $this.p > 3)", True),
        ("$.switch(x => 1, y => $this.p)", {"x": 1, "y": 5}),
        ("$.set(value => $this.p, key => 1)", (1, 5)),
        ("$.set(1, value => 2)", (1, 2)),
        ("cast($, Thing).select(1)", ("mine", 1, 0)),
    ],
)
def test_a_method_gets_values_where_a_function_of_its_name_takes_expressions(expression, expected):
    assert value(expression) == expected
    assert value(expression, form="1.0") == expected


@pytest.mark.parametrize("form", ["1.0", "1.4"])
@pytest.mark.parametrize("call", ["$.set($this.p => 1)", "$.two(1, $this.p => 1)"])
def test_the_name_of_an_argument_is_a_word(call, form):
    with pytest.raises(exceptions.MappingTranslationException, match="Cannot convert mapping"):
        value(call, form)


def test_the_library_still_takes_rules_where_a_class_has_a_method_of_the_name():
    assert value("dict(a => 1).set($this.p => 2, a => 3)") == {"a": 3, 5: 2}


def test_a_cached_call_of_two_arguments_is_the_same_call():
    own = Program(package(CLASSES.replace("EXPRESSION", "null")))
    thing = own.load({"?": {"type": "org.example.Thing", "id": "t"}})
    assert own.call(thing, "repeated") == (1, 2, 3)


@pytest.mark.parametrize(
    "expression",
    ["5.nothing()", "$.nothing(1)", "$.nothing(a => 1)", "null.nothing()", "type(Thing).nothing()"],
)
def test_a_method_that_nothing_has_is_unknown(expression):
    with pytest.raises(exceptions.NoMethodRegisteredException, match="nothing"):
        value(expression)


def test_a_method_of_objects_needs_one():
    with pytest.raises(exceptions.NoMatchingMethodException, match="two"):
        value("type(Thing).two(1, 2)")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("typeinfo($).name", "org.example.Thing"),
        ("typeinfo($).methods.where($.name = two).single().invoke($this, 1, 2)", (1, 2)),
        ("typeinfo($).methods.where($.name = two).single().invoke($this, 1, b => 2)", (1, 2)),
        ("typeinfo($).properties.where($.name = p).single().getValue($this)", 5),
    ],
)
def test_members_of_handles(expression, expected):
    assert value(expression) == expected


@pytest.mark.parametrize(
    ("expression", "error"),
    [
        ("typeinfo($).nothing", exceptions.PropertyReadError),
        ("typeinfo($).nothing()", exceptions.NoMethodRegisteredException),
        ("typeinfo($).nothing(a => 1)", exceptions.NoMethodRegisteredException),
        ("typeinfo($).methods.first().invoke()", exceptions.NoMatchingMethodException),
        (
            "typeinfo($).properties.first().getValue(object => $this)",
            exceptions.NoMatchingMethodException,
        ),
        ("typeinfo($).properties.first().getValue()", exceptions.NoMatchingMethodException),
        ("typeinfo($).properties.first().setValue($this)", exceptions.NoMatchingMethodException),
    ],
)
def test_members_that_handles_do_not_have(expression, error):
    with pytest.raises(error):
        value(expression)
