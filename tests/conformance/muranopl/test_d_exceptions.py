"""Checks 69 to 86: exceptions."""

import pytest

from catalog_engine.deployment.run import described
from catalog_engine.library.natives import NATIVES
from catalog_engine.muranopl.runtime.exceptions import MuranoPLError
from catalog_engine.muranopl.types.native import native_method
from tests.conformance.muranopl.checking import (
    Raises,
    body,
    check,
    instance,
    numbered,
    plain,
    program,
    traced,
)

CAUGHT = """
- Try:
    - $this.trace('enter try')
    - {}
    - $this.trace('exit try')
  Catch:
    - With: nothing
      Do:
        - $this.trace('wrong')
    - With: exceptionName
      As: e
      Do:
        - $this.trace($e.name)
        - $this.trace($e.message)
    - With: [second, exceptionName]
      Do:
        - $this.trace('second')
  Else:
    - $this.trace('else section')
  Finally:
    - $this.trace('finally section')
- $this.trace('end')
"""


@numbered(
    "throw, seen, error",
    (69, "{Throw: exceptionName, Message: text}",
     ["enter try", "org.example.exceptionName", "text", "finally section", "end"], None),
    (72, "$this.trace(body)",
     ["enter try", "body", "exit try", "else section", "finally section", "end"], None),
    (73, "{Throw: exceptionName}",
     ["enter try", "org.example.exceptionName", None, "finally section", "end"], None),
    (73, "{Throw: second}", ["enter try", "second", "finally section", "end"], None),
    (73, "{Throw: unknown}", ["enter try", "finally section"], "org.example.unknown"),
)  # fmt: skip
def test_069_072_073_sections(throw, seen, error):
    assert traced(CAUGHT.replace("{}", throw)) == (seen, None, error)


def test_070_rethrow():
    text = """
    - Try:
        - Throw: anotherExceptionName
          Message: exception message 2
      Catch:
        - With: anotherExceptionName
          As: e
          Do:
            - $this.trace($e.message)
            - Rethrow:
            - $this.trace(wrong)
      Finally:
        - $this.trace(finally)
    """
    assert traced(text) == (
        ["exception message 2", "finally"], "exception message 2", "org.example.anotherExceptionName"
    )  # fmt: skip
    with pytest.raises(MuranoPLError) as raised:
        body(text.replace("$this.trace", "str"))
    assert list(raised.value.names) == ["org.example.anotherExceptionName"]
    assert raised.value.message == "exception message 2"
    assert str(raised.value) == "[org.example.anotherExceptionName]: exception message 2"


@numbered(
    "throw", (71, "{Throw: any}"), (71, "{Throw: [a, b]}"), (71, "{Throw: other.Name}"),
    (71, "$this.nothing()"), (71, "{Return: 1 / 0}"),
)  # fmt: skip
def test_071_an_entry_without_names_catches_any(throw):
    text = f"- Try: [{throw}]\n  Catch:\n    - Do: [{{Return: caught}}]"
    assert traced(text) == ([], "caught", None)


@numbered(
    "text, seen, expected",
    (74, "- Try: [{Return: 1}]\n  Else: [$this.trace(else)]\n  Finally: [$this.trace(finally)]",
     ["finally"], 1),
    (74, "- Try: [{Return: 1}]\n  Finally: [{Return: 3}]", [], 3),
    (74, "- Try: [{Throw: lost}]\n  Finally: [{Return: 3}]", [], 3),
    (75, "- Try: [{Throw: x}]\n  Catch: {With: x}\n- Return: after", [], "after"),
    (75, "- Try: [{Throw: x}]\n  Catch: [{With: x}]\n  Finally: [$this.trace(finally)]\n- Return: after",
     ["finally"], "after"),
    (76, "- Try: [{Throw: [A, B]}]\n  Catch: [{With: B, As: e, Do: []}]\n- Return: $e.name",
     [], "org.example.B"),
    (76, "- Try: [{Throw: [A, B]}]\n  Catch: [{As: e, Do: []}]\n- Return: $e.name", [], "org.example.A"),
    (79, "- Try: [{Throw: x}]\n  Catch: [{As: e, Do: []}]\n- Return: $e.message", [], None),
    (79, "- $y: 1\n- Try:\n    - Throw: x\n      Message: \"!\"\n  Catch: [{As: e, Do: []}]\n- Return: $e.message",
     [], "!"),
    (79, "- $y: 1\n- Try:\n    - Throw: x\n      Message: str($y + 1) + ' μ'\n  Catch: [{As: e, Do: []}]\n"
         "- Return: $e.message", [], "2 μ"),
)  # fmt: skip
def test_074_to_079(text, seen, expected):
    assert traced(text) == (seen, expected, None)


