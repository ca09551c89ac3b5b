"""Package versions and the specifications that choose among them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import total_ordering

_BASE = re.compile(r"(\d{1,18})(?:\.(\d{1,18})(?:\.(\d{1,18}))?)?")
_CLAUSE = re.compile(
    r"(==|!=|<=|>=|=|<|>)?"
    r"(\d{1,18})(?:\.(\d{1,18})(?:\.(\d{1,18})(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?)?)?"
)
#: The longest version or specification text; longer ones are nobody's version.
MAX_LENGTH = 64


class VersionError(ValueError):
    """A text is no version, or no version specification."""


@total_ordering
@dataclass(frozen=True, slots=True)
class Version:
    """A semantic version; ordering follows semver.org, build data last."""

    major: int
    minor: int = 0
    patch: int = 0
    prerelease: tuple[str, ...] = ()
    build: tuple[str, ...] = ()

    @classmethod
    def coerce(cls, text: object) -> Version:
        """Read a version leniently: ``1`` is 1.0.0, ``1.2.3.4`` is 1.2.3+4, None is 0.0.0.

        :raises VersionError: it does not begin with a number, or is too long.
        """
        source = "" if text is None else str(text).strip()
        if not source:
            return cls(0)
        match = _BASE.match(source)
        if match is None or len(source) > MAX_LENGTH:
            raise VersionError(f"{source[:MAX_LENGTH]!r} is no version: use numbers as in 1.2.3")
        numbers = [int(part or 0) for part in match.groups()]
        rest = re.sub(r"[^0-9A-Za-z+.-]", "-", source[match.end() :])
        if rest.startswith((".", "+")):
            prerelease, build = "", rest[1:]
        else:
            prerelease, _, build = rest.removeprefix("-").partition("+")
        major, minor, patch = numbers
        return cls(major, minor, patch, _labels(prerelease), _labels(build.replace("+", ".")))

    def _key(self) -> tuple[object, ...]:
        labels = tuple(
            (0, int(label), "") if label.isdigit() else (1, 0, label) for label in self.prerelease
        )
        # A release comes after all its pre-releases.
        return self.base, not self.prerelease, labels, self.build

    @property
    def base(self) -> tuple[int, int, int]:
        """The three numbers."""
        return self.major, self.minor, self.patch

    def __lt__(self, other: Version) -> bool:
        return self._key() < other._key()

    def __str__(self) -> str:
        text = f"{self.major}.{self.minor}.{self.patch}"
        if self.prerelease:
            text += "-" + ".".join(self.prerelease)
        if self.build:
            text += "+" + ".".join(self.build)
        return text


class VersionSpec:
    """A specification such as ``>=1.2,<2``: clauses that all must hold; partial numbers widen.

    Empty and None stand for ``0`` (any 0.x.y), ``*`` for any version.

    :raises VersionError: a clause cannot be read.
    """

    def __init__(self, text: object = None) -> None:
        source = re.sub(r"\s+", "", "" if text is None else str(text)) or "0"
        if len(source) > 4 * MAX_LENGTH:
            raise VersionError("The version specification is too long")
        self.text = source
        self._tests = [_clause(clause) for clause in source.split(",")]

    def matches(self, version: Version) -> bool:
        """Whether a version satisfies every clause."""
        return all(test(version) for test in self._tests)

    def best(self, versions: Iterable[Version]) -> Version | None:
        """The highest matching version, or None."""
        return max(filter(self.matches, versions), default=None)

    def __str__(self) -> str:
        return self.text


def _labels(text: str) -> tuple[str, ...]:
    # Numbers lose leading zeros, empty parts are dropped: as semver wants them.
    parts = (part for part in text.split(".") if part)
    return tuple(part.lstrip("0") or "0" if part.isdigit() else part for part in parts)


def _clause(clause: str) -> Callable[[Version], bool]:
    if clause in ("*", "=*", "==*"):
        return lambda version: True
    match = _CLAUSE.fullmatch(clause)
    if match is None:
        raise VersionError(
            f"{clause[:MAX_LENGTH]!r} is no version specification: use forms as 1.2, =1.2.3, "
            ">=1.0,<2 or *"
        )
    operator, *numbers, prerelease, build = match.groups()
    given = [int(number) for number in numbers if number is not None]
    lowest = _version(given, _labels(prerelease or ""))
    if len(given) == 3:
        return _exact(operator, lowest, _labels(build or ""))
    following = _version([*given[:-1], given[-1] + 1])
    return _widened(operator, lowest, following)


def _version(numbers: list[int], prerelease: tuple[str, ...] = ()) -> Version:
    """A version of one to three numbers."""
    major, minor, patch = [*numbers, 0, 0][:3]
    return Version(major, minor, patch, prerelease)


def _exact(operator: str | None, wanted: Version, build: tuple[str, ...]) -> Callable[..., bool]:
    def equal(version: Version) -> bool:
        same = (version.base, version.prerelease) == (wanted.base, wanted.prerelease)
        return same and (not build or version.build == build)

    if operator == "!=":
        return lambda version: not equal(version)
    if operator == ">":
        return lambda version: _order(version) > _order(wanted)
    if operator == ">=":
        return lambda version: _order(version) >= _order(wanted)
    if operator == "<":
        return lambda version: _below(version, wanted)
    if operator == "<=":
        return lambda version: _order(version) <= _order(wanted)
    return equal


def _widened(operator: str | None, lowest: Version, following: Version) -> Callable[..., bool]:
    if operator == "!=":
        return lambda version: version < lowest or version >= following
    if operator == ">":
        return lambda version: version >= following
    if operator == ">=":
        return lambda version: version >= lowest
    if operator == "<":
        return lambda version: _below(version, lowest)
    if operator == "<=":
        return lambda version: _below(version, following)
    return lambda version: version >= lowest and _below(version, following)


def _order(version: Version) -> Version:
    """The version as semver orders it, without its build data."""
    return Version(*version.base, prerelease=version.prerelease)


def _below(version: Version, bound: Version) -> bool:
    """Below a bound; a pre-release of the bound itself does not count as below it."""
    if not bound.prerelease and version.base == bound.base:
        return False
    return _order(version) < bound
