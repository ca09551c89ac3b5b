"""Typed messages: dataclasses that check what they are made from."""

from __future__ import annotations

import dataclasses
import functools
import math
import re
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any, Self

Check = Callable[[Any, str], Any]
"""Turns a plain value, standing at a path, into a field's value; raises ContractError."""


class ContractError(ValueError):
    """A message is not what the contract says; the text names the member."""


@dataclasses.dataclass(frozen=True)
class Text:
    """Bounds of a string: length in characters, and a pattern that it matches whole."""

    most: int = 255
    least: int = 0
    pattern: str | None = None

    def check(self, value: str, where: str) -> None:
        """ContractError when ``value`` is out of bounds."""
        if not self.least <= len(value) <= self.most:
            raise ContractError(
                f"{where} must have {self.least} to {self.most} characters, not {len(value)}"
            )
        if self.pattern is not None and re.fullmatch(self.pattern, value) is None:
            raise ContractError(f"{where} must match {self.pattern}, not {value[:80]!r}")


@dataclasses.dataclass(frozen=True)
class Range:
    """Bounds of a number, both included."""

    least: float
    most: float

    def check(self, value: float, where: str) -> None:
        """ContractError when ``value`` is out of bounds."""
        if not self.least <= value <= self.most:
            raise ContractError(f"{where} must be {self.least} to {self.most}, not {value}")


@dataclasses.dataclass(frozen=True)
class Items:
    """How many items a list may have."""

    most: int
    least: int = 0

    def check(self, value: tuple[Any, ...], where: str) -> None:
        """ContractError when there are too many or too few."""
        if not self.least <= len(value) <= self.most:
            raise ContractError(
                f"{where} must have {self.least} to {self.most} items, not {len(value)}"
            )


@dataclasses.dataclass(frozen=True)
class Message:
    """Base of all messages.

    Members that the contract does not know are ignored, so that the two sides can be upgraded
    one after the other.
    """

    def __post_init__(self) -> None:
        self.check()

    def check(self) -> None:
        """Rules that need more than one member; ContractError when one is broken."""

    @classmethod
    def from_dict(cls, data: Any, where: str = "the message") -> Self:
        """Make a message of plain data.

        :param where: how an error calls it.
        :raises ContractError: ``data`` is not such a message.
        """
        if not isinstance(data, Mapping):
            raise ContractError(f"{where} must be an object, not {_kind(data)}")
        values = {}
        kind: Any = cls
        for field, check in _fields(kind):
            if field.name in data:
                values[field.name] = check(data[field.name], f"{where}: {field.name}")
            elif _is_required(field):
                raise ContractError(f"{where} lacks {field.name}")
        try:
            return cls(**values)
        except ContractError as error:
            raise ContractError(f"{where}: {error}") from None

    def to_dict(self) -> dict[str, Any]:
        """The message as plain data."""
        return {field.name: _plain(getattr(self, field.name)) for field in dataclasses.fields(self)}


def _plain(value: Any) -> Any:
    if isinstance(value, Message):
        return value.to_dict()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _is_required(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


@functools.cache
def _fields(cls: Any) -> tuple[tuple[dataclasses.Field[Any], Check], ...]:
    hints = typing.get_type_hints(cls, include_extras=True)
    return tuple((field, _checker(hints[field.name])) for field in dataclasses.fields(cls))


def _checker(hint: Any) -> Check:
    """The check of one field's type."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return lambda value, where: value
    if origin is typing.Annotated:
        return _bounded(_checker(arguments[0]), arguments[1:])
    if origin is typing.Literal:
        return _one_of(arguments)
    if origin in (types.UnionType, typing.Union):
        (some,) = (argument for argument in arguments if argument is not types.NoneType)
        inner = _checker(some)
        return lambda value, where: None if value is None else inner(value, where)
    if origin is tuple:
        return _many(_checker(arguments[0]))
    if origin is not None and issubclass(origin, Mapping):
        return _mapping(_checker(arguments[1]))
    if issubclass(hint, Message):
        nested: Check = hint.from_dict
        return nested
    plain: dict[Any, Check] = {str: _text, bool: _flag, int: _integer, float: _number}
    return plain[hint]


def _bounded(check: Check, bounds: tuple[Any, ...]) -> Check:
    def bounded(value: Any, where: str) -> Any:
        checked = check(value, where)
        for bound in bounds:
            bound.check(checked, where)
        return checked

    return bounded


def _one_of(values: tuple[Any, ...]) -> Check:
    def one_of(value: Any, where: str) -> Any:
        if not isinstance(value, str) or value not in values:
            raise ContractError(f"{where} must be one of {', '.join(values)}, not {_shown(value)}")
        return value

    return one_of


def _many(check: Check) -> Check:
    def many(value: Any, where: str) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            raise ContractError(f"{where} must be a list, not {_kind(value)}")
        return tuple(check(item, f"{where}[{index}]") for index, item in enumerate(value))

    return many


def _mapping(check: Check) -> Check:
    def mapping(value: Any, where: str) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise ContractError(f"{where} must be an object, not {_kind(value)}")
        return {key: check(item, f"{where}.{key}") for key, item in value.items()}

    return mapping


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise ContractError(f"{where} must be a string, not {_kind(value)}")
    return value


def _flag(value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        raise ContractError(f"{where} must be true or false, not {_kind(value)}")
    return value


def _integer(value: Any, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ContractError(f"{where} must be an integer, not {_kind(value)}")
    return value


def _number(value: Any, where: str) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not _is_finite(value):
        raise ContractError(f"{where} must be a finite number, not {_kind(value)}")
    return float(value)


def _is_finite(value: int | float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    names = {bool: "a boolean", str: "a string", dict: "an object", list: "a list"}
    return names.get(type(value), "a number" if isinstance(value, int | float) else "another type")


def _shown(value: Any) -> str:
    return repr(value[:80]) if isinstance(value, str) else _kind(value)
