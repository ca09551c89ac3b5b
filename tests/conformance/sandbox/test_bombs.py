"""What grows without end, in memory or time, ends in an error of the language."""

from __future__ import annotations

import inspect

import pytest

from catalog_engine.library import resources
from catalog_engine.muranopl.functions import parameters as p
from catalog_engine.muranopl.functions import regex, timed
from catalog_engine.muranopl.runtime import exceptions
from catalog_engine.muranopl.runtime.limits import Limits
from tests.conformance.muranopl.checking import Raises, body, check, expression, program
from tests.conformance.sandbox.language import strange

TOO_LARGE = ("MemoryQuotaExceededException", "CollectionTooLargeException", "StepLimitExceeded")


def ended(ask):
    """The value of a call, or the error that it ends in."""
    try:
        return ask()
    except Exception as error:
        return error


# ---------------------------------------------------------------- format specifications

SPECIFICATIONS = [
    "{0:>99999999999}", "{0:099999999d}", "{0:.99999999f}", "{0:{1}}", "{0:{1}.{1}}", "{0:>{1}}",
    "{0:1000000000}", "{0:,.999999999f}", "{0!r:>999999999}", "{0!s:^999999999}", "{:{:{:{}}}}",
    "{0:{2}}", "{0.__class__:>5}", "{0[__class__]}", "{0[0]}", "{0!x}", "{0!}", "{0:", "{", "}",
    "{0:%c%c%c}", "{0:{{}}}", "{0:\\0}", "{0:>٩٩٩٩٩٩٩٩٩}", "{0:_>9999999999999999999999}",
]  # fmt: skip


@pytest.mark.parametrize("template", SPECIFICATIONS)
def test_format_specifications(template):
    """Refused, or a short text: none takes memory or looks inside."""
    text = f"- Return: format('{template}', 5, 1000000000, '>9999999999')"
    found = ended(lambda: body(text))
    assert isinstance(found, str | ValueError | IndexError | KeyError)
    assert len(str(found)) < 200
    assert strange(str(found)) == []


@pytest.mark.parametrize("unit", ["%Y", "%f", "%c", "%" * 50, "%999999999Y", "%-9999999d"])
def test_formats_of_times(unit):
    text = f"(datetime(2020, 1, 1).format('{unit}' * 2000))"
    found = ended(lambda: expression(text))
    assert isinstance(found, str | ValueError | exceptions.MemoryQuotaExceededException)
    assert len(str(found)) < 200_000


# ---------------------------------------------------------------- regular expressions

BOMBS = ["(a|a)*$", "(a+)+$", "(a*)*b", "((a|aa)+)+$", "(.*a){20}$", "^(([a-z])+.)+[A-Z]([a-z])+$"]
TEXT = "a" * 60 + "!"


def regex_calls() -> list[str]:
    """A call of every function that searches by an expression, enumerated from the table."""
    calls = []
    for registration in regex.subject.registrations:
        types = registration.types
        names = list(inspect.signature(registration.payload).parameters)
        takes = [name for name in names if name in ("regexp", "string")]
        if len(takes) < 2:
            continue
        pattern = "regex('BOMB')" if types["regexp"] is p.Regex else "'BOMB'"
        given = {"regexp": pattern, "string": f"'{TEXT}'", "repl": "x", "selector": "$"}
        row = [given[name] for name in names if name in given]
        if registration.name.startswith("#operator_"):
            calls.append(f"({row[0]} {registration.name.removeprefix('#operator_')} {row[1]})")
        else:
            calls.append(f"({row[0]}.{registration.name}({', '.join(row[1:])}))")
    return calls


@pytest.mark.parametrize("call", regex_calls())
@pytest.mark.parametrize("bomb", BOMBS)
def test_regular_expressions(monkeypatch, call, bomb):
    monkeypatch.setattr(timed, "SECONDS", 0.05)
    given = call.replace("BOMB", bomb)
    found = ended(lambda: expression(given))
    assert not isinstance(found, Exception) or "regular expression" in str(found)


def test_every_function_of_patterns_is_tried():
    assert len(regex_calls()) >= 12
    called = {name for call in regex_calls() for name in ("=~", "!~", "matches", "search", "split",
              "searchAll", "replace", "replaceBy") if name in call}  # fmt: skip
    assert len(called) == 8


@pytest.mark.parametrize("pattern", ["(" * 5000, "a{100000}{100000}", "[" * 900, "x{99999999999}"])
def test_patterns_that_do_not_compile(pattern):
    found = ended(lambda: expression(f"(x.matches('{pattern}'))"))
    assert isinstance(found, Exception)
    assert strange(str(found)) == []


# ---------------------------------------------------------------- sharing

