"""``format``: text templates like Python's ``str.format``, without its reach into objects."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from typing import Any, Final

from catalog_engine.muranopl.functions import bounds
from catalog_engine.muranopl.functions import parameters as p
from catalog_engine.muranopl.functions.table import Subject
from catalog_engine.muranopl.runtime.values import freeze

subject = Subject()

WIDTH: Final = 4096
"""Largest width and precision of a format specification."""

_NUMBER: Final = re.compile(r"\d+")
_INDEX: Final = re.compile(r"\[([^\[\]]*)\]")
_FIELD: Final = re.compile(r"([^.\[\]]*)((?:\[[^\[\]]*\])*)\Z")


def format_text(template: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str:
    """Substitute ``{0}``, ``{}``, ``{name}`` and ``{0[key]}``, with conversions and specifications.

    :raises ValueError: the template is malformed, or asks for an attribute.
    :raises IndexError, KeyError: it names an operand that is not there.
    :raises MemoryQuotaExceededException: the result is too long.
    """
    return _Formatter(args, kwargs).format(template, 2)


class _Formatter:
    """One substitution; counts the fields that are numbered automatically."""

    def __init__(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]):
        self._args = args
        self._kwargs = kwargs
        self._automatic: int | None = 0

    def format(self, template: str, depth: int) -> str:
        if depth == 0:
            raise ValueError("Max string recursion exceeded")
        parts: list[str] = []
        length = 0
        for literal, field, specification, conversion in string.Formatter().parse(template):
            parts.append(literal)
            if field is not None:
                if specification and "{" in specification:
                    specification = self.format(specification, depth - 1)
                parts.append(_formatted(self._operand(field), specification or "", conversion))
                length += len(parts[-1])
                bounds.text(length)
        text = "".join(parts)
        bounds.text(len(text))
        return text

    def _operand(self, field: str) -> Any:
        match = _FIELD.match(field)
        if match is None:
            raise ValueError(
                f"Format field '{{{field}}}' is refused: attributes cannot be read in a format; "
                "pass the value as an argument"
            )
        value = self._argument(match.group(1))
        for key in _INDEX.findall(match.group(2)):
            value = _item(value, key)
        return value

    def _argument(self, name: str) -> Any:
        if name == "":
            if self._automatic is None:
                raise ValueError(
                    "cannot switch from manual field specification to automatic field numbering"
                )
            self._automatic += 1
            return self._positional(self._automatic - 1)
        if name.isdecimal():
            if self._automatic:
                raise ValueError(
                    "cannot switch from automatic field numbering to manual field specification"
                )
            self._automatic = None
            return self._positional(int(name))
        return self._kwargs[name]

    def _positional(self, index: int) -> Any:
        if index >= len(self._args):
            raise IndexError(f"Replacement index {index} out of range for positional args tuple")
        return self._args[index]


def _item(value: Any, key: str) -> Any:
    if isinstance(value, Mapping):
        return value[int(key) if key.isdecimal() else key]
    if isinstance(value, tuple) and key.isdecimal():
        return value[int(key)]
    raise ValueError("Format fields can be indexed in lists and dictionaries only")


def _formatted(value: Any, specification: str, conversion: str | None) -> str:
    for number in _NUMBER.findall(specification):
        if len(number) > 9 or int(number) > WIDTH:
            raise ValueError(
                f"Format specification '{specification}' asks for a width or "
                f"precision above {WIDTH}"
            )
    if conversion not in (None, "s", "r", "a"):
        raise ValueError(f"Unknown conversion specifier '{conversion}'")
    plain = value
    if not isinstance(value, (str, int, float)):
        plain = shown(value) if value is not None else "None"
    elif conversion in ("r", "a"):
        plain = repr(value)
    elif conversion == "s" or (isinstance(value, bool) and not specification):
        plain = str(value)
    bounds.text(len(plain) if isinstance(plain, str) else 0)
    return format(plain, specification)


def shown(value: Any) -> str:
    """Text of any value that tells what it is and nothing of how it is made.

    :raises MemoryQuotaExceededException: the text would be too long.
    """
    room = bounds.TEXT

    def show(item: Any) -> str:
        nonlocal room
        item = freeze(item)
        if isinstance(item, Mapping):
            text = "{" + ", ".join(f"{show(k)}: {show(v)}" for k, v in item.items()) + "}"
        elif isinstance(item, (list, tuple)):
            text = "[" + ", ".join(show(inner) for inner in item) + "]"
        elif isinstance(item, (str, int, float, bool)) or item is None:
            text = repr(item)
        else:
            text = str(item)
        room -= len(text)
        bounds.text(bounds.TEXT - room)
        return text

    return show(value)


@subject.function("format", kind="both", template=p.String)
def _format(template: str, *args: Any, **kwargs: Any) -> str:
    return format_text(template, args, kwargs)
