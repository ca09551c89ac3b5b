"""A grammar of expressions: every operator and form of the language, and near misses of them."""

from __future__ import annotations

from typing import Final

from tests.conformance.fuzzing.calls import LEGACY, SECRET, TABLE, Calls
from tests.conformance.fuzzing.draws import Draws


def _callable(kind: str) -> tuple[str, ...]:
    names = {*TABLE.names(kind), *LEGACY.names(kind)}  # type: ignore[arg-type]
    return tuple(sorted(name for name in names if name.isidentifier() and name not in SECRET))


FUNCTIONS: Final = (*_callable("function"), "unknown", "assert", "tuple", "é")
CONTRACTS: Final = (
    "string", "int", "bool", "notNull", "check", "class", "template", "owned", "notOwned",
)  # fmt: skip
OBJECTS: Final = (
    "sys:GC.subscribeDestruction($this, $.b, other)", "sys:GC.collect()", "sys:GC.isDoomed($.b)",
    "sys:GC.unsubscribeDestruction($this, $.b)", "sys:GC.isDestroyed($)", "$.b.other($this)",
    "inject($.b, other, 1)", "inject(Base, other, $.run())", "$.b.setAttr(a, 1)", "$.b.getAttr(a)",
    "typeinfo($.b).methods.name", "typeinfo(Main).properties.where($.name = p).getValue($.b)",
    "type(Main).s", "$.b.p", "new(Main, p => $.b)", "new({'?' => {type => 'org.example.Base'}})",
    "dump($.b, serializationType => Mixed)", "find($.b, Main)", "super($, $.run())",
    "call(other, [1], {a => 2}, $.b)", "$e.message", "$e.stackTrace.toString()", "$e.extra", "$e",
)  # fmt: skip
OWN: Final = ("run", "make", "other", "extend", "create", "init", "destroy", "unknown")
METHODS: Final = (*OWN, *_callable("method"), *CONTRACTS, "super", "psuper", "id", "cast", "type")
MEMBERS: Final = (
    "p", "q", "r", "name", "x", "length", "year", "message", "values", "é", "_x", "a1", "type",
    "methods", "properties", "ancestors", "arguments", "declaringType", "version", "package",
)  # fmt: skip
VARIABLES: Final = (
    "$", "$this", "$x", "$y", "$a", "$b", "$1", "$2", "$9", "$10", "$0", "$e", "$i", "$__x", "$é",
    "$mod", "$true", "$None", "$v1", "$this1",
)  # fmt: skip
TYPES: Final = (
    ":Main", "ex:Base", ":Base", ":Label", "std:Object", "io:Unknown", ":Unknown", "std:Exception",
    ":Many", ":a.B", "ex:a.b.C", "sys:Logger", ":Loop",
)  # fmt: skip
LITERALS: Final = (
    "0", "1", "2", "3", "10", "-1", "null", "true", "false", "0.5", "'a'", "''", "'abc'", "'1'",
    "'a b c'", "'{0}'", "'{0:>9999999}'", "'{a.b}'", '"a"', "`a\\`b`", "'$x'", "'org.example.Main'",
    "'ex:Base'", "'2020-01-01'", "'[a-z]+'", "'(a+)+$'", "'('",
    "'\\x41'", "'\\ud800'", "'\\N{EM DASH}'", "'\\777'", "'☃'", "'a\\nb'", "'%Y'", "'utf-16'",
    "'\\0'",
    "2147483648", "9223372036854775808", "99999999999999999999999999", "00", "٣", "0.1",
    "123456789.987654321", f"{'9' * 400}.0", "word", "word2", "ёж", "'\\0r'",
    "[]", "{}", "[1, 2, 3]", "['a', 'b']", "[[1, 2], [3]]", "{a => 1}", "{a => 1, b => [2]}",
    "[{p => 1}, {p => 2}]", "[null]", "{null => 1}", "{1 => 2}", "[$]",
)  # fmt: skip
NO_LITERALS: Final = (
    "'\\N{DASH}'", "'\\U00110000'", "'\\'", "1e3", "1.5.2", "0x10", "1_000", "__word", "♥", "#",
    "'",
    '"', "", "mod", "not", "1.", ".5", "$$", "a b", "\x00", "@x", "%", "9" * 5000,
)  # fmt: skip
BINARY: Final = (
    "+", "-", "*", "/", "mod", "=", "!=", "<", ">", "<=", ">=", "in", "is", "and", "or", "=~", "!~",
    "->", "?.",
)  # fmt: skip
NO_BINARY: Final = (".", ":", "=>", "==", "&&", "<>", "not in", ",", "%", "**", "is not", "|")
SPACES: Final = (" ", "", "  ", "\n", "\t", "\u00a0")


def _is_eager(name: str) -> bool:
    """Whether a function evaluates all of its arguments, once."""
    return not (TABLE.lazy_parameters(name) or name in CONTRACTS)


