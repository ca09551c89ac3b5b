"""Throwing, catching, and the stacks of errors."""

import pytest

from catalog_engine.muranopl.runtime import exceptions
from catalog_engine.muranopl.runtime.exceptions import MuranoPLError, public_names
from catalog_engine.muranopl.runtime.operations_faults import wrapped
from catalog_engine.muranopl.runtime.operations_frames import report
from tests.unit.catalog_engine.muranopl.language import Program, package, run


def names_of(throw, *args):
    with pytest.raises(MuranoPLError) as raised:
        run(f"- Throw: {throw}", *args)
    return raised.value.names


@pytest.mark.parametrize(
    ("throw", "expected"),
    [
        ("Name", ["org.example.Name"]),
        ("a.Name", ["a.Name"]),
        ("std:Name", ["io.murano.Name"]),
        ("[Name, std:Name]", ["org.example.Name", "io.murano.Name"]),
        ("$a", ["org.example.Given"]),
        ("[$a, Other]", ["org.example.Given", "org.example.Other"]),
        ("list($a, Other)", ["org.example.Given", "org.example.Other"]),
        ("type(Main)", ["org.example.Main"]),
    ],
)
def test_names_of_what_is_thrown(throw, expected):
    assert names_of(throw, "Given") == expected


@pytest.mark.parametrize(
    "throw", ["''", "null", "[]", "$a", "list()", "5", "$a.len", "list(null)", "!yaql '5'"]
)
def test_what_is_thrown_needs_a_name(throw):
    with pytest.raises(ValueError, match="Throw needs the name of an exception"):
        run(f"- Throw: {throw}", {"len": 5} if throw == "$a.len" else None)


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ("Extra: 5", "Extra must be a mapping"),
        ("Extra: [1]", "Extra must be a mapping"),
        ("Cause: text", "Cause must be an exception object"),
        ("Cause: {a: 1}", "Cause must be an exception object"),
    ],
)
def test_what_goes_with_it_has_a_kind(more, text):
    with pytest.raises(TypeError, match=text):
        run(f"- Throw: Name\n  {more}")


def test_a_message_is_a_text_and_may_be_missing():
    caught = "- Try: [{Throw: X MORE}]\n  Catch: {As: e, Do: [{Return: $e.message}]}"
    assert run(caught.replace("MORE", "")) is None
    assert run(caught.replace(" MORE", ", Message: 5")) == "5"


def test_an_error_of_a_class_that_does_not_compile_can_be_caught_by_its_name():
    text = """
        Namespaces: {=: org.example}
        Name: Broken
        Methods:
          m: {Body: [{Nonsense: 1}]}
        ---
        Name: Main
        Methods:
          run:
            Usage: Static
            Body:
              - Try:
                  - new('org.example.Broken')
                Catch:
                  - As: e
                    Do:
                      - Return: list($e.name, $e.message)
    """
    name, message = Program(package(text)).call("org.example.Main", "run")
    assert name == "SyntaxError"
    assert "Nonsense" in message


# ---------------------------------------------------------------- names


class Foreign(Exception):
    """An error of some library."""


@pytest.mark.parametrize(
    ("error", "names"),
    [
        (ValueError("x"), ("ValueError",)),
        (KeyError("x"), ("KeyError",)),
        (Foreign("x"), (f"{__name__}.Foreign",)),
        (exceptions.NoClassFound("X"), ("murano.dsl.exceptions.NoClassFound",)),
        (
            exceptions.NoMatchingFunctionException("f"),
            ("yaql.language.exceptions.NoMatchingFunctionException",),
        ),
    ],
)
def test_errors_of_python_have_the_names_that_packages_know(error, names):
    assert public_names(error) == names
    assert wrapped(error).names == list(names)
    assert wrapped(error).__cause__ is error


# ---------------------------------------------------------------- stacks


def trace(body, *more):
    text = f"""
Namespaces: {{=: org.example}}
Name: Main
Methods:
  run:
    Usage: Static
    Body:
{body}
"""
    with pytest.raises(Exception) as raised:
        Program(package(text), *more).call("org.example.Main", "run")
    return wrapped(raised.value).frames


def test_a_frame_names_file_place_method_type_and_instruction():
    frames = trace("      - $x: 1\n      - $y: $x / 0\n")
    assert frames[-1].text("> ").splitlines() == [
        '> File "Classes/all.yaml", line 9:9 in method run of type org.example.Main',
        ">     $x / 0",
    ]


def test_a_lambda_is_part_of_the_method_around_it():
    frames = trace("      - $x: list(1).select($ / 0)\n")
    assert [(frame.method, frame.instruction) for frame in frames] == [
        ("run", "list(1).select($ / 0)")
    ]


def test_an_error_while_a_class_is_set_up_is_that_of_its_user():
    """Constants of a class are made when it is linked, before any of its methods runs."""
    text = "x" * (1 << 20)
    other = f"""
Name: org.other.Huge
Methods:
  all: {{Body: [{{Return: &t '{text}'}}]}}
  m:
    Usage: Static
    Body:
      - Return: [{", ".join(["*t"] * 300)}]
"""
    frames = trace("      - type('org.other.Huge').m()\n", package(other, name="org.other"))
    assert [frame.instruction for frame in frames] == ["type('org.other.Huge').m()"]


def test_a_report_of_several_names_lists_them():
    assert report(["A", "B"], "text", ()) == "[A, B]: text\nTraceback (most recent call last):"
    assert report(["A"], "text", (), "| ").startswith("| A: text\n| Traceback")