GROWTH = {
    "lists": "[$x, $x]", "long lists": "[$x, $x, $x, $x, $x, $x, $x, $x]", "sums": "$x + $x",
    "dictionaries": "{a: $x, b: $x}", "keys": "dict($x => $x, list($x) => $x)",
    "sets": "set($x, list($x))", "nested": "list(dict(a => $x), dict(a => $x))",
    "selected": "list(1, 2, 3).select($x)", "zipped": "list($x, $x).zip(list($x, $x))",
    "repeated": "$x.repeat(5)", "products": "list($x) * 10",
    "merged": "dict(a => $x, b => dict(c => $x))", "grouped": "list($x, list($x)).groupBy(1)",
    "defaults": "list($x).defaultIfEmpty($x) + list($x)",
}  # fmt: skip
USES = [
    "Return: $x", "Return: str($x)", "Return: format('{0}', $x)", "Return: $x = $y",
    "Return: $x in list($y)", "Return: set($x, $y)", "Return: dict($x => 1)",
    "Return: list($x, $y).distinct()", "Throw: Bad", "$this.take($x)",
]  # fmt: skip
SHARING = """
Name: Main
Methods:
  take:
    Usage: Static
    Arguments: [{x: {Contract: $}}]
    Body:
      - Return: $x
  run:
    Usage: Static
    Body:
      - $x: [1]
      - Repeat: TIMES
        Do:
          - $x: GROWTH
      - $y: [1]
      - Repeat: TIMES
        Do:
          - $y: GROWTH
      - USE
"""


def sharing(growth: str, use: str, times: int):
    source = SHARING.replace("GROWTH", growth).replace("USE", use).replace("TIMES", str(times))
    # $y grows apart from $x, so that comparing has to look at all of it.
    first, _mark, second = source.partition("- $y: [1]")
    second = second.replace(growth, growth.replace("$x", "$y"), 1)
    return program(first + _mark + second).call("org.example.Main", "run")


@pytest.mark.parametrize("growth", GROWTH)
def test_values_that_share_their_parts(growth):
    """A value counts as often as it is referred to, so no later use multiplies it."""
    with pytest.raises(Exception) as raised:
        sharing(GROWTH[growth], "Return: $x", 200)
    assert any(name in type(raised.value).__name__ for name in TOO_LARGE), raised.value


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("growth", ["lists", "dictionaries", "keys", "nested"])
def test_uses_of_what_just_fits(growth, use):
    found = ended(lambda: sharing(GROWTH[growth], use, 12))
    names = (
        *TOO_LARGE, "MuranoPLError", "NoMatchingFunctionException", "NoMatchingMethodException",
    )  # fmt: skip
    assert not isinstance(found, Exception) or type(found).__name__ in names


LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefghi", "bcdefghij", strict=True)
)
RESOURCE = """
Name: Main
Methods:
  run:
    Usage: Static
    Body:
      - Return: sys:Resources.FORMAT(file)
"""


@pytest.mark.parametrize(
    ("form", "content"),
    [
        ("yaml", LAUGHS), ("yaml", "&a [*a]"), ("yaml", "&a {x: *a}"), ("yaml", "[" * 5000),
        ("yaml", "{a: " * 5000), ("json", "[" * 100_000), ("json", '{"a":' * 100_000),
        ("json", "1" * 10_000), ("json", "[" + "1," * 9_000_000 + "1]"),
        ("yaml", "a: " + "9" * 10_000),
    ],
)  # fmt: skip
def test_resources_that_unfold(form, content):
    own = program(RESOURCE.replace("FORMAT", form))
    own.cls("org.example.Main").package._files["Resources/file"] = content.encode()
    with pytest.raises(Exception) as raised:
        own.call("org.example.Main", "run")
    assert isinstance(raised.value, (ValueError, RecursionError, resources.yaml.YAMLError)) or any(
        name in type(raised.value).__name__ for name in TOO_LARGE
    )


# ---------------------------------------------------------------- time


@pytest.mark.parametrize(
    "text",
    [
        "- While: true = true\n  Do: []", "- Repeat: 1000000000\n  Do: []",
        "- For: x\n  In: range(0, 1000000000)\n  Do: []", "- $x: sequence().where($ < 0)",
        "- $x: generate(0, true, $).len()", "- $x: list(1).cycle().where(false).toList()",
        "- $x: range(0, 1000000000).select($).where(false)", "- $x: range(0, 1000000000).toList()",
        "- $x: list(range(0, 100000).select($ + 1))",
        "- $x: range(0, 10000000).orderBy(-$).first()",
        "- $x: pow(10, 100000000)", "- $x: 7 * pow(2, 4000) * pow(2, 4000) * pow(3, 90000)",
        "- $x: 1\n- While: true = true\n  Do:\n    - $x: ($x + 1) * ($x + 1)",
        "- $x: int('9' * 100000)", "- $x: str(pow(10, 5000))",
        "- $x: 'a'\n- While: true = true\n  Do:\n    - $x: $x.replace(a, aaaaaaaaaa)",
        "- Parallel:\n    - While: true = true\n      Do: []\n    - Repeat: 10000000\n      Do: []",
        "- $x: range(0, 300).pselect(range(0, 500).pselect($)).len()",
        "- $x: list(1, 2, 3).permutations()",
    ],
)  # fmt: skip
def test_work_without_end(text):
    """Each stops at a limit of steps, items or memory."""
    source = f"Name: Main\nMethods:\n  run:\n    Usage: Static\n    Body:\n{_indented(text)}"
    own = program(source, limits=Limits(steps=100_000))
    with pytest.raises(Exception) as raised:
        own.call("org.example.Main", "run")
    assert not isinstance(raised.value, (RecursionError, AssertionError, SystemError))


def _indented(text: str) -> str:
    return "".join(f"      {line}\n" for line in text.splitlines())


def test_what_is_refused_is_no_less_an_error():
    check(lambda: expression("('a' * 1000000000)"), Raises("MemoryQuotaExceededException"))