@numbered(
    "text, expected",
    (76, "- Throw: [A, B]\n  Message: hi", Raises("A", "[org.example.A, org.example.B]: hi")),
    (76, "- Throw: A\n  Message: hi", Raises("A", "[org.example.A]: hi")),
    (78, "- Throw: ''", Raises("ValueError")), (78, "- Throw: []", Raises("ValueError")),
    (78, "- Throw:", Raises("ValueError")),
    (78, "- Rethrow:", Raises("TypeError", "Rethrow must be inside Catch")),
    (78, "- Try: [{Throw: x}]\n  Catch: {With: x}\n- Rethrow:",
     Raises("TypeError", "Rethrow must be inside Catch")),
)  # fmt: skip
def test_076_078(text, expected):
    check(lambda: body(text), expected)


@numbered(
    "throw, name",
    (77, "Foo", "org.example.Foo"), (77, "c.d.Foo", "c.d.Foo"), (77, "'std:Foo'", "io.murano.Foo"),
    (77, "std:Foo", "io.murano.Foo"), (77, "':Foo'", "org.example.Foo"),
    (77, "('F' + 'oo')", "org.example.Foo"),
)  # fmt: skip
def test_077_names_are_expanded(throw, name):
    """In the reference an unquoted ``ns:Foo`` fails unless there is such a class."""
    text = f"- Try:\n    - Throw: {throw}\n  Catch: [{{With: {throw.strip('()')}, As: e, Do: []}}]"
    text = text.replace("With: 'F' + 'oo'", "With: Foo")
    assert body(f"{text}\n- Return: $e.name") == name


def test_080_the_exception_object():
    text = """
    - Try:
        - Throw: Bad
          Message: text
          Extra:
            a: 1
            b: 1 + 1
      Catch: [{As: e, Do: []}]
    - Return:
        - $e is std:Exception
        - $e.name
        - $e.message
        - $e.extra
        - $e.stackTrace is std:StackTrace
        - $e.stackTrace.toString()
        - $e.toString()
    """
    trace = (
        'File "Classes/all.yaml", line 7:9 in method run of type org.example.Main\n'
        "    block construct"
    )
    is_exception, name, message, extra, is_trace, frames, report = plain(body(text))
    assert (is_exception, name, message, is_trace) == (True, "org.example.Bad", "text", True)
    assert extra == {"a": 1, "b": 2}
    assert frames == trace.replace("7:9", "8:13")
    assert report.startswith("org.example.Bad: text\nTraceback (most recent call last):\n  File")


@numbered(
    "text, name",
    (81, "1 / 0", "ZeroDivisionError"),
    (81, "nothing()", "yaql.language.exceptions.NoFunctionRegisteredException"),
    (81, "$.nothing()", "yaql.language.exceptions.NoMethodRegisteredException"),
    (81, "new(NoSuch)", "murano.dsl.exceptions.NoClassFound"),
    (81, "bind(list('$none'), dict())", "KeyError"), (81, "int(xyz)", "ValueError"),
    (81, "4.assert($ > 5)", "AssertionError"),
)  # fmt: skip
def test_081_names_of_native_errors(text, name):
    source = f"- Try:\n    - Return: {text}\n  Catch: [{{With: WITH, Do: [{{Return: caught}}]}}]"
    absolute = name if "." in name else f"global:{name}"
    assert body(source.replace("WITH", absolute)) == "caught"
    check(lambda: body(source.replace("WITH", f"std:{name}")), Raises(name.rpartition(".")[2]))
    named = f"- Try:\n    - Return: {text}\n  Catch: [{{As: e, Do: []}}]\n- Return: $e.name"
    assert body(named) == name


