"""What generated expressions are made of: data, and texts that contain no further choice."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any, Final

SCALARS: Final = (None, True, False, 0, 1, 2, -3, 5, 0.5, -1.5, "", "a", "ab", " b ", "1")
"""Values that data is made of."""


def value(rng: random.Random, depth: int = 2) -> Any:
    """Any value that JSON has."""
    kind = rng.randrange(4) if depth else 0
    if kind == 2:
        return [value(rng, depth - 1) for _ in range(rng.randrange(4))]
    if kind == 3:
        return {name: value(rng, depth - 1) for name in "abc" if rng.randrange(2)}
    return rng.choice(SCALARS)


def data(rng: random.Random) -> dict[str, Any]:
    """What ``$data`` is, and ``$`` outside of lambdas."""
    return {
        "any": value(rng),
        "flag": rng.random() < 0.5,
        "number": rng.randrange(-3, 10),
        "text": "".join(rng.choice("ab1, X") for _ in range(rng.randrange(7))),
        "list": [value(rng) for _ in range(rng.randrange(5))],
        "record": {name: value(rng, 1) for name in "abc" if rng.randrange(2)},
        "records": [{"a": rng.choice(SCALARS)} for _ in range(rng.randrange(4))],
    }


LEAVES: Final[Mapping[str, tuple[str, ...]]] = {
    "any": ("$data.any",),
    "null": ("null",),
    "bool": ("true", "false", "$data.flag"),
    "int": ("1", "0", "2", "3", "(-1)", "7", "$data.number"),
    "number": ("1", "(0.5)", "0", "(-2)", "(2.5)", "$data.number"),
    "string": (
        "ab", "''", "'a,b a'", "' b '", "'12'", '"x\\ny"', "`\\d`", "'é'", "aXbXc", "$data.text",
    ),
    "list": (
        "[1, 2]", "[]", "[5]", "[3, 1, 2, 1]", "[a, b]", "[[1, 2], [3]]", "[null, true, x]",
        "[{a => 1}, {a => 2}]", "$data.list", "$data.records",
    ),
    "iterator": ("range(0, 3)", "[2, 1].select($)", "range(0, 0)", "[a, b, a].where(true)"),
    "dict": (
        "{a => 1}", "{}", "{a => [1], b => {c => 2}}", "{1 => x, b => null}", "$data.record",
    ),
    "set": ("set(1, 2)", "set()", "set(b, a)", "set(2, 3, 1)", "[1, [1]].toSet()"),
    "regex": ("regex(a)", "regex('[0-9]+')", "regex('(a)(x)?')", "regex('')", "regex(',|X')"),
    "datetime": (
        "datetime(2020, 1, 2)", "datetime(2020, 3, 4, 5, 6, 7, 8)", "datetime(0)",
        "datetime(2021, 12, 31, offset => timespan(hours => 2))", "datetime('2020-01-02')",
    ),
    "timespan": (
        "timespan(1)", "timespan(hours => 2, seconds => -5)", "timespan()",
        "timespan(microseconds => 1500)",
    ),
    "ordering": ("[2, 1].orderBy($)", "[[1, 2], [1, 1], [0]].orderByDescending($[0])"),
    "scope": ("let(1, a => 2)", "with(1, [2])", "let()"),
}  # fmt: skip
"""Expressions of each kind that contain no further choice."""

KINDS: Final = tuple(LEAVES)
WIDER: Final = {
    "iterable": ("list", "iterator", "list", "set", "ordering"),
    "number": ("int", "number"),
    "int": ("int", "int", "int", "bool"),
}
"""Kinds whose expressions also fit where one of these kinds is wanted."""

NAMED_LEAVES: Final[Mapping[str, tuple[str, ...]]] = {
    "pattern": ("'b'", "'[0-9]+'", "'(a)(x)?'", "'('", "''"),
    "regexp": ("'b'", "'^a'", "'('"),
    "format": ("'%Y-%m-%d'", "'%H:%M'", "x"),
    "datetime.string": ("'2020-01-02'", "'2020-02-03T04:05:06Z'", "'2019-01-01 10:00+0300'", "x"),
    "year": ("2020", "1999", "2000", "0"),
    "month": ("2", "12", "1", "13"),
    "day": ("3", "28", "1", "31"),
    "hour": ("3", "23", "0", "24"),
    "#indexer.key": ("a", "1", "b"),
    "#operator_..obj": ("datetime(2020, 1, 2)", "timespan(1)", "$data.record", "null"),
    "single.collection": ("[5]", "range(0, 1)", "[5, 6]", "[]"),
    "#indexer.indexExpression": ("0", "$ > 1", "1", "(-1)", "a", "true", "$.nothing()"),
    "switch.conditions": ("$ > 1 => a", "$ = $ => $", "false => b", "len($) => [$]"),
    "as.mappings": ("$ => a", "len($) => a", "[$] => b", "$ => '$1'"),
    "random.from": ("0", "(-5)", "9", "a"),
    "random.to": ("3", "5", "0.5"),
    "repl": ("'#'", "'<\\\\g<0>>'", "'\\\\9'", "''"),
    "call.name": ("len", "abs", "str", "toUpper", "substring", "nothing"),
    "call.args": ("['ab']", "[-2]", "[]", "[ab, 1]"),
    "call.kwargs": ("{}", "{}", "{start => 1}", "{'1' => 2}"),
    "call.receiver": ("ab", "ab", "[1]", "null"),
    "def.name": ("f", "len"),
    "unpack.args": ("a", "b", "'1'"),
    "generate.initial": ("0", "1", "'abc'"),
    "generate.predicate": ("$ < 5", "$.len() > 0", "false", "true", "$ < 2"),
    "generate.producer": ("$ + 1", "$.substring(1)", "($ + 1) mod 4", "$ * 2"),
    "generateMany.initial": ("1", "2", "[]"),
    "generateMany.producer": (
        "[$ * 2, $ * 3].where($ < 20)", "[]", "[$ + 1].where($ < 4)", "[($ + 1) mod 3]", "$",
    ),
}  # fmt: skip
"""Arguments of parameters, by name or by function and name, that seldom fit otherwise."""

LAMBDAS: Final = (
    "$", "$ > 1", "$ + 1", "true", "$.len()", "str($)", "$[0]", "$ mod 2", "null", "1 / $",
    "$.a", "[$, 1]", "$ in [1, a]", "not $", "$.nothing()", "{a => $}", "$ = 1", "$.value",
)  # fmt: skip
LAMBDAS_OF_TWO: Final = (
    "$1 + $2", "$1", "$2", "$1 = $2", "[$1, $2]", "$1 > $2", "true", "nothing($1)", "$ * $2",
)  # fmt: skip

BODIES: Final = ("$", "$1 + $2", "$a", "[$, $a, $b]", "f($)", "$a + f(1)", "len([$])")
KEYWORDS: Final = ("a", "b", "year", "days", "nothing")
