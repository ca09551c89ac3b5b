"""Functions that sort collections by keys."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

from catalog_engine.muranopl.functions import parameters as p
from catalog_engine.muranopl.functions.collections import to_list
from catalog_engine.muranopl.functions.operators import greater
from catalog_engine.muranopl.functions.table import Subject
from catalog_engine.muranopl.runtime.values import Lazy, MList

subject = Subject()
_function = subject.function

Selector = Callable[..., Any]


class Ordering(Lazy):
    """A collection to be sorted by keys, which are computed before sorting starts.

    Python's sort must not call MuranoPL code, so every key is known when it begins.
    """

    __slots__ = ("_collection", "_order", "_sorted")

    def __init__(self, collection: Iterable[Any], selector: Selector, ascending: bool):
        self._collection = collection
        self._order = [(selector, ascending)]
        self._sorted: MList | None = None

    def then(self, selector: Selector, ascending: bool) -> Ordering:
        """Sort equal items by a further key."""
        self._order.append((selector, ascending))
        self._sorted = None
        return self

    def __iter__(self) -> Iterator[Any]:
        if self._sorted is None:
            self._collection = items = to_list(self._collection)
            self._sorted = MList(_in_order(items, self._order))
        return iter(self._sorted)


def _in_order(items: Sequence[Any], order: Sequence[tuple[Selector, bool]]) -> Sequence[Any]:
    """Items by the first key, those with equal ones by the next; others have no further keys."""
    if len(items) < 2 or not order:
        return items
    (selector, ascending), rest = order[0], order[1:]
    keys = _sortable([selector(item) for item in items])
    row = sorted(range(len(items)), key=keys.__getitem__, reverse=not ascending)
    if not rest:
        return [items[index] for index in row]
    result: list[Any] = []
    start = 0
    for end in range(1, len(row) + 1):
        if end == len(row) or keys[row[start]] != keys[row[end]]:
            result += _in_order([items[index] for index in row[start:end]], rest)
            start = end
    return result


def _sortable(keys: list[Any]) -> list[Any]:
    """Keys that Python orders as the language does: keys of one plain type are their own."""
    kinds = {key.__class__ for key in keys}
    if kinds <= _ORDERED_ALIKE or kinds == {str}:
        return keys
    return [functools.cmp_to_key(_compare)(key) for key in keys]


def _compare(left: Any, right: Any) -> int:
    if greater(right, left):
        return -1
    return 1 if greater(left, right) else 0


_ORDERED_ALIKE: Final = frozenset((int, float))
OrderingType = p.of(Ordering)


@_function("orderBy", kind="method", collection=p.Iterable, selector=p.Lambda)
def _order_by(collection: Iterable[Any], selector: Selector) -> Ordering:
    return Ordering(collection, selector, True)


@_function("orderByDescending", kind="method", collection=p.Iterable, selector=p.Lambda)
def _order_by_descending(collection: Iterable[Any], selector: Selector) -> Ordering:
    return Ordering(collection, selector, False)


@_function("thenBy", kind="method", collection=OrderingType, selector=p.Lambda)
def _then_by(collection: Ordering, selector: Selector) -> Ordering:
    return collection.then(selector, True)


@_function("thenByDescending", kind="method", collection=OrderingType, selector=p.Lambda)
def _then_by_descending(collection: Ordering, selector: Selector) -> Ordering:
    return collection.then(selector, False)
