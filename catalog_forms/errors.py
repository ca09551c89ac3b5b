"""Errors of forms: what is wrong, and where in the UI definition."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

LONGEST: Final = 300
"""Characters shown of what came from a package or from a user."""


class Place(NamedTuple):
    """Where something stands in a definition; both count from 1."""

    line: int = 1
    column: int = 1


class FormError(Exception):
    """Base of all errors that a definition or its answers may lead to.

    :ivar code: stable name of the kind of error, of the table in ``findings``.
    :ivar message: what is wrong and what to do, without the place.
    :ivar place: where in the definition, or None where it is not known.
    """

    def __init__(self, code: str, message: str, place: Place | None = None):
        super().__init__(code, message, place)
        self.code = code
        self.message = message
        self.place = place

    def __str__(self) -> str:
        return f"line {self.place.line}: {self.message}" if self.place else self.message

    def at(self, place: Place) -> FormError:
        """The same error with this place, unless it has one."""
        return self if self.place is not None else type(self)(self.code, self.message, place)


class DefinitionError(FormError):
    """A definition that cannot be used at all."""


class ExpressionError(FormError):
    """A text that is no expression, or an expression that cannot be evaluated."""


class LimitError(ExpressionError):
    """An expression, or the evaluation of a form, that needs more than it may."""


class ModelError(FormError):
    """The answers and the definition do not make an object model."""


def shown(value: Any) -> str:
    """A value of unknown origin as it may stand in a message."""
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Text that proposes the known name nearest to *name*, or an empty text."""
    near = difflib.get_close_matches(name[:LONGEST], list(known), n=1, cutoff=0.75)
    return f"; did you mean {near[0]!r}?" if near else ""
