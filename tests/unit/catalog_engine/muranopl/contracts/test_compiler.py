"""Contracts as a whole: expressions, structures, and the places that their errors name."""

import pytest

from catalog_engine.muranopl.runtime import exceptions
from catalog_engine.muranopl.runtime.exceptions import ContractViolationException
from tests.unit.catalog_engine.muranopl.language import Program, package

CLASSES = """
Namespaces: {=: org.example}
Name: Part
Properties:
  n: {Contract: $.int().notNull()}
---
Name: Main
Methods:
  limit: {Usage: Static, Body: [{Return: 10}]}
  take:
    Usage: Static
    Arguments:
      - x:
          Contract: CONTRACT
    Body:
      - Return: $x
  extended:
    Usage: Extension
    Arguments:
      - x:
          Contract: CONTRACT
    Body:
      - Return: true
  ask:
    Usage: Static
    Arguments:
      - x: {Contract: $}
    Body:
      - Return: $x.extended()
"""


def convert(contract, value, method="take"):
    text = CLASSES.replace("CONTRACT", contract)
    return Program(package(text)).call("org.example.Main", method, value)


# ---------------------------------------------------------------- expressions


@pytest.mark.parametrize(
    ("contract", "value", "expected"),
    [
        ("$.int() + 1", "4", 5),
        ("$.int().check($ > 3) + 1", "4", 5),
        ("$.int().check(predicate => $ > 3, msg => low) + 1", "4", 5),
        ("$.check($this.limit() > $) + 1", 9, 10),
        ("$.check($.len() = 2) + 'c'", "ab", "abc"),
        ("$.string().check(true) + 'c'", "ab", "abc"),
        ("$.int() or $.string()", "0", "0"),
        ("$.class(Part) or none", None, "none"),
    ],
)
def test_an_expression_may_use_contract_functions(contract, value, expected):
    assert convert(contract, value) == expected


@pytest.mark.parametrize(
    ("contract", "value", "text"),
    [
        ("$.int().check($ > 3) + 1", "3", "Value 3 doesn't match predicate"),
        ("$.int().check($ > 3, concat('not ', str($))) + 1", "3", r"\(x\)\] not 3"),
        ("$.string().check(false, never) + 'c'", "ab", "never"),
        ("$.int() + 1", "x", r"\[org\.example\.Main::take\(x\)\] Value 'x' violates int"),
    ],
)
def test_an_expression_fails_as_its_contract_functions_do(contract, value, text):
    with pytest.raises(ContractViolationException, match=text):
        convert(contract, value)


def test_contract_functions_are_not_there_inside_a_predicate():
    with pytest.raises(exceptions.NoMethodRegisteredException, match="notNull"):
        convert("$.check($.notNull()) + 1", 5)


# ---------------------------------------------------------------- places


@pytest.mark.parametrize(
    "contract", ["{a: $.class(Part)}", "[$.class(Part)]", "{$: $.class(Part)}"]
)
def test_an_error_inside_an_object_names_the_objects_property_alone(contract):
    with pytest.raises(ContractViolationException) as raised:
        convert(contract, {"a": {"n": None}} if "{" in contract else [{"n": None}])
    assert str(raised.value).startswith("[org.example.Part.n] null value")


@pytest.mark.parametrize(
    ("contract", "value", "place"),
    [
        ("[[$.int()]]", [[1], [2, "x"]], "x[1][1]"),
        ("{a: [$.int()]}", {"a": ["x"]}, "x['a'][0]"),
        ("{$.string(): $.int()}", {"b": "x"}, "x['b']"),
        ("{$.int(): $}", {"b": 1}, "x['b']"),
    ],
)
def test_an_error_names_the_place_in_the_value(contract, value, place):
    with pytest.raises(ContractViolationException) as raised:
        convert(contract, value)
    assert str(raised.value).startswith(f"[org.example.Main::take({place})] ")


# ---------------------------------------------------------------- extension methods


@pytest.mark.parametrize(
    ("contract", "value"),
    [
        ("$", 5),
        ("$", None),
        ("$.int()", 5),
        ("$.string()", "a"),
        ("$.bool()", False),
        ("[$.int()]", [1, 2]),
        ("{a: $.int()}", {"a": 1}),
        ("text", "text"),
        ("$.template(Part)", {"n": 1}),
    ],
)
def test_an_extension_is_found_for_what_its_first_contract_takes(contract, value):
    assert convert(contract, value, "ask") is True


@pytest.mark.parametrize(
    ("contract", "value"),
    [
        ("$.int()", "5"),
        ("$.int()", True),
        ("$.string()", 5),
        ("$.bool()", 1),
        ("$.notNull()", None),
        ("[$.int()]", 1),
        ("{a: $.int()}", [1]),
        ("text", "other"),
        ("$.class(Part)", {"n": 1}),
        ("$.template(Part)", 5),
    ],
)
def test_an_extension_does_not_match_what_would_have_to_be_converted(contract, value):
    with pytest.raises(exceptions.NoMatchingMethodException, match="extended"):
        convert(contract, value, "ask")
