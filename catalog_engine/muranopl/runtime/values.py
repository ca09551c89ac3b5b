"""Immutable values of the language: lists, dictionaries and sets that know their expanded size."""

from __future__ import annotations

import collections.abc
import functools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NoReturn

from catalog_engine.muranopl.runtime import exceptions

ITERATOR_LIMIT: Final = 2000
"""Items that a lazy iterable may have when it is stored."""

SIZE_LIMIT: Final = 8 * 1024 * 1024
"""Largest expanded size: a value counts as often as it is referred to."""

DEPTH_LIMIT: Final = 500
"""Deepest nesting of collections; comparing and hashing recurse so deep in C."""

LOOSE: Final = 1 << 16
"""Added to the depth of a collection that has something lazy in it, which is not measured yet."""

_TEXT_SHIFT: Final = 5
"""A text counts one more for each 32 characters."""
_SHORT: Final = (1 << _TEXT_SHIFT) - 1
_MANY: Final = 16
"""Items from which on it pays to look first whether all of them are plain."""


def _measured(values: Iterable[Any], count: int) -> tuple[int, int]:
    """Expanded size and depth of a collection of *count* items; that of a loose one is above LOOSE.

    :raises MemoryQuotaExceededException: it is too large or too deep.
    """
    size = count + 1
    depth = 0
    if count > _MANY and _SCALARS.issuperset(map(type, values)):
        values = ()
    for value in values:
        kind = value.__class__
        if kind is str:
            if len(value) > _SHORT:
                size += len(value) >> _TEXT_SHIFT
        elif measured := _MEASURED.get(kind):
            size += value.size
            if value.depth > depth:
                depth = value.depth
        elif measured is None and depth < LOOSE and _is_unsettled(kind):
            depth = LOOSE
    if size > SIZE_LIMIT or depth % LOOSE >= DEPTH_LIMIT:
        raise exceptions.MemoryQuotaExceededException()
    return size, depth + 1


@functools.cache
def _is_unsettled(kind: type) -> bool:
    """Whether values of a type that is none of ours are collections, lazy ones or Python's own."""
    return issubclass(kind, (*GONE_OVER, Mapping))


class MList(tuple[Any, ...]):
    """A list; *size* and *depth* are those of the whole expanded tree below it."""

    size: int
    depth: int

    def __new__(cls, items: Iterable[Any] = ()) -> MList:
        """A list of items; one of settled items is settled itself."""
        self = tuple.__new__(cls, items)
        self.size, self.depth = _measured(self, len(self))
        if self.depth > LOOSE:
            self.__class__ = LooseList
        return self


class MDict(dict[Any, Any]):
    """A dictionary that nobody can change."""

    __slots__ = ("_hash", "depth", "size")

    def __init__(self, items: Any = ()):
        super().__init__(items)
        size = 2 * len(self) + 1
        depth = 0
        for key, value in self.items():
            if key.__class__ is not str:
                more, levels = _measured((key,), 0)
                size += more - 1
                depth = max(depth, levels - 1)
            elif len(key) > _SHORT:
                size += len(key) >> _TEXT_SHIFT
            kind = value.__class__
            if kind is str:
                if len(value) > _SHORT:
                    size += len(value) >> _TEXT_SHIFT
            elif measured := _MEASURED.get(kind):
                size += value.size
                if value.depth > depth:
                    depth = value.depth
            elif measured is None and depth < LOOSE and _is_unsettled(kind):
                depth = LOOSE
        if size > SIZE_LIMIT or depth % LOOSE >= DEPTH_LIMIT:
            raise exceptions.MemoryQuotaExceededException()
        self.size = size
        self.depth = depth + 1
        self._hash: int | None = None
        if depth >= LOOSE:
            self.__class__ = LooseDict

    @classmethod
    def measured(cls, items: dict[Any, Any], size: int, depth: int) -> MDict:
        """A dictionary of settled items whose size and depth are known."""
        self = dict.__new__(cls)
        dict.update(self, items)
        self.size = size
        self.depth = depth
        self._hash = None
        return self

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

    __slots__ = ("_hashed", "_items", "depth", "size")

    def __init__(self, items: Iterable[Any] = ()):
        self._hashed: int | None = None
        self._items = dict.fromkeys(items)
        self.size, self.depth = _measured(self._items, len(self._items))
        if self.depth > LOOSE:
            self.__class__ = LooseSet

    def __contains__(self, item: object) -> bool:
        return item in self._items

    def __iter__(self) -> Iterator[Any]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        # Kept, or sets of sets that share their parts would be gone through again and again.
        if self._hashed is None:
            self._hashed = self._hash()
        return self._hashed

    def __repr__(self) -> str:
        # The text that yaql's sets have, which packages see.
        return f"frozenset({{{', '.join(map(repr, self))}}})" if self._items else "frozenset()"


