"""Calls of the library's functions with arguments of the kinds that they take."""

from __future__ import annotations

import datetime
import re
from typing import Any, Final

from catalog_engine.muranopl.functions.library import FunctionTables
from catalog_engine.muranopl.objects.model import MuranoObject, TypeReference
from catalog_engine.muranopl.runtime.values import MDict, MList, MSet
from tests.conformance.fuzzing.draws import Draws

TABLE: Final = FunctionTables().for_format("1.4")
LEGACY: Final = FunctionTables().for_format("1.0")

VALUES: Final[dict[type, tuple[str, ...]]] = {
    str: ("'abc'", "''", "'a,b'", "'1'", "'[a-c]'", "'{0} {x}'", "'YWJj'", "'/a/0'", "'2020-01-01'",
          "'%Y'", "'\\ud800☃'", "'utf-16'", "'add'", "'>=0'"),
    int: ("1", "0", "2", "-1", "100", "99999999999999999999", "-5"),
    float: ("0.5", "-1.5", f"{'9' * 400}.0"),
    bool: ("true", "false"),
    type(None): ("null",),
    MList: ("[3, 1, 2]", "[]", "[a, b]", "[[a, 1], [b, 2]]", "[{p => 1}, {p => 2}]", "[null, 1]",
            "['a', [1, [2]]]", "[{op => add, path => '/a', value => 1}]", "[$this, :Main]"),
    type(iter(())): ("[3, 1].select($)", "range(3)", "[].where($)", "[1, 2].zip([3])"),
    MDict: ("{a => 1, b => [2]}", "{}", "{1 => 2, null => 3}", "{a => {b => c}}", "{type => x}"),
    MSet: ("set(1, 2)", "set()", "set(a)"),
    datetime.datetime: ("datetime(2020, 2, 29)", "now()", "datetime(9999, 12, 31)"),
    datetime.timedelta: ("timespan(days => 1)", "timespan(minutes => -90)", "timespan()"),
    re.Pattern: ("regex('(a)(?P<n>b)?')", "regex('')"),
    MuranoObject: ("$this", "$.b", "new(Base)", "new('ex:Base', $this)", "cast($.b, std:Object)"),
    TypeReference: (":Main", "ex:Base", "std:Object"),
}  # fmt: skip
"""Texts of values, by the types that a parameter may ask for."""
SECRET: Final = ("decryptData",)
LAMBDAS: Final = (
    "$", "$ > 1", "$1 + $2", "[$, 1]", "not $", "$.p", "null", "$[0]", "len($)", "str($)", "1",
    "{$ => 1}", "'a'", "$this", "$x", "$.m()", "$1", "[]",
)  # fmt: skip


class Calls:
    """Makes calls."""

    def __init__(self, draws: Draws) -> None:
        self._draws = draws

    def make(self) -> str:
        """One call that an overload takes, or nearly takes."""
        table = self._draws.pick((TABLE, TABLE, LEGACY))
        kind: Any = self._draws.pick(("method", "function"))
        # Secrets are kept outside, where there are none.
        names = [name for name in table.names(kind) if name.isidentifier() and name not in SECRET]
        name = self._draws.pick(names)
        family = table.lookup(name, kind)
        assert family is not None
        overload = self._draws.pick(family.overloads)
        count = overload.required
        count += self._draws.below(len(overload.positional) - count + 1)
        arguments = [self._argument(own.type) for own in overload.positional[:count]]
        if overload.var_positional is not None:
            arguments += self._draws.many(
                lambda: self._argument(overload.var_positional.type), 3
            )  # fmt: skip
        for own in (*overload.positional[count:], *overload.keyword.values()):
            if self._draws.likely(20):
                arguments.append(f"{own.name} => {self._argument(own.type)}")
        if kind == "function" or not arguments:
            return f"{name}({', '.join(arguments)})"
        return f"{arguments[0]}.{name}({', '.join(arguments[1:])})"

    def _argument(self, type_: Any) -> str:
        if type_.lazy:
            return self._draws.pick(LAMBDAS)
        fitting = [kind for kind in VALUES if type_.accepts(kind)]
        kind = self._draws.pick(fitting if fitting and not self._draws.odd(10) else [*VALUES])
        return self._draws.pick(VALUES[kind])
