"""A grammar of statements: every construct and target, and constructs that are not quite right."""

from __future__ import annotations

from typing import Any, Final

from tests.conformance.fuzzing.draws import Draws
from tests.conformance.fuzzing.expressions import Expressions
from tests.conformance.fuzzing.notation import Expression, Pairs, Raw

SCALARS: Final = (
    None, True, False, 0, 1, 2, -1, 0.5, "", "a", "text", "$x", "x", "Full", "ex:Full",
    "ValueError", Raw("~"), Raw("2013-05-23"), Raw("2013-05-23T12:30:45Z"), Raw("12:30:45"),
    Raw("0x1F"),
    Raw(".nan"), Raw(".inf"), Raw("yes"), Raw("a b c"), Raw("a and b"), Raw("foo-bar"), Raw("''"),
    Raw("!!str 12"), Raw("99999999999999999999999"), Raw("1e400"), Raw("!!float 1"), Raw("1:60"),
    Raw("'it''s'"), Raw("ex:Full"), Raw("$.a.b"), Raw("=> 1"), Raw("!!timestamp 2013-05-23"),
)  # fmt: skip
NO_SCALARS: Final = (
    Raw("!!int 'x'"), Raw("!!int ''"), Raw("!!binary YWJj"), Raw("!!set {a}"), Raw("!!timestamp x"),
    Raw("*nowhere"), Raw("!!bool 1"), Raw("2013-99-99"), Raw("!yaql '('"), Raw("!!null x"),
    Raw("0b2"), Raw("!!float ''"), Raw("!unknown x"), Raw("!!int 0x"), Raw("!!merge <<"), Raw("<<"),
)  # fmt: skip
NAMES: Final = ("Full", "Empty", "ex:Full", "a.b.Full", "ValueError", "KeyError", "TypeError",
                "ZeroDivisionError", "yaql.language.exceptions.NoMatchingFunctionException",
                "murano.dsl.exceptions.ContractViolationException")  # fmt: skip
NO_NAMES: Final = ("no name", "x:Full", "", 1, None, [], "é", "a.", "Full\n")
CATCH_VARIABLES: Final = ("e", "x", "$e", "$", "this", "1", "", "a b", None)
LOOP_VARIABLES: Final = ("x", "i", "$i", "", "this", "1", "a b", "é", "__class__")
TARGETS: Final = (
    "$x", "$y", "$", "$this", "$1", "$é", "$.p", "$.q", "$.r", "$this.p", "$.unknown", "$x.a",
    "$x.a.b", "$x[0]", "$x[-1]", "$x[99]", "$x['a b']", "$x[0].a", "$.p[0]", "$.q.a.b", "$.r[0][1]",
    ":Main.s", "ex:Base.s", "type(Main).s", "type($this).s", ":Main", ":Unknown.s", "$x?.a", "f(x)",
    "1", "'a'", "[1]", "$x + 1", "$x.m()", "$x.(a)", "$x['a']", "$x[0, 1]", "$x[]", "(($x)).a",
    "$x.a[$i + 1].b", "$a.$b", "let(x => 1) -> $x", "$x[a => 1]", "$.'p'", "type().s", "type(1, 2)",
    "type(Main, x => 1).s", "$x[null]", "$x[$x]", "$x[[1]]", "type($a).s[0].b", "$x[$.p].q[0]",
)  # fmt: skip


