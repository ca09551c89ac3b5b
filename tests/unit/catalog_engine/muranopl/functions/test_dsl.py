"""Functions on objects and types: what they take, what null is to them, what they refuse."""

import pytest

from catalog_engine.muranopl.runtime import exceptions
from tests.unit.catalog_engine.muranopl.language import Program, package

CLASSES = """
Namespaces: {=: org.example}
Name: Base
Methods:
  who: {Body: [{Return: base}]}
---
Name: Mixin
Methods:
  who: {Body: [{Return: mixin}]}
---
Name: Thing
Extends: [Base, Mixin]
Properties:
  p: {Contract: $.int(), Default: 5}
Methods:
  who: {Body: [{Return: thing}]}
  add:
    Arguments: [{a: {Contract: $}}, {b: {Contract: $, Default: 0}}]
    Body: [{Return: $a + $b}]
  evaluate:
    Body:
      - Return: EXPRESSION
"""


def value(expression, form="1.4"):
    own = Program(package(CLASSES.replace("EXPRESSION", expression), form=form))
    header = {"type": "org.example.Thing", "id": "t", "name": "label", "metadata": {"a": 1}}
    return own.call(own.load({"?": header}), "evaluate")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("id($)", "t"),
        ("name($)", "label"),
        ("metadata($)", {"a": 1}),
        ("id(cast($, Base))", "t"),
        ("name(cast($, Base))", "label"),
        ("metadata(cast($, Base))", {"a": 1}),
        ("isObject($)", True),
        ("isObject(cast($, Base))", True),
        ("isObject(type(Thing))", True),
        ("isObject(Thing)", False),
        ("isObject(null)", False),
        ("isObject(typeinfo($))", False),
        ("require(5)", 5),
        ("5.require()", 5),
        ("require(false)", False),
        ("super($).select($.who())", ("base", "mixin")),
        ("super($, $.who())", ("base", "mixin")),
        ("super($, 7)", (7, 7)),
        ("psuper($).select($.who())", ("base", "mixin")),
        ("psuper($, $.who())", ("base", "mixin")),
        ("find($, Base)", None),
        ("new(Thing, $).find(Base) = $", True),
        ("new(Thing, new(Base, $)).find(Thing) = $", True),
        ("new(Thing, new(Base, $)).find(Mixin) = $", True),
        ("cast(new(Thing, $), Base).find(Thing) = $", True),
        ("type($) = type(Thing)", True),
        ("typeinfo($) = typeinfo(Thing)", True),
        ("typeinfo(cast($, Base)).name", "org.example.Base"),
        ("call(add, [1, 2], {}, $)", 3),
        ("call(add, [1], {b => 5, 'no word' => 6, 7 => 8}, $)", 6),
        ("dump($).p", 5),
    ],
)
def test_values(expression, expected):
    assert value(expression) == expected


def test_a_dynamic_call_knows_what_a_written_one_would():
    with pytest.raises(exceptions.NoFunctionRegisteredException, match="nothing"):
        value("call(nothing, [1], {})")
    with pytest.raises(exceptions.NoMethodRegisteredException, match="nothing"):
        value("call(nothing, [], {}, cast($, Base))")
    assert value("call(list, [1, 2], {})") == (1, 2)


@pytest.mark.parametrize("function", ["name", "metadata", "type", "typeinfo", "super", "psuper"])
def test_null_gives_null(function):
    assert value(f"{function}(null)") is None


def test_a_cast_of_null_is_null():
    assert value("cast(null, Base)") is None
    assert value("super(null, $.who())") is None
    assert value("psuper(null, $.who())") is None


@pytest.mark.parametrize(
    "call",
    [
        "id(5)", "id(type(Thing))", "name(text)", "metadata([1])", "cast(5, Base)", "super(5)",
        "psuper(text)", "find(5, Base)", "5.find(Base)", "super(type(Thing))",
    ],
)  # fmt: skip
def test_functions_of_objects_take_nothing_else(call):
    function = call.partition("(")[0].rpartition(".")[2]
    with pytest.raises(TypeError, match=rf"{function}\(\) takes an object, not "):
        value(call)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("dump($, Mixed).get('?').type = type(Thing)", True),
        ("dump(cast($, Base)).keys().contains(p)", True),
        ("dump(cast($, Base), Serializable, false).keys().contains(p)", False),
        ("dump(cast($, Base), ignoreUpcasts => false).get('?').type",
         "org.example.Base/0.1.0@org.example"),
        ("dump($, serializationType => Inline).get(name)", "label"),
    ],
)  # fmt: skip
def test_forms_of_dump(call, expected):
    assert value(call) == expected


def test_other_forms_of_dump_are_an_error():
    with pytest.raises(ValueError, match="Invalid Serialization Type"):
        value("dump($, Other)")


def test_what_is_required_is_not_null():
    for call in ("require(null)", "null.require()", "require($nothing)"):
        with pytest.raises(ValueError, match="Required value is missing"):
            value(call)


@pytest.mark.parametrize("call", ["id(null)", "new(null)", "find(null, Base)", "cast($, null)"])
def test_some_arguments_are_never_null(call):
    with pytest.raises(exceptions.NoMatchingFunctionException):
        value(call)


@pytest.mark.parametrize("form", ["1.0", "1.3"])
def test_the_type_of_an_object_is_a_text_in_old_formats(form):
    assert value("type($)", form) == "org.example.Thing"
    assert value("type(Thing)", form).name == "org.example.Thing"


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("new(Thing, p => 7).p", 7),
        ("name(new(Thing, $, label))", "label"),
        ("new(Thing, {p => 8}).p", 8),
        ("new(Thing, {p => 8, 5 => 6, 'no word' => 7}).p", 8),
        ("name(new(Thing, {}, owner => $, objectName => label))", "label"),
        ("new(Thing, {}, owner => $).find(Thing) = $", True),
        ("new({':Thing' => {p => 9}}).p", 9),
        ("new({':Thing' => {}}, $).find(Thing) = $", True),
        ("new({':Thing' => {}}, owner => $).find(Thing) = $", True),
        ("new({':Thing' => {}}, cast($, Base)).find(Thing) = $", True),
        ("new(type(Thing), cast($, Base)).find(Thing) = $", True),
        ("new(Thing, nothing => 5).p", 5),
    ],
)
def test_forms_of_new(call, expected):
    assert value(call) == expected
