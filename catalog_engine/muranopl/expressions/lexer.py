"""Tokens of expressions, by the rules of the yaql library's lexer."""

from __future__ import annotations

import codecs
import re
from typing import Any, Final, NamedTuple


class ExpressionError(Exception):
    """A text that is no expression.

    :ivar message: what is wrong.
    :ivar offset: where in the text, from 0.
    """

    def __init__(self, message: str, offset: int):
        super().__init__(message)
        self.message = message
        self.offset = offset


class Token(NamedTuple):
    """*kind* is the operator or bracket itself, or one of the kinds named below."""

    kind: str
    value: Any
    start: int
    end: int


VARIABLE: Final = "variable"
CONSTANT: Final = "constant"
WORD: Final = "word"
FUNCTION: Final = "function"
END: Final = "end"

WORD_OPERATORS: Final = frozenset(("mod", "in", "is", "not", "and", "or"))
_CONSTANTS: Final = {"true": True, "false": False, "null": None}

_TOKEN: Final = re.compile(
    r"""
    (?P<variable>\$\w*)
    | (?P<number>\b\d+(?:\.?\d+)?\b)
    | (?P<function>\b[^\W\d]\w*\()
    | (?P<word>(?!__)\b[^\W\d]\w*\b)
    | (?P<single>'(?:[^'\\]|\\.)*')
    | (?P<double>"(?:[^"\\]|\\.)*")
    | (?P<verbatim>`(?:[^`\\]|\\.)*`)
    | (?P<operator>\?\.|=>|->|=~|!~|>=|<=|!=|[-+*/<>=.:\[\](){},])
    """,
    re.VERBOSE,
)
_BLANK: Final = " \t\r\n"
_ESCAPE: Final = re.compile(r"""\\(?:U.{8}|u.{4}|x..|[0-7]{1,3}|N\{[^}]+\}|[\\'"abfnrtv])""")


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    return _ESCAPE.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    sequence = match.group()
    if sequence[1] in "01234567":
        # Python's codec warns of those above 377.
        return chr(int(sequence[1:], 8))
    return codecs.decode(sequence, "unicode-escape")


def tokens(text: str) -> list[Token]:
    """Split *text* into tokens; the last is of kind END.

    :raises ExpressionError: a character begins no token, or an escape sequence is malformed.
    """
    found: list[Token] = []
    position, length = 0, len(text)
    match_at = _TOKEN.match
    while True:
        while position < length and text[position] in _BLANK:
            position += 1
        if position == length:
            found.append(Token(END, None, length, length))
            return found
        match = match_at(text, position)
        if match is None:
            raise ExpressionError(f"Unexpected character {text[position]!r}", position)
        end = match.end()
        found.append(_token(match, match.lastgroup or "", match.group(), position, end))
        position = end


def _token(match: re.Match[str], group: str, text: str, start: int, end: int) -> Token:
    if group == "operator":
        return Token(text, text, start, end)
    if group == "variable":
        return Token(VARIABLE, text[1:], start, end)
    if group == "function":
        return Token(FUNCTION, text[:-1], start, end)
    if group == "word":
        if text in WORD_OPERATORS:
            return Token(text, text, start, end)
        if text in _CONSTANTS:
            return Token(CONSTANT, _CONSTANTS[text], start, end)
        return Token(WORD, text, start, end)
    try:
        if group == "number":
            value: Any = float(text) if "." in text else int(text)
        elif group == "verbatim":
            value = text[1:-1].replace("\\`", "`")
        else:
            value = _unescaped(text[1:-1])
    except ValueError as error:
        raise ExpressionError(str(error), start) from error
    return Token(CONSTANT, value, start, end)
