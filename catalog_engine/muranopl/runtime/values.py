"""Immutable values of the language: lists, dictionaries and sets that know their expanded size."""

from __future__ import annotations

import collections.abc
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NoReturn

from catalog_engine.muranopl.runtime import exceptions

ITERATOR_LIMIT: Final = 2000
"""Items that a lazy iterable may have when it is stored."""

SIZE_LIMIT: Final = 8 * 1024 * 1024
"""Largest expanded size: a value counts as often as it is referred to."""

DEPTH_LIMIT: Final = 500
"""Deepest nesting of collections; comparing and hashing recurse so deep in C."""

_TEXT_SHIFT: Final = 5
"""A text counts one more for each 32 characters."""


def _measured(values: Iterable[Any], count: int) -> tuple[int, int]:
    """Expanded size and depth of a collection of *count* items.

    :raises MemoryQuotaExceededException: it is too large or too deep.
    """
    size = count + 1
    depth = 0
    for value in values:
        kind = value.__class__
        if kind is str:
            size += len(value) >> _TEXT_SHIFT
        elif kind is MList or kind is MDict or kind is MSet:
            size += value.size
            if value.depth > depth:
                depth = value.depth
    if size > SIZE_LIMIT or depth >= DEPTH_LIMIT:
        raise exceptions.MemoryQuotaExceededException()
    return size, depth + 1


class MList(tuple[Any, ...]):
    """A list; *size* and *depth* are those of the whole expanded tree below it."""

    size: int
    depth: int

    def __new__(cls, items: Iterable[Any] = ()) -> MList:
        """A list of settled items."""
        self = tuple.__new__(cls, items)
        self.size, self.depth = _measured(self, len(self))
        return self


class MDict(dict[Any, Any]):
    """A dictionary that nobody can change."""

    __slots__ = ("_hash", "depth", "size")

    def __init__(self, items: Any = ()):
        super().__init__(items)
        size, depth = _measured(self.values(), 2 * len(self))
        for key in self:
            kind = key.__class__
            if kind is str:
                size += len(key) >> _TEXT_SHIFT
            elif kind is MList or kind is MDict or kind is MSet:
                size += key.size
                depth = max(depth, key.depth + 1)
        if size > SIZE_LIMIT or depth > DEPTH_LIMIT:
            raise exceptions.MemoryQuotaExceededException()
        self.size = size
        self.depth = depth
        self._hash: int | None = None

    def __hash__(self) -> int:  # type: ignore[override]
        if self._hash is None:
            self._hash = hash(frozenset((key, value) for key, value in self.items()))
        return self._hash

    def _refuse(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise TypeError("A dictionary of the language cannot be changed; make another one")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __copy__(self) -> MDict:
        return self

    def __deepcopy__(self, _memo: Any) -> MDict:
        return self


class MSet(collections.abc.Set[Any]):
    """A set that keeps the order in which its items came."""

    __slots__ = ("_items", "depth", "size")

    def __init__(self, items: Iterable[Any] = ()):
        self._items = dict.fromkeys(items)
        self.size, self.depth = _measured(self._items, len(self._items))

    def __contains__(self, item: object) -> bool:
        return item in self._items

    def __iter__(self) -> Iterator[Any]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return self._hash()

    def __repr__(self) -> str:
        return f"MSet({list(self._items)!r})"


def freeze(value: Any) -> Any:
    """The immutable form of a value: lists, dictionaries and sets copied, iterators drained.

    :raises CollectionTooLargeException: an iterator or range has more items than the limit.
    :raises MemoryQuotaExceededException: the value is too large or too deep.
    """
    return _frozen(value, DEPTH_LIMIT)


def _frozen(value: Any, levels: int) -> Any:
    kind = value.__class__
    if kind in _FROZEN:
        return value
    if levels == 0:
        raise exceptions.MemoryQuotaExceededException()
    if isinstance(value, Mapping):
        return MDict({_frozen(k, levels - 1): _frozen(v, levels - 1) for k, v in value.items()})
    if isinstance(value, (list, tuple)):
        return MList([_frozen(item, levels - 1) for item in value])
    if isinstance(value, collections.abc.Set):
        return MSet([_frozen(item, levels - 1) for item in value])
    if isinstance(value, (Iterator, range, collections.abc.ValuesView, collections.abc.ItemsView)):
        return MList([_frozen(item, levels - 1) for item in _limited(value)])
    return value


_FROZEN: Final = frozenset((type(None), bool, int, float, str, MList, MDict, MSet))


def _limited(items: Iterable[Any]) -> Iterator[Any]:
    for index, item in enumerate(items):
        if index >= ITERATOR_LIMIT:
            raise exceptions.CollectionTooLargeException(ITERATOR_LIMIT)
        yield item
