"""Contracts convert and check, and name the place and the value of what breaks them."""

import pytest

from catalog_engine.muranopl.runtime.exceptions import ContractViolationException
from tests.unit.catalog_engine.muranopl.language import Program, package


def convert(contract, value):
    text = (
        "Namespaces: {'=': org.example}\nName: T\nMethods:\n  m:\n    Usage: Static\n"
        f"    Arguments:\n      - x:\n          Contract: {contract}\n"
        "    Body:\n      - Return: $x\n---\n"
        "Namespaces: {'=': org.example}\nName: Part\nProperties:\n  n:\n"
        "    Contract: $.int().notNull()\n"
    )
    return Program(package(text)).call("org.example.T", "m", value)


@pytest.mark.parametrize(
    ("contract", "given", "result"),
    [
        ("$", {"a": [1]}, {"a": (1,)}),
        ("$.string()", 5, "5"),
        ("$.string()", True, "True"),
        ("$.string()", None, None),
        ("$.int()", "7", 7),
        ("$.int()", 2.9, 2),
        ("$.int()", True, 1),
        ("$.bool()", "", False),
        ("$.bool()", "false", True),
        ("5", 5, 5),
        ("[$.int()]", ["1", 2], (1, 2)),
        ("[$.int()]", "3", (3,)),
        ("[$.int()]", None, ()),
        ("[$.int(), $.string()]", [1, 2, 3], (1, "2", "3")),
        ("[$.int(), 1, 2]", [1], (1,)),
        ("{}", {"a": 1}, {"a": 1}),
        ("{a: $.int()}", {"a": "1", "b": 2}, {"a": 1}),
        ("{a: $.int()}", {}, {"a": None}),
        ("{$.string(): $.int()}", {1: "2"}, {"1": 2}),
        ("{a: $, $.string(): $.int()}", {"a": "x", "b": "2"}, {"a": "x", "b": 2}),
        ("$.int().check($ > 3)", 4, 4),
        ("$.int() + 1", "4", 5),
    ],
)
def test_conversions(contract, given, result):
    assert convert(contract, given) == result


@pytest.mark.parametrize(
    ("contract", "given", "text"),
    [
        ("$.string()", 1.5, r"T::m\(x\)\] Value 1.5 violates string\(\) contract"),
        ("$.int()", "x", "Value 'x' violates int"),
        ("$.notNull()", None, "null value violates notNull"),
        ("5", 6, "Value 6 is not equal to 5"),
        ("[$.int()]", [1, "x"], r"T::m\(x\[1\]\)\] Value 'x' violates int"),
        ("[$, 2]", [1], "Array length 1 must not be less than 2"),
        ("[$, 1, 2]", [1, 2, 3], r"Array length 3 is not within \[1..2\] range"),
        ("{a: {b: $.int()}}", {"a": {"b": "x"}}, r"\(x\['a'\]\['b'\]\)\] Value 'x' violates"),
        ("{}", 5, "Value 5 is not of a dictionary type"),
        ("$.check($ > 3, 'too small')", 1, "too small"),
        ("$.check($ > 3)", 1, "Value 1 doesn't match predicate"),
        ("$.class(Part)", 5, "cannot be represented as class org.example.Part"),
        ("$.class(Part)", {"n": None}, r"\[org.example.Part.n\] null value"),
    ],
)
def test_violations(contract, given, text):
    with pytest.raises(ContractViolationException, match=text):
        convert(contract, given)


def test_objects_of_mappings():
    made = convert("$.class(Part)", {"n": "4"})
    assert made.cls.name == "org.example.Part"
    assert made.values == {"n": 4}
    assert made.owner is None


def test_templates_are_checked_and_stay_models():
    made = convert("$.template(Part)", {"n": "4"})
    assert made["n"] == 4
    assert made["?"]["type"].name == "org.example.Part"
    with pytest.raises(ContractViolationException, match="null value"):
        convert("$.template(Part)", {})
    assert "n" not in convert("$.template(Part, excludeProperties => [n])", {})
