"""Errors of package source: what a package author reads when a class does not compile."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from typing import NamedTuple

DSL_SYNTAX_ERROR = "murano.dsl.exceptions.DslSyntaxError"


class Position(NamedTuple):
    """Where something stands in a package; lines and columns count from 1."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class CompileError(Exception):
    """A class, or a part of it, that cannot be compiled.

    :ivar message: what is wrong and what to do, without the place.
    :ivar file: path inside the package, as the manifest names it.
    :ivar line: line from 1; 0 when the whole file is meant.
    :ivar column: column from 1; 0 when the whole line is meant.
    :ivar kind: name under which MuranoPL code may catch it at the first use of the class.
    """

    def __init__(
        self,
        message: str,
        file: str = "",
        line: int = 0,
        column: int = 0,
        kind: str = DSL_SYNTAX_ERROR,
    ):
        super().__init__(message, file, line, column, kind)
        self.message = message
        self.file = file
        self.line = line
        self.column = column
        self.kind = kind

    @classmethod
    def at(
        cls,
        position: Position,
        message: str,
        kind: str = DSL_SYNTAX_ERROR,
    ) -> CompileError:
        """Make an error that points at *position*."""
        return cls(message, position.file, position.line, position.column, kind)

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        return f"{place}: {self.message}" if place else self.message


Report = Callable[[CompileError], None]
"""Takes an error note of; what is wrong is left out then, and reading goes on."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Text that proposes the known name nearest to *name*, or an empty text."""
    near = difflib.get_close_matches(name, [str(k) for k in known], n=1, cutoff=0.7)
    return f"; did you mean {near[0]!r}?" if near else ""
