"""Checks 69 to 86: exceptions."""

import textwrap

import pytest

from catalog_engine.deployment.run import described
from catalog_engine.muranopl.runtime.exceptions import MuranoPLError
from tests.conformance.muranopl.checking import Raises, body, check, plain, program

LOG = """Name: Log
Properties: {rows: {Contract: [$], Usage: Out}}
Methods:
  add:
    Arguments: [{x: {Contract: $}}]
    Body:
      - $.rows: $.rows.append($x)
"""


def ask(text: str, more: str = LOG):
    source = (
        more + "---\nName: Main\nMethods:\n  run:\n    Usage: Static\n    Body:\n"
        + textwrap.indent(textwrap.dedent(text).strip("\n"), "      ") + "\n"
    )  # fmt: skip
    return plain(program(source).call("org.example.Main", "run"))


TRY = """
- $l: new(Log)
- Try:
    - $l.add(enter)
    - {throw}
  Catch:
    - With: one
      As: e
      Do:
        - $l.add($e.name)
        - $l.add($e.message)
  Else:
    - $l.add(else)
  Finally:
    - $l.add(finally)
- Return: $l.rows
"""


@pytest.mark.parametrize(
    ("throw", "expected"),
    [
        ("{Throw: one, Message: text}", ["enter", "org.example.one", "text", "finally"]),
        ("{Throw: [two, one], Message: hi}", ["enter", "org.example.one", "hi", "finally"]),
        ("{Throw: one}", ["enter", "org.example.one", None, "finally"]),
        ("$l.add(body)", ["enter", "body", "else", "finally"]),
        ("{Throw: other}", Raises("other")),
    ],
)
def test_069_072_073_076(throw, expected):
    check(lambda: ask(TRY.replace("{throw}", throw)), expected)


def test_070_rethrow():
    text = """
    - $l: new(Log)
    - Try:
        - Try:
            - Throw: another
              Message: exception message 2
          Catch:
            - With: another
              Do:
                - Rethrow:
          Finally:
            - $l.add(finally)
      Catch:
        - As: e
          Do:
            - $l.add($e.name)
            - $l.add($e.message)
    - Return: $l.rows
    """
    assert ask(text) == ["finally", "org.example.another", "exception message 2"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- Try: [{Throw: any}]\n  Catch:\n    - Do: [{Return: caught}]", "caught"),
        ("- Try: [{Return: 1}]\n  Else: [{Return: 2}]", 1),
        ("- Try: [{Return: 1}]\n  Finally: [{Return: 3}]", 3),
        ("- Try: [{Throw: x}]\n  Catch: {With: x}\n- Return: after", "after"),
        ("- Throw: [A, B]\n  Message: hi", Raises("A", "[org.example.A, org.example.B]: hi")),
        ("- Throw: ''", Raises("ValueError")),
        ("- Rethrow:", Raises("TypeError", "Rethrow must be inside Catch")),
        ("- Throw: x\n  Message: ('μ' + str(1 + 1))", Raises("x", "μ2")),
        ("- Try: [{Throw: x}]\n  Catch: [{As: e, Do: []}]\n- Return: $e.name", "org.example.x"),
        ("- Try:\n    - Return: 1 / 0\n  Catch: [{With: ':ZeroDivisionError', Do: [{Return: z}]}]",
         Raises("ZeroDivisionError")),
        ("- Try:\n    - Return: 1 / 0\n  Catch: [{With: ZeroDivisionError, Do: [{Return: z}]}]",
         Raises("ZeroDivisionError")),
    ],
)  # fmt: skip
def test_071_to_081(text, expected):
    check(lambda: body(text), expected)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("nothing()", "yaql.language.exceptions.NoFunctionRegisteredException"),
        ("$.nothing()", "yaql.language.exceptions.NoMethodRegisteredException"),
        ("new(NoSuch)", "murano.dsl.exceptions.NoClassFound"),
        ("bind(list('$none'), dict())", "KeyError"),
        ("int(xyz)", "ValueError"),
    ],
)
def test_081_names_of_native_errors(text, name):
    source = f"- Try:\n    - Return: {text}\n  Catch: [{{As: e, Do: []}}]\n- Return: $e.name"
    assert body(source) == name


def test_077_names_are_expanded():
    text = (
        "- Try:\n    - Throw: std:Foo\n  Catch: [{With: std:Foo, As: e, Do: []}]\n- Return: $e.name"
    )
    assert body(text) == "io.murano.Foo"


def test_080_the_exception_object():
    text = """
    - Try:
        - Throw: Bad
          Message: text
          Extra: {a: 1}
      Catch: [{As: e, Do: []}]
    - Return: [$e.name, $e.message, $e.extra, $e.stackTrace.toString().startsWith('Traceback')]
    """
    text = text.replace("- Return: [", "- Return: list(").replace("'Traceback')]", "'Traceback'))")
    assert plain(body(text))[:3] == ["org.example.Bad", "text", {"a": 1}]


def test_082_a_native_error_has_a_stack():
    with pytest.raises(ZeroDivisionError) as raised:
        body("- Return: 1 / 0")
    _text, details = described(raised.value)
    first, second, place = details.splitlines()[:3]
    assert first.startswith("ZeroDivisionError: ")
    assert second == "Traceback (most recent call last):"
    assert 'File "Classes/all.yaml", line 7:9 in method run of type org.example.Main' in place


def test_085_rethrow_after_an_inner_catch():
    text = """
    - Try:
        - Try: [{Throw: outer}]
          Catch:
            - Do:
                - Try: [{Throw: inner}]
                  Catch: [{Do: []}]
                - Rethrow:
      Catch: [{As: e, Do: []}]
    - Return: $e.name
    """
    assert body(text) == "org.example.outer"


def test_086_causes_are_told():
    text = """
    - Try: [{Throw: first, Message: one}]
      Catch:
        - As: e
          Do:
            - Throw: second
              Message: two
              Cause: $e
    """
    with pytest.raises(MuranoPLError) as raised:
        body(text)
    _text, details = described(raised.value)
    before, found, after = details.partition("Caused by")
    assert found
    assert before.startswith("org.example.second: two")
    assert "org.example.first: one" in after
