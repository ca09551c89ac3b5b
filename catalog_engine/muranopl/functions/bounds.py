"""Bounds on what one function may build, checked before it is built."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from catalog_engine.muranopl.runtime import exceptions

TEXT: Final = 512 * 1024
"""Longest text, in characters, that a function makes."""

INTEGER_BITS: Final = 64 * 1024
"""Longest integer, in bits, that a function makes."""

COUNTED: Final = 10_000_000
"""Items that a function counts off a lazy iterable without storing them."""


def text(length: int) -> None:
    """Refuse a text of *length* characters that is too long.

    :raises MemoryQuotaExceededException: longer than :data:`TEXT`.
    """
    if length > TEXT:
        raise exceptions.MemoryQuotaExceededException()


def items(count: int) -> None:
    """Refuse a collection of *count* items that is too large.

    :raises MemoryQuotaExceededException: it would take more room than the longest text.
    """
    if count * 8 > TEXT:
        raise exceptions.MemoryQuotaExceededException()


def integer(bits: float) -> None:
    """Refuse an integer of *bits* bits that is too large.

    :raises MemoryQuotaExceededException: longer than :data:`INTEGER_BITS`.
    """
    if bits > INTEGER_BITS:
        raise exceptions.MemoryQuotaExceededException()


def counted(iterable: Iterable[Any]) -> Iterator[Any]:
    """Pass items through, and refuse to go on for ever.

    :raises CollectionTooLargeException: after :data:`COUNTED` items.
    """
    for count, item in enumerate(iterable):
        if count == COUNTED:
            raise exceptions.CollectionTooLargeException(COUNTED)
        yield item


def replaced(string: str, old: str, new: str, count: int = -1) -> str:
    """``str.replace`` whose result is known to be bounded before it is made."""
    if len(new) > len(old):
        found = string.count(old)
        if count >= 0:
            found = min(found, count)
        text(len(string) + found * (len(new) - len(old)))
    return string.replace(old, new, count)
