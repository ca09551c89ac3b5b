"""Checks 87 to 118: contracts."""

import pytest

from tests.conformance.muranopl.checking import Raises, check, contract, on_object

BAD = "ContractViolationException"
CLASSES = """---
Name: C
Properties: {p: {Contract: $.int().notNull(), Default: 1}, q: {Contract: $.string()}}
---
Name: Sub
Extends: C
"""


def violates(name: str) -> Raises:
    return Raises(BAD, f"violates {name}() contract")


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("$.string()", "qwerty", "qwerty"), ("$.string()", 123, "123"), ("$.string()", True, "True"),
        ("$.string()", None, None), ("$.string()", 1.5, violates("string")),
        ("$.string()", [1], violates("string")), ("$.string()", {}, violates("string")),
        ("$.int()", 123, 123), ("$.int()", "456", 456), ("$.int()", " 5 ", 5), ("$.int()", True, 1),
        ("$.int()", 3.7, 3), ("$.int()", "nan", violates("int")), ("$.int()", "3.7", violates("int")),
        ("$.int()", "", violates("int")), ("$.int()", [1], violates("int")), ("$.int()", None, None),
        ("$.bool()", 10, True), ("$.bool()", 0, False), ("$.bool()", "something", True),
        ("$.bool()", "", False), ("$.bool()", "false", True), ("$.bool()", None, None),
        ("$.notNull()", None, Raises(BAD, "null value violates notNull() contract")),
        ("$.check($ > 3)", 2, Raises(BAD, "Value 2 doesn't match predicate")),
        ("$.check($ > 3, 'too small')", 2, Raises(BAD, "too small")),
        ("$.check($ > 3)", None, Raises(BAD)), ("$.check($ > 3)", 4, 4),
        ("$.check($this.limit() > $)", 4, 4), ("$.check($this.limit() > $)", 11, Raises(BAD)),
        ("fixed", "fixed", "fixed"), ("fixed", "x", Raises(BAD, "is not equal to")),
        ("456", 456, 456), ("true", True, True), ("true", False, Raises(BAD, "is not equal to")),
        ("[$.int()]", ["3", 2, "1"], [3, 2, 1]), ("[$.int()]", "99", [99]), ("[$.int()]", None, []),
        ("[$.int()]", {"a": 1}, Raises(BAD)),
        ("[$.int(), 3]", [1, 2], Raises(BAD, "must not be less than 3")), ("[$.int(), 3]", [1, 2, 3], [1, 2, 3]),
        ("[$.int(), 2, 4]", [1], Raises(BAD, "is not within [2..4] range")),
        ("[$.int(), 2, 4]", [1, 2, 3, 4, 5], Raises(BAD, "range")), ("[$.int(), 2, 4]", [1, 2], [1, 2]),
        ("[$.int(), $.string()]", [1], [1]), ("[$.int(), $.string()]", [1, 2, 3], [1, "2", "3"]),
        ("[]", 5, [5]), ("[]", "ab", ["ab"]), ("[]", {"a": 1}, [{"a": 1}]), ("{}", 5, Raises(BAD)),
        ("{}", None, {}), ("{}", {"a": 1}, {"a": 1}),
        ("{A: $.string(), B: $.int()}", {"A": 1, "C": 2}, {"A": "1", "B": None}),
        ("{A: $.string()}", "str", Raises(BAD, "is not of a dictionary type")),
        ("{$.int(): $.string(), B: $.int()}", {"321": "q", "99": "v", "B": "456"},
         {"B": 456, 321: "q", 99: "v"}),
        ("{$.int(): $.string(), B: $.int()}", {"str": 1}, Raises(BAD)),
        ("{$.int(): $.string(), $.string(): $}", {"1": 1}, Raises("DslContractSyntaxError")),
        ("{A: $.int()}", {"A": "x"}, Raises(BAD, "[org.example.Main::run(arg['A'])]")),
        ("[$.int()]", ["x"], Raises(BAD, "[org.example.Main::run(arg[0])]")),
        ("$.string().int()", "5", 5), ("$", 1.5, 1.5),
        ("$.class(NoSuch)", None, Raises("NoClassFound")), ("$.class(C)", 5, Raises(BAD)),
        ("$.class(C)", "zzz", Raises("NoObjectFoundError")), ("$.class(C)", [1], Raises(BAD)),
        ("$.class(C)", None, None),
    ],
)  # fmt: skip
def test_087_to_117(text, value, expected):
    limit = "  limit: {Usage: Static, Body: [{Return: 10}]}\n"
    check(lambda: contract(text, value, limit + CLASSES), expected)