class Statements:
    """Makes blocks of statements.

    :param expressions: what makes the expressions in them.
    """

    def __init__(self, draws: Draws, expressions: Expressions) -> None:
        self._draws = draws
        self._expressions = expressions
        self._forms = [
            self._discard, self._assign, self._return, self._if, self._for, self._repeat,
            self._while, self._match, self._switch, self._try, self._throw, self._do,
            self._parallel, self._leave, self._rethrow,
        ]  # fmt: skip

    def block(self, depth: int = 3) -> Any:
        """A block: statements, a single one, nothing, or what is none."""
        if self._draws.odd(10):
            return self._draws.pick((self.value(1), [self.value(1)], Pairs()))
        kind = self._draws.below(20)
        if kind == 18:
            return self._draws.pick((None, []))
        if kind > 14:
            return self.statement(depth)
        return self._draws.many(lambda: self.statement(depth), 1 + min(depth, 3), 1)

    def statement(self, depth: int) -> Any:
        """One statement; one of a few is not quite right."""
        forms = self._forms if depth > 0 else self._forms[:3]
        made = self._draws.pick(forms)(depth - 1)
        if isinstance(made, Pairs) and self._draws.odd(15):
            self._spoil(made)
        return made

    def value(self, depth: int = 2) -> Any:
        """A right-hand side."""
        kind = self._draws.below(8)
        if kind < 5 or depth <= 0:
            return self.expression() if kind < 4 else self._draws.mostly(SCALARS, NO_SCALARS)
        if kind == 5:
            return self._draws.many(lambda: self.value(depth - 1), 3)
        return Pairs(self._draws.many(lambda: (self._key(), self.value(depth - 1)), 3))

    def expression(self) -> Expression:
        """An expression, at times as people write them."""
        return Expression(self._expressions.make(self._draws.below(4)), self._draws.likely(10))

    def _key(self) -> Any:
        return (
            self.expression() if self._draws.likely(25) else self._draws.mostly(SCALARS, NO_SCALARS)
        )

    def _spoil(self, made: Pairs) -> None:
        """Leave a key out, misspell or repeat one, or put something wrong under it."""
        at = self._draws.below(len(made))
        key, value = made[at]
        kind = self._draws.below(5)
        if kind == 0:
            del made[at]
        elif kind == 1:
            made[at] = (key, self.value())
        elif kind == 2:
            made.append(
                (self._draws.pick(("Do", "Then", "Else", "Default", "Unknown", "Return")), 1)
            )
        elif kind == 3:
            made.append((key, value))
        else:
            made[at] = (self._key(), value)

    # ------------------------------------------------------------ constructs

    def _discard(self, _depth: int) -> Any:
        return self.expression()

    def _assign(self, _depth: int) -> Any:
        return Pairs([(Expression(self._draws.pick(TARGETS)), self.value())])

    def _return(self, _depth: int) -> Any:
        return Pairs([("Return", self.value())])

    def _leave(self, _depth: int) -> Any:
        word = self._draws.pick(("Break", "Continue"))
        return Pairs([(word, self._draws.mostly((None, False, 0), (1, [], "x")))])

    def _rethrow(self, _depth: int) -> Any:
        return Pairs([("Rethrow", self._draws.mostly((None,), (1, self.expression())))])

    def _do(self, depth: int) -> Any:
        return Pairs([("Do", self.block(depth))])

    def _if(self, depth: int) -> Any:
        made = Pairs([("If", self.value()), ("Then", self.block(depth))])
        if self._draws.likely(50):
            made.append(("Else", self.block(depth)))
        return made

    def _while(self, depth: int) -> Any:
        return Pairs([("While", self.expression()), ("Do", self.block(depth))])

    def _for(self, depth: int) -> Any:
        name = self._draws.mostly(LOOP_VARIABLES, (1, None, [], self.expression()))
        return Pairs([("For", name), ("In", self.value()), ("Do", self.block(depth))])

    def _repeat(self, depth: int) -> Any:
        count = self._draws.mostly((1, 2, 3, -1, True, self.expression()), ("1", None, 1.5))
        return Pairs([("Repeat", count), ("Do", self.block(depth))])

    def _match(self, depth: int) -> Any:
        return self._with_default("Match", depth, [("Value", self.value())])

    def _switch(self, depth: int) -> Any:
        return self._with_default("Switch", depth, [])

    def _with_default(self, word: str, depth: int, more: list[Any]) -> Pairs:
        cases = Pairs(self._draws.many(lambda: (self._key(), self.block(depth)), 3))
        made = Pairs([(word, cases), *more])
        if self._draws.likely(50):
            made.append(("Default", self.block(depth)))
        return made

    def _parallel(self, depth: int) -> Any:
        made = Pairs([("Parallel", self.block(depth))])
        if self._draws.likely(30):
            made.append(("Limit", self.value()))
        return made

    def _try(self, depth: int) -> Any:
        made = Pairs([("Try", self.block(depth))])
        if self._draws.likely(85):
            made.append(("Catch", self._draws.many(lambda: self._handler(depth), 2, 1)))
        for key in ("Else", "Finally"):
            if self._draws.likely(30):
                made.append((key, self.block(depth)))
        return made

    def _handler(self, depth: int) -> Pairs:
        made = Pairs()
        if self._draws.likely(40):
            made.append(("With", self._names()))
        if self._draws.likely(50):
            made.append(("As", self._draws.mostly(CATCH_VARIABLES, (1, [], self.expression()))))
        made.append(("Do", self.block(depth)))
        return made

    def _throw(self, _depth: int) -> Any:
        made = Pairs([("Throw", self.value(1) if self._draws.likely(20) else self._names())])
        for key in ("Message", "Extra", "Cause"):
            if self._draws.likely(30):
                made.append(
                    (key, Pairs([("a", self.value(1))]) if key == "Extra" else self.value())
                )
        return made

    def _names(self) -> Any:
        if self._draws.likely(70):
            return self._draws.mostly(NAMES, NO_NAMES)
        return self._draws.many(lambda: self._draws.mostly(NAMES, NO_NAMES), 2)
