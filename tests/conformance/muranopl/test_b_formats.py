"""Checks 15 to 25: what depends on the format of a package."""

import pytest

from tests.conformance.muranopl.checking import Raises, check, expression, on_object, program

UNKNOWN = Raises("NoMethodRegisteredException")


@pytest.mark.parametrize(
    ("form", "text", "expected"),
    [
        ("1.0", "$d.missing", None),
        ("1.4", "$d.missing", Raises("KeyError")),
        ("1.0", "a in $d", True),
        ("1.4", "a in $d", Raises("NoMatchingFunctionException")),
        ("1.0", "dict(a => 1, b => 2).select($)", ["a", "b"]),
        ("1.4", "dict(a => 1, b => 2).select($)", Raises("NoMatchingMethodException")),
        ("1.0", "abc.substr(1)", "bc"),
        ("1.4", "abc.substr(1)", UNKNOWN),
        ("1.0", "list().firstOrDefault(4)", 4),
        ("1.4", "list().firstOrDefault(4)", UNKNOWN),
        ("1.0", "teststr.substr(0, 2) + teststr.substr(2, 3) + teststr.substr(5)", "teststr"),
        ("1.0", "toLower('AB') + 'AB'.toLower()", "abab"),
        ("1.0", "trim(' a ') + ' a '.trim()", "aa"),
        ("1.0", "toUpper(a) + a.toUpper()", "AA"),
        ("1.0", "list(a, b).join('-') + '-'.join(list(a, b))", "a-ba-b"),
        ("1.0", "5.switch($ < 3 => a, $ > 3 => b)", "b"),
    ],
)  # fmt: skip
def test_017_to_023(form, text, expected):
    check(lambda: expression(text, form, d={"a": 1}), expected)


@pytest.mark.parametrize("call", ["id()", "type()", "cast(Base).id()", "super($.id())"])
def test_015_functions_as_methods(call):
    def run(form):
        source = f"""
        Name: Base
        ---
        Name: Main
        Extends: Base
        Methods:
          run:
            Body:
              - Return: $.{call}
        """
        return on_object(source, form=form)

    assert run("1.0")
    check(lambda: run("1.4"), UNKNOWN)


@pytest.mark.parametrize(("form", "is_text"), [("1.0", True), ("1.3", True), ("1.4", False)])
def test_016_type_of_an_object(form, is_text):
    source = """
    Name: Main
    Methods:
      run:
        Usage: Static
        Body:
          - Return: type(new(Main)) = 'org.example.Main'
    """
    assert program(source, form).call("org.example.Main", "run") is is_text


@pytest.mark.parametrize("form", ["1.0", "1.2", "1.4"])
def test_024_type_of_a_name(form):
    source = """
    Name: Main
    Methods:
      run:
        Usage: Static
        Body:
          - Return: typeinfo(type('org.example.Main')).name
    """
    assert program(source, form).call("org.example.Main", "run") == "org.example.Main"


def test_025_usage_action():
    source = "Name: Main\nMethods: {run: {Usage: Action, Body: []}}\n"
    method = program(source, "1.4").cls("org.example.Main").find_method("run")
    assert method.scope == "Public"
