"""From the text of an expression to its syntax tree.

The grammar is yaql's, with the operators of MuranoPL: the yaql library's own parser is the oracle
in the tests. It is not used here because it takes as long to build its tables and to parse the
class library as the whole of the rest of loading, and because it keeps no positions.
"""

from __future__ import annotations

from typing import Final

from catalog_engine.muranopl.expressions import nodes
from catalog_engine.muranopl.expressions.lexer import (
    CONSTANT,
    END,
    FUNCTION,
    VARIABLE,
    WORD,
    ExpressionError,
    Token,
    tokens,
)
from catalog_engine.muranopl.expressions.nodes import Expression

MAXIMUM_HEIGHT: Final = 150
"""Levels that an expression may nest; a chain of operators nests one level an operator."""

_BINARY: Final = {
    "->": 1,
    "or": 2,
    "and": 3,
    ">": 5,
    "<": 5,
    ">=": 5,
    "<=": 5,
    "!=": 5,
    "=": 5,
    "in": 5,
    "is": 5,
    "+": 6,
    "-": 6,
    "*": 7,
    "/": 7,
    "mod": 7,
    "=~": 8,
    "!~": 8,
    "[": 10,
    ".": 11,
    "?.": 11,
    ":": 12,
}
_PREFIX: Final = {"not": 4, "+": 9, "-": 9, ":": 13}


class Parser:
    """Parses expressions, each text once.

    One parser serves the compilation of one package; it remembers what it has parsed.
    """

    def __init__(self) -> None:
        self._parsed: dict[str, Expression | ExpressionError] = {}

    def parse(self, text: str) -> Expression:
        """Parse one expression.

        :raises ExpressionError: *text* is no expression.
        """
        found = self._parsed.get(text)
        if found is None:
            try:
                found = _Run(text).expression()
            except ExpressionError as error:
                found = error
            self._parsed[text] = found
        if isinstance(found, ExpressionError):
            raise ExpressionError(found.message, found.offset)
        return found

    def recognise(self, text: str) -> Expression | None:
        """Parse *text*, or return None when it is no expression."""
        try:
            return self.parse(text)
        except ExpressionError:
            return None


class _Run:
    """One pass over the tokens of one text, by precedence climbing."""

    __slots__ = ("depth", "index", "token", "tokens")

    def __init__(self, text: str):
        self.tokens = tokens(text)
        self.index = 0
        self.token = self.tokens[0]
        self.depth = 0

    def expression(self) -> Expression:
        """The whole text."""
        tree = self.value(0)
        if self.token.kind != END:
            raise self.unexpected()
        return tree

    def unexpected(self) -> ExpressionError:
        """The error of a token that cannot stand where it stands."""
        if self.token.kind == END:
            return ExpressionError("Unexpected end of expression", self.token.start)
        return ExpressionError(f"Unexpected {self.token.value!r}", self.token.start)

    def advance(self) -> Token:
        """Take the current token."""
        token = self.token
        self.index += 1
        self.token = self.tokens[self.index]
        return token

    def expect(self, kind: str) -> Token:
        """Take the current token, which must be of *kind*."""
        if self.token.kind != kind:
            raise self.unexpected()
        return self.advance()

    def value(self, binding: int) -> Expression:
        """A value whose operators all bind tighter than *binding*."""
        self.depth += 1
        if self.depth > MAXIMUM_HEIGHT:
            raise ExpressionError("The expression nests too deeply; split it", self.token.start)
        left = self.operand()
        while True:
            kind = self.token.kind
            strength = _BINARY.get(kind)
            if strength is None or strength <= binding:
                break
            left = self.infix(kind, strength, left)
            if left.height > MAXIMUM_HEIGHT:
                raise ExpressionError("The expression is too long; split it", left.start)
        self.depth -= 1
        return left

    def operand(self) -> Expression:
        """A value that begins with the current token."""
        token = self.token
        kind = token.kind
        if kind == VARIABLE:
            self.advance()
            return nodes.Variable(token.value).place(token.start, token.end)
        if kind in (WORD, CONSTANT):
            self.advance()
            return nodes.Constant(token.value, kind == WORD).place(token.start, token.end)
        if kind == FUNCTION:
            self.advance()
            args, end = self.arguments(")")
            return nodes.Call(token.value, args).place(token.start, end, *args)
        if kind == "(":
            self.advance()
            inner = self.value(0)
            end = self.expect(")").end
            return nodes.Group(inner).place(token.start, end, inner)
        if kind == "[":
            self.advance()
            args, end = self.arguments("]")
            return nodes.ListDisplay(args).place(token.start, end, *args)
        if kind == "{":
            self.advance()
            args, end = self.arguments("}")
            return nodes.MapDisplay(args).place(token.start, end, *args)
        strength = _PREFIX.get(kind)
        if strength is None:
            raise self.unexpected()
        self.advance()
        inner = self.value(strength - 1)
        if kind == ":":
            return nodes.TypeName(None, inner).place(token.start, inner.end, inner)
        return nodes.Unary(kind, inner).place(token.start, inner.end, inner)

    def infix(self, kind: str, strength: int, left: Expression) -> Expression:
        """The operator at the current token with what stands right of it."""
        self.advance()
        if kind == "[":
            args, end = self.arguments("]")
            return nodes.Index(left, args).place(left.start, end, left, *args)
        right = self.value(strength - 1 if kind == "->" else strength)
        node: Expression
        if kind == "." or kind == "?.":
            node = nodes.Member(left, right, kind == "?.")
        elif kind == ":":
            node = nodes.TypeName(left, right)
        elif kind == "->":
            node = nodes.Arrow(left, right)
        else:
            node = nodes.Binary(kind, left, right)
        return node.place(left.start, right.end, left, right)

    def arguments(self, closing: str) -> tuple[list[Expression], int]:
        """Arguments up to the closing bracket: positional ones, some left out, then named ones."""
        args: list[Expression] = []
        if self.token.kind == closing:
            return args, self.advance().end
        named = False
        while True:
            token = self.token
            if token.kind == "," and not named:
                args.append(nodes.Missing().place(token.start, token.start))
                self.advance()
                continue
            value = self.value(0)
            if self.token.kind == "=>":
                self.advance()
                right = self.value(0)
                value = nodes.Rule(value, right).place(value.start, right.end, value, right)
                if not named and len(args) == 1 and isinstance(args[0], nodes.Missing):
                    raise self.unexpected()
                named = True
            elif named:
                raise self.unexpected()
            args.append(value)
            if self.token.kind == closing:
                return args, self.advance().end
            self.expect(",")