def objects(expression: str, text: str = "$.class(C)"):
    """Value of an expression where ``$m.take(…)`` passes its argument through a contract."""
    source = f"""Name: Main
Methods:
  take:
    Arguments: [{{arg: {{Contract: $}}}}]
    Body: [{{Return: 1}}]
  given:
    Arguments:
      - arg:
          Contract: {text}
    Body:
      - Return: $arg
  run:
    Body:
      - $m: $
      - $c: new(C)
      - $sub: new(Sub)
      - Return: {expression}
{CLASSES}"""
    return on_object(source)


@pytest.mark.parametrize(
    ("text", "ask", "expected"),
    [
        ("$.class(C)", "$m.given($c) = $c", True), ("$.class(C)", "$m.given($sub) = $sub", True),
        ("$.class(C)", "typeinfo($m.given({})).name", "org.example.C"),
        ("$.class(C, Sub)", "typeinfo($m.given({})).name", "org.example.Sub"),
        ("$.class(Sub)", "$m.given($c)", Raises(BAD, "is not compatible with requested type")),
        ("$.class(C)", "$m.given(dict(p => 7)).p", 7),
        ("$.class(C)", "id($m.given({'?' => {id => own, type => 'org.example.C'}})) = own", False),
        ("$.class(C)", "$m.given(id($c)) = $c", True),
        ("$.template(C)", "$m.given(dict(p => '5')).p", 5),
        ("$.template(C)", "$m.given(dict(p => 5, zzz => 1)).keys().orderBy(str($))", ["?", "p", "q"]),
        ("$.template(Sub)", "$m.given($c)", Raises(BAD)),
        ("$.template(C, excludeProperties => [p])", "$m.given(dict(p => bad)).keys().orderBy(str($))", ["?", "q"]),
        ("$.class(C).owned()", "$m.given($c)", Raises(BAD, "violates owned() contract")),
        ("$.class(C).owned()", "$m.given(null)", None),
        ("$.class(C).notOwned()", "$m.given($c) = $c", True),
        ("$.class(C)", "$m.given(dict(p => null))", Raises(BAD, "notNull")),
    ],
)  # fmt: skip
def test_094_to_105(text, ask, expected):
    check(lambda: objects(ask, text), expected)


DEFAULTS = """Name: Main
Properties:
  ordinary: {Contract: $.int(), Default: 5}
  bad: {Contract: $.int(), Usage: Out}
Methods:
  with:
    Arguments:
      - a: {Contract: $.string(), Default: DEFAULT}
      - b: {Contract: $.int(), Default: $.ordinary}
    Body:
      - Return: list($a, $b)
  none: {Body: [{Return: 0}]}
  run:
    Body:
      - Return: list($.with(), $.with(null, 3), $.with(b => 4))
  items:
    Body:
      - $.check(range(0, 3).select($), dict(a => range(0, 2)))
  check:
    Arguments:
      - l: {Contract: [$.string()]}
      - d: {Contract: {a: [$.int()]}}
    Body:
      - Return: list($l[2], $d.a)
  write:
    Body:
      - $.bad: oops
"""


def call(method: str):
    return on_object(DEFAULTS, method)


def test_115_defaults():
    assert call("run") == [["DEFAULT", 5], [None, 3], ["DEFAULT", 4]]


def test_116_iterators_become_lists():
    source = DEFAULTS.replace("      - $.check(range", "      - Return: $.check(range")
    assert on_object(source, "items") == ["2", [0, 1]]


def test_114_the_path_of_a_property():
    check(lambda: call("write"), Raises(BAD, "[org.example.Main.bad]"))