NATIVE = """
class Native:
    def __init__(self):
        pass

    @native_method()
    def fail(self, error=None):
        raise error or LookupError("just random Python exception")
"""
CALLS_NATIVE = """
Name: Native
---
Name: Main
Methods:
  run:
    Arguments: [{error: {Contract: $}}]
    Body:
      - $.call($error)
  call:
    Arguments: [{error: {Contract: $}}]
    Body:
      - $n: new(Native)
      - $n.fail($error)
  rethrow:
    Arguments: [{error: {Contract: $}}]
    Body:
      - Try:
          - $.call($error)
        Catch:
          - As: e
            Do:
              - $message: $e.message
              - Rethrow:
"""


def native_error(method, error=None):
    """What leaves a method that calls a Python half which fails."""
    names = {"__name__": "catalog_engine.library.checks", "native_method": native_method}
    exec(compile(NATIVE, "/of/the/host/checks.py", "exec"), names)
    own = program(CALLS_NATIVE, natives={**NATIVES, "org.example.Native": names["Native"]})
    with pytest.raises(Exception) as raised:
        own.call(instance(own), method, error)
    return raised.value


def test_082_the_report_of_a_native_error():
    """Native frames name the Python half alone: no path of the host."""
    _text, details = described(native_error("run"))
    assert details.splitlines() == [
        "LookupError: just random Python exception",
        "Traceback (most recent call last):",
        '  File "Classes/all.yaml", line 10:9 in method run of type org.example.Main',
        "      $.call($error)",
        '  File "Classes/all.yaml", line 15:9 in method call of type org.example.Main',
        "      $n.fail($error)",
        '  File "checks.py", line 8 in method fail',
        "      Native.fail",
    ]  # fmt: skip


@numbered("message", (83, "солнце ♥ φεγγάρι"), (83, "\u2028 and \U0001f600"))
def test_083_unicode_in_messages(message):
    text = "- Try:\n    - Throw: x\n      Message: $m\n  Catch: [{As: e, Do: []}]\n- Return: $e.message"
    assert body(text, m=message) == message
    with pytest.raises(MuranoPLError) as raised:
        body("- Throw: x\n  Message: $m", m=message)
    assert described(raised.value)[0] == f"[org.example.x]: {message}"
    assert str(native_error("run", LookupError(message))) == message


class OwnError(Exception):
    """An error with more than a text."""


@numbered("method", (84, "run"), (84, "rethrow"))
def test_084_the_original_error_stays_attached(method):
    error = OwnError("text", {"more": 1})
    found = native_error(method, error)
    assert found is error or found.__cause__ is error
    assert described(found)[1].startswith(f"{__name__}.OwnError: ")


@numbered(
    "inner",
    (85, ["- Try: [{Throw: inner}]", "  Catch: [{Do: []}]"]),
    (85, ["- Try: [{Return: 1 / 0}]", "  Catch: [{With: global:ZeroDivisionError}]"]),
    (85, ["- Try:", "    - Try: [{Throw: inner}]", "      Catch: [{Do: [{Rethrow: }]}]",
          "  Catch: [{Do: []}]"]),
)  # fmt: skip
def test_085_rethrow_after_an_inner_catch(inner):
    """The reference has forgotten the outer exception then."""
    text = """
- Try:
    - Try: [{Throw: outer, Message: first}]
      Catch:
        - Do:
INNER
            - Rethrow:
  Catch: [{As: e, Do: []}]
- Return: [$e.name, $e.message]
"""
    rows = "\n".join(" " * 12 + line for line in inner)
    assert plain(body(text.replace("INNER", rows))) == ["org.example.outer", "first"]


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
    before, found, after = details.partition("\n\n Caused by ")
    assert found
    assert before.startswith("org.example.second: two")
    assert after.startswith("org.example.first: one\n Traceback (most recent call last):")
