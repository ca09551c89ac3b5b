"""Regular expressions of package authors: matched within a bounded time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import regex

from catalog_forms.errors import ExpressionError, LimitError, shown

SECONDS: Final = 0.5
"""Time that one match may take."""
LONGEST: Final = 10_000
"""Characters of a pattern."""
_FLAGS: Final = {letter: getattr(regex, letter.upper()) for letter in "imsxau"}


class Pattern:
    """A compiled pattern whose matching ends in time.

    It has the methods of Python's patterns that expressions use.

    :raises ExpressionError: *text* is no regular expression.
    """

    def __init__(self, text: str, flags: int = 0):
        if len(text) > LONGEST:
            raise LimitError("limit", f"A pattern is longer than {LONGEST} characters")
        try:
            self._compiled = regex.compile(text, flags | regex.VERSION0)
        except (regex.error, ValueError, OverflowError, RecursionError, MemoryError) as error:
            message = f"{shown(text)} is no regular expression: {error}"
            raise ExpressionError("invalid-pattern", message) from error
        self.text = text

    @classmethod
    def written(cls, text: str) -> Pattern:
        """Of a ``regexpValidator``: bare, or as ``/pattern/flags``.

        :raises ExpressionError: it is no regular expression, or lacks its second slash.
        """
        if not text.startswith("/"):
            return cls(text)
        body, slash, letters = text[1:].rpartition("/")
        if not slash:
            message = f"{shown(text)} begins with / and has no second /"
            raise ExpressionError("invalid-pattern", message)
        flags = 0
        for letter in letters:
            flags |= _FLAGS.get(letter, 0)
        return cls(body, flags)

    def _timed(self, method: str, *arguments: Any) -> Any:
        try:
            return getattr(self._compiled, method)(*arguments, timeout=SECONDS)
        except TimeoutError as error:
            message = f"Matching {shown(self.text)} takes too long; simplify the pattern"
            raise LimitError("limit", message) from error

    def search(self, text: str) -> Any:
        """The first match anywhere, or None."""
        return self._timed("search", text)

    def match(self, text: str) -> Any:
        """A match at the start, or None."""
        return self._timed("match", text)

    def finditer(self, text: str) -> Iterator[Any]:
        """All matches."""
        try:
            yield from self._compiled.finditer(text, timeout=SECONDS)
        except TimeoutError as error:
            message = f"Matching {shown(self.text)} takes too long; simplify the pattern"
            raise LimitError("limit", message) from error

    def split(self, text: str, count: int = 0) -> list[str]:
        """What stands between matches."""
        return list(self._timed("split", text, count))

    def sub(self, by: Any, text: str, count: int = 0) -> str:
        """The text with its matches replaced."""
        return str(self._timed("sub", by, text, count))
