"""Checks 15 to 25: what depends on the format of a package."""

import logging

import pytest

from tests.conformance.muranopl.checking import (
    Raises,
    check,
    deployed,
    expression,
    numbered,
    on_object,
    program,
)

UNKNOWN = Raises("NoMethodRegisteredException")
FAMILY = """
Name: Base
Methods:
  m:
    Body:
      - Return: base
---
Name: Main
Extends: Base
Methods:
  m:
    Body:
      - Return: main
  run:
    Body:
      - Return: EXPRESSION
"""


@numbered(
    "text, expected",
    (15, "$.id() = id($)", True), (15, "$.type()", "org.example.Main"),
    (15, "$.cast(Base).m()", "base"), (15, "$.super($.m())", ["base"]),
)  # fmt: skip
def test_015_functions_as_methods(text, expected):
    source = FAMILY.replace("EXPRESSION", text)
    assert on_object(source, form="1.0") == expected
    assert on_object(source, form="1.1") == expected
    check(lambda: on_object(source, form="1.4"), UNKNOWN)


@pytest.mark.parametrize(
    ("form", "is_text"), [("1.0", True), ("1.2", True), ("1.3", True), ("1.4", False)]
)
def test_016_type_of_an_object(form, is_text):
    text = FAMILY.replace("EXPRESSION", "list(type($) = 'org.example.Main', type($) = type(Main))")
    assert on_object(text, form=form) == [is_text, not is_text]


NO_OVERLOAD = Raises("NoMatchingFunctionException")


@numbered(
    "text, form, expected",
    (17, "$d.missing", "1.0", None), (17, "$d.missing", "1.2", Raises("KeyError", "missing")),
    (17, "$d.missing", "1.4", Raises("KeyError", "missing")),
    (18, "a in {a => 1}", "1.0", True), (18, "a in {a => 1}", "1.4", NO_OVERLOAD),
    (19, "dict(a => 1, b => 2).select($)", "1.0", ["a", "b"]),
    (19, "dict(a => 1, b => 2).select($)", "1.4", Raises("NoMatchingMethodException")),
    (20, "abc.substr(1)", "1.0", "bc"), (20, "abc.substr(1)", "1.4", UNKNOWN),
    (20, "list().firstOrDefault(4)", "1.0", 4), (20, "list().firstOrDefault(4)", "1.4", UNKNOWN),
    (21, "teststr.substr(0, 2) + teststr.substr(2, 3) + teststr.substr(5)", "1.0", "teststr"),
    (22, "toLower('AB') + 'AB'.toLower()", "1.0", "abab"),
    (22, "toUpper(a) + a.toUpper()", "1.0", "AA"), (22, "trim(' a ') + ' a '.trim()", "1.0", "aa"),
    (22, "list(a, b).join('-') + '-'.join(list(a, b))", "1.0", "a-ba-b"),
    (22, "join('-', list(a, b)) + join(list(a, b), '-')", "1.0", "a-ba-b"),
    (23, "5.switch($ < 3 => a, $ > 3 => b)", "1.0", "b"),
    (23, "2.switch($ < 3 => a, $ > 3 => b)", "1.0", "a"),
)  # fmt: skip
def test_017_to_023(text, form, expected):
    check(lambda: expression(f"({text})", form, d={"a": 1}), expected)


@pytest.mark.parametrize("form", ["1.0", "1.2", "1.3", "1.4"])
@pytest.mark.parametrize("given", ["'org.example.Main'", "Main", ":Main", "type(Main)"])
def test_024_type_of_a_name(form, given):
    source = FAMILY.replace("EXPRESSION", f"list(type({given}) = :Main, new(type({given})).m())")
    assert on_object(source, form=form) == [True, "main"]


ACTION = """
Name: Main
Methods:
  act:
    Usage: Action
    Body:
      - Return: done
"""


@pytest.mark.parametrize("form", ["1.0", "1.3", "1.4"])
def test_025_usage_action(form, caplog):
    root = {"?": {"type": "org.example.Main", "id": "root"}}
    with caplog.at_level(logging.DEBUG):
        result = deployed(ACTION, root, ("root", "act", {}), form=form)
    assert result["result"] == {"result": "done", "isException": False}
    assert list(result["model"]["Objects"]["?"]["_actions"]) == ["root_act"]
    assert not [row for row in caplog.records if row.levelno >= logging.ERROR]
    assert program(ACTION, form).cls("org.example.Main").find_method("act").scope == "Public"