class LooseList(MList):
    """A list that a function made of what is lazy, in it or in its lists; frozen when stored."""


class LooseDict(MDict):
    """The same of a dictionary."""

    __slots__ = ()


class LooseSet(MSet):
    """The same of a set."""

    __slots__ = ()


class Lazy:
    """Base of what functions return to be gone over, and what is drained when it is stored."""

    __slots__ = ()

    def __iter__(self) -> Iterator[Any]:
        raise NotImplementedError

    def __repr__(self) -> str:
        return exceptions.ITERATOR


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
    levels -= 1
    if kind is dict:
        return _frozen_dict(value, levels) if value else _EMPTY_DICT
    if isinstance(value, Mapping):
        return _frozen_dict(dict(value), levels)
    if isinstance(value, (list, tuple)):
        if not value:
            return _EMPTY_LIST
        return MList(
            [item if item.__class__ in _FROZEN else _frozen(item, levels) for item in value]
        )
    if isinstance(value, collections.abc.Set):
        return MSet([_frozen(item, levels) for item in value])
    if isinstance(value, _DRAINED):
        return MList([_frozen(item, levels) for item in _limited(value)])
    return value


def _frozen_dict(value: dict[Any, Any], levels: int) -> MDict:
    """One pass that freezes and measures, since models consist of dictionaries."""
    made = value
    key: Any
    item: Any
    size = 2 * len(value) + 1
    depth = 0
    for key, item in value.items():
        if key.__class__ is not str:
            if key.__class__ not in _SCALARS:
                return MDict(
                    {_frozen(key, levels): _frozen(item, levels) for key, item in value.items()}
                )
        elif len(key) > _SHORT:
            size += len(key) >> _TEXT_SHIFT
        kind = item.__class__
        if kind is str:
            if len(item) > _SHORT:
                size += len(item) >> _TEXT_SHIFT
        elif kind not in _SCALARS:
            frozen = _frozen(item, levels)
            if frozen is not item:
                if made is value:
                    made = dict(value)
                made[key] = frozen
            if frozen.__class__ in _COLLECTIONS:
                size += frozen.size
                if frozen.depth > depth:
                    depth = frozen.depth
    if size > SIZE_LIMIT or depth >= DEPTH_LIMIT:
        raise exceptions.MemoryQuotaExceededException()
    return MDict.measured(made, size, depth + 1)


_SCALARS: Final = frozenset((type(None), bool, int, float))
_DRAINED: Final = (
    Iterator, Lazy, range, collections.abc.ValuesView, collections.abc.ItemsView,
)  # fmt: skip
GONE_OVER: Final = (tuple, list, collections.abc.Set, *_DRAINED)
"""What an attribute is read of item by item."""
_COLLECTIONS: Final[frozenset[Any]] = frozenset(
    (MList, MDict, MSet, LooseList, LooseDict, LooseSet)
)
_MEASURED: Final[Mapping[type, bool]] = {
    **dict.fromkeys(_SCALARS, False),
    **dict.fromkeys(_COLLECTIONS, True),
}
"""Which types of values have a size and a depth; those of others are not known beforehand."""
_EMPTY_LIST: Final = MList()
_EMPTY_DICT: Final = MDict()
_FROZEN: Final = frozenset((type(None), bool, int, float, str, MList, MDict, MSet))


def _limited(items: Iterable[Any]) -> Iterator[Any]:
    for index, item in enumerate(items):
        if index >= ITERATOR_LIMIT:
            raise exceptions.CollectionTooLargeException(ITERATOR_LIMIT)
        yield item
