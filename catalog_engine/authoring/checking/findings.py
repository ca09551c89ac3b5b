"""Findings of the checker, and what collects them."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Any, Final

from catalog_engine.authoring.checking.codes import CODES, ERROR, WARNING
from catalog_engine.muranopl.source.errors import CompileError

MAXIMUM: Final = 1000
"""Findings shown of one package."""
LONGEST: Final = 500
"""Characters of a message; names in it come from the package."""


@dataclass(frozen=True, order=True)
class Finding:
    """One thing to be said about a package.

    :ivar file: the package's path with the path inside the package.
    :ivar line: line from 1; *column* likewise.
    :ivar severity: ``error`` or ``warning``.
    :ivar code: a key of the table of codes.
    """

    file: str
    line: int
    column: int
    severity: str
    code: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}"
        return f"{place}: {self.severity}: {self.message} [{self.code}]"


class TooMany(Exception):
    """A package has more findings than are of use."""


class Collector:
    """Findings of one package, each once.

    :param path: how the author calls the package.
    :param style: take note of matters of taste too.
    """

    def __init__(self, path: str, style: bool = False) -> None:
        self._path = path
        self._style = style
        self._found: dict[Finding, None] = {}

    def add(
        self, place: Any, code: str, message: str, severity: str | None = None
    ) -> None:  # fmt: skip
        """Note a finding.

        :param place: what has ``file``, ``line`` and ``column``: a position, or an error.
        :param severity: where it is another than the code's.
        :raises TooMany: the limit is reached.
        """
        known = CODES[code.partition("/")[0]]
        if known.is_style and not self._style:
            return
        if len(self._found) >= MAXIMUM:
            raise TooMany
        file = f"{self._path}/{place.file}" if place.file else self._path
        finding = Finding(
            file, max(place.line, 1), max(place.column, 1), severity or known.severity, code,
            textwrap.shorten(message, LONGEST, placeholder=" …"),
        )  # fmt: skip
        self._found[finding] = None

    def error(self, error: CompileError, code: str = "syntax") -> None:
        """Note an error of package source."""
        is_prefix = error.kind == "KeyError" and code == "syntax"
        self.add(error, "unknown-namespace" if is_prefix else code, error.message)

    def close(self) -> None:
        """Say that more was found than is shown."""
        known = CODES["too-many"]
        message = f"There are more than {MAXIMUM} findings; mend some and check again"
        self._found[Finding(self._path, 1, 1, known.severity, "too-many", message)] = None

    def sorted(self) -> list[Finding]:
        """The findings in the order of places."""
        return sorted(self._found)


def counts(findings: list[Finding]) -> dict[str, int]:
    """How many findings there are of each severity."""
    return {
        severity: sum(finding.severity == severity for finding in findings)
        for severity in (ERROR, WARNING)
    }


@dataclass(frozen=True)
class Place:
    """A place in a package."""

    file: str
    line: int = 1
    column: int = 1