class Expressions:
    """Makes expressions.

    :param eager: make only what evaluates all of its parts, once and in order.
    """

    def __init__(self, draws: Draws, eager: bool = False) -> None:
        self._draws = draws
        self._forms = [
            self._atom, self._member, self._method, self._function, self._binary, self._unary,
            self._group, self._index, self._list, self._map,
        ]  # fmt: skip
        if not eager:
            self._calls = Calls(draws)
            self._forms += [self._scope, self._lambda, self._conditional, self._call, self._call]
        self._operators = [
            operator for operator in BINARY
            if not eager or operator not in ("and", "or", "->", "?.")
        ]  # fmt: skip
        self._eager = eager
        self._functions = [name for name in FUNCTIONS if not eager or _is_eager(name)]
        self._methods = [name for name in METHODS if not eager or _is_eager(name)]

    def make(self, depth: int = 3) -> str:
        """An expression of some depth."""
        if depth <= 0:
            return self._atom(0)
        if self._draws.odd(4):
            return self._odd(depth - 1)
        return self._draws.pick(self._forms)(depth - 1)

    def high(self) -> str:
        """One that nests, or chains, more than people write."""
        count = self._draws.pick((20, 100, 149, 150, 151, 400, 3000))
        inner = self.make(1)
        opening, closing = self._draws.pick(
            (
                ("(", ")"), ("[", "]"), ("f(", ")"), ("$.m(", ")"), ("{a => ", "}"), ("not ", ""),
                ("-", ""), ("", "[0]"), ("", ".p"), ("", ".m()"), ("", " + 1"), ("", " and $"),
                ("let(x => 1) -> ", ""), (":", ""), ("$.select(", ")"), ("", ", 1"),
                ("", ".select($)"),
            )
        )  # fmt: skip
        return opening * count + inner + closing * count

    # ------------------------------------------------------------ forms

    def _atom(self, _depth: int) -> str:
        kind = self._draws.below(10)
        if kind < 5:
            if kind == 4 and not self._eager:
                return self._draws.pick(OBJECTS)
            return self._draws.mostly(LITERALS, NO_LITERALS)
        return self._draws.pick(VARIABLES if kind < 8 else TYPES)

    def _member(self, depth: int) -> str:
        dot = "?." if not self._eager and self._draws.likely(20) else "."
        return f"{self.make(depth)}{dot}{self._draws.pick(MEMBERS)}"

    def _method(self, depth: int) -> str:
        dot = "?." if not self._eager and self._draws.likely(10) else "."
        names = OWN if self._draws.likely(20) else self._methods
        return f"{self.make(depth)}{dot}{self._draws.pick(names)}({self._arguments(depth)})"

    def _function(self, depth: int) -> str:
        return f"{self._draws.pick(self._functions)}({self._arguments(depth)})"

    def _binary(self, depth: int) -> str:
        space = self._draws.pick(SPACES) if self._draws.likely(10) else " "
        operator = self._draws.mostly(self._operators, NO_BINARY)
        return f"{self.make(depth)}{space}{operator}{space}{self.make(depth)}"

    def _unary(self, depth: int) -> str:
        text = self._draws.mostly(("-", "not ", "+"), (":", "not", "~", "!")) + self.make(depth)
        return text if self._draws.likely(20) else f"({text})"

    def _group(self, depth: int) -> str:
        return f"({self.make(depth)})"

    def _index(self, depth: int) -> str:
        return f"{self.make(depth)}[{self._arguments(depth)}]"

    def _list(self, depth: int) -> str:
        return f"[{self._arguments(depth)}]"

    def _map(self, depth: int) -> str:
        pairs = self._draws.many(lambda: f"{self.make(0)} => {self.make(depth)}", 3)
        return f"{{{', '.join(pairs)}}}"

    def _scope(self, depth: int) -> str:
        maker = self._draws.pick(
            ("let(x => {0})", "with({0}, 1)", "def(f, {0})", "{0}", "let({0})")
        )
        return f"{maker.format(self.make(depth))} -> {self.make(depth)}"

    def _lambda(self, depth: int) -> str:
        name = self._draws.pick(
            ("select", "where", "reduce", "orderBy", "groupBy", "toDict", "selectMany", "any",
             "aggregate", "takeWhile", "accumulate", "distinct", "pselect", "switchCase")
        )  # fmt: skip
        return f"{self.make(depth)}.{name}({self.make(depth)})"

    def _call(self, _depth: int) -> str:
        return self._calls.make()

    def _conditional(self, depth: int) -> str:
        name = self._draws.pick(("switch", "coalesce", "selectCase", "selectAllCases", "examine"))
        pairs = self._draws.many(lambda: f"{self.make(0)} => {self.make(depth)}", 2)
        return f"{name}({', '.join(pairs)})"

    def _odd(self, depth: int) -> str:
        form = self._draws.pick(
            ("{0}({1})", "({0})({1})", "$x({0})", "{0}.({1})", "{0}.[{1}]", "{{{0}}}", "{0} {1}",
             "::{0}", "{0}..{1}", "{0}.'p'", "{0}.$x")
        )  # fmt: skip
        return form.format(self.make(depth), self.make(depth))

    def _arguments(self, depth: int) -> str:
        if self._draws.likely(25):
            return ""
        args = self._draws.many(lambda: self.make(depth), 3)
        if self._draws.likely(15):
            args.insert(self._draws.below(len(args) or 1), "")
        names = ("x", "a", "b", "predicate", "owner", "1", "(x)", "'x'", "$", "initial", "key", "é")
        if self._draws.likely(20):
            args.append(f"{self._draws.pick(names)} => {self.make(depth)}")
        return ", ".join(args)
