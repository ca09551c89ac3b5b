"""Functions that pick, map and fold the items of collections, most of them lazily."""

from __future__ import annotations

import collections.abc
import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from catalog_engine.muranopl.functions import parameters as p
from catalog_engine.muranopl.functions.collections import is_iterable, is_sequence, to_list
from catalog_engine.muranopl.functions.operators import add, greater
from catalog_engine.muranopl.functions.table import NO_VALUE, Subject
from catalog_engine.muranopl.runtime.values import MList

subject = Subject()
_function = subject.function

Selector = Callable[..., Any]


# A generator and not filter() or map(): MuranoPL code must not run below a C function, from
# where a branch could not be suspended.
@_function("where", "filter", kind="method", collection=p.Iterable, predicate=p.Lambda)
def _where(collection: Iterable[Any], predicate: Selector) -> Iterator[Any]:
    return (item for item in collection if predicate(item))


@_function("select", "map", kind="method", collection=p.Iterable, selector=p.Lambda)
def _select(collection: Iterable[Any], selector: Selector) -> Iterator[Any]:
    return (selector(item) for item in collection)


@_function("selectMany", kind="method", collection=p.Iterable, selector=p.Lambda)
def _select_many(collection: Iterable[Any], selector: Selector) -> Iterator[Any]:
    for item in collection:
        inner = selector(item)
        if is_iterable(inner):
            yield from inner
        else:
            yield inner


@_function("skip", kind="method", collection=p.Iterable, count=p.Int)
def _skip(collection: Iterable[Any], count: int) -> Iterator[Any]:
    return itertools.islice(collection, count, None)


@_function("limit", "take", kind="method", collection=p.Iterable, count=p.Int)
def _limit(collection: Iterable[Any], count: int) -> Iterator[Any]:
    return itertools.islice(collection, count)


@_function("append", kind="both", collection=p.Iterable)
def _append(collection: Iterable[Any], *args: Any) -> Iterator[Any]:
    return itertools.chain(collection, args)


@_function("concat", kind="both", collections_=p.Iterable)
def _concat(*collections_: Iterable[Any]) -> Iterator[Any]:
    return itertools.chain(*collections_)


@_function("distinct", kind="both", collection=p.Iterable, key_selector=p.Lambda)
def distinct(collection: Iterable[Any], key_selector: Selector | None = None) -> Iterator[Any]:
    """Items whose key was not seen before."""
    seen = set()
    for item in collection:
        key = item if key_selector is None else key_selector(item)
        if key not in seen:
            seen.add(key)
            yield item


@_function("enumerate", kind="both", collection=p.Iterable)
def _enumerate(collection: Iterable[Any], start: int = 0) -> Iterator[Any]:
    for pair in enumerate(collection, start):
        yield MList(pair)


@_function("any", kind="both", collection=p.Iterable, predicate=p.Lambda)
def _any(collection: Iterable[Any], predicate: Selector | None = None) -> bool:
    for item in collection:  # noqa: SIM110 - any() would call MuranoPL code from C
        if predicate is None or predicate(item):
            return True
    return False


@_function("all", kind="both", collection=p.Iterable, predicate=p.Lambda)
def _all(collection: Iterable[Any], predicate: Selector | None = None) -> bool:
    for item in collection:  # noqa: SIM110 - all() would call MuranoPL code from C
        if not (item if predicate is None else predicate(item)):
            return False
    return True


@_function("count", kind="method", collection=p.Iterable)
def _count(collection: Iterable[Any]) -> int:
    return sum(1 for _item in collection)


class Memorized(collections.abc.Iterator[Any]):
    """An iterator that remembers what another yielded: each iteration over it starts anew."""

    __slots__ = ("_next", "_seen", "_source")

    def __init__(self, source: Iterator[Any], seen: list[Any] | None = None):
        self._source = source
        self._seen = [] if seen is None else seen
        self._next = 0

    def __iter__(self) -> Memorized:
        return Memorized(self._source, self._seen)

    def __next__(self) -> Any:
        if self._next == len(self._seen):
            self._seen.append(next(self._source))
        self._next += 1
        return self._seen[self._next - 1]


def memorized(collection: Iterable[Any]) -> Iterable[Any]:
    """Make an iterator repeatable; collections are already."""
    if isinstance(collection, collections.abc.Iterator):
        return Memorized(collection)
    return collection


@_function("memorize", kind="method", collection=p.Iterable)
def _memorize(collection: Iterable[Any]) -> Iterable[Any]:
    return memorized(collection)


def fold(collection: Iterable[Any], step: Callable[[Any, Any], Any], seed: Any = NO_VALUE) -> Any:
    """Fold a collection from the left.

    :raises TypeError: it is empty and there is no seed.
    """
    iterator = iter(collection)
    if seed is NO_VALUE:
        try:
            seed = next(iterator)
        except StopIteration:
            raise TypeError("reduce() of empty iterable with no initial value") from None
    for item in iterator:
        seed = step(seed, item)
    return seed


@_function(
    "aggregate", "reduce", kind="method", collection=p.Iterable, selector=p.Lambda, seed=p.Any_
)
def _aggregate(collection: Iterable[Any], selector: Selector, seed: Any = NO_VALUE) -> Any:
    return fold(collection, selector, seed)


@_function("sum", kind="method", collection=p.Iterable, initial=p.Any_)
def _sum(collection: Iterable[Any], initial: Any = NO_VALUE) -> Any:
    return fold(collection, add, initial)


@_function("max", kind="method", collection=p.Iterable, initial=p.Any_)
def _max(collection: Iterable[Any], initial: Any = NO_VALUE) -> Any:
    return fold(collection, lambda a, b: b if greater(b, a) else a, initial)


@_function("min", kind="method", collection=p.Iterable, initial=p.Any_)
def _min(collection: Iterable[Any], initial: Any = NO_VALUE) -> Any:
    return fold(collection, lambda a, b: a if greater(b, a) else b, initial)


@_function("first", kind="method", collection=p.Iterable, default=p.Any_)
def _first(collection: Iterable[Any], default: Any = NO_VALUE) -> Any:
    for item in collection:
        return item
    if default is NO_VALUE:
        raise StopIteration()
    return default


@_function("single", kind="method", collection=p.Iterable)
def _single(collection: Iterable[Any]) -> Any:
    items = list(itertools.islice(collection, 2))
    if not items:
        raise StopIteration()
    if len(items) > 1:
        raise StopIteration("Collection contains more than one item")
    return items[0]


@_function("last", kind="method", collection=p.Iterable, default=p.Any_)
def _last(collection: Iterable[Any], default: Any = NO_VALUE) -> Any:
    if is_sequence(collection):
        last = collection[-1] if collection else default  # type: ignore[index]
    else:
        last = default
        for item in collection:
            last = item
    if last is NO_VALUE:
        raise StopIteration()
    return last


@_function("zip", kind="method", collections_=p.Iterable)
def _zip(*collections_: Iterable[Any]) -> Iterator[MList]:
    return (MList(row) for row in zip(*collections_, strict=False))


@_function("zipLongest", kind="method", collections_=p.Iterable)
def _zip_longest(*collections_: Iterable[Any], **kwargs: Any) -> Iterator[MList]:
    fill = kwargs.get("default")
    return (MList(row) for row in itertools.zip_longest(*collections_, fillvalue=fill))


@_function(
    "join",
    kind="method",
    collection1=p.Iterable,
    collection2=p.Iterable,
    predicate=p.Lambda,
    selector=p.Lambda,
)
def _join(
    collection1: Iterable[Any], collection2: Iterable[Any], predicate: Selector, selector: Selector
) -> Iterator[Any]:
    others = memorized(collection2)
    return (
        selector(one, other) for one in collection1 for other in others if predicate(one, other)
    )


@_function("takeWhile", kind="method", collection=p.Iterable, predicate=p.Lambda)
def _take_while(collection: Iterable[Any], predicate: Selector) -> Iterator[Any]:
    for item in collection:
        if not predicate(item):
            return
        yield item


@_function("skipWhile", kind="method", collection=p.Iterable, predicate=p.Lambda)
def _skip_while(collection: Iterable[Any], predicate: Selector) -> Iterator[Any]:
    iterator = iter(collection)
    for item in iterator:
        if not predicate(item):
            yield item
            break
    yield from iterator


@_function("indexOf", kind="method", collection=p.Iterable, item=p.Any_)
def _index_of(collection: Iterable[Any], item: Any) -> int:
    return _first_index(collection, lambda other: other == item)


@_function("lastIndexOf", kind="method", collection=p.Iterable, item=p.Any_)
def _last_index_of(collection: Iterable[Any], item: Any) -> int:
    return _last_index(collection, lambda other: other == item)


@_function("indexWhere", kind="method", collection=p.Iterable, predicate=p.Lambda)
def _index_where(collection: Iterable[Any], predicate: Selector) -> int:
    return _first_index(collection, predicate)


@_function("lastIndexWhere", kind="method", collection=p.Iterable, predicate=p.Lambda)
def _last_index_where(collection: Iterable[Any], predicate: Selector) -> int:
    return _last_index(collection, predicate)


def _first_index(collection: Iterable[Any], matches: Selector) -> int:
    for index, item in enumerate(collection):
        if matches(item):
            return index
    return -1


def _last_index(collection: Iterable[Any], matches: Selector) -> int:
    found = -1
    for index, item in enumerate(collection):
        if matches(item):
            found = index
    return found


@_function("slice", kind="method", collection=p.Iterable, length=p.Int)
def _slice(collection: Iterable[Any], length: int) -> Iterator[MList]:
    iterator = iter(collection)
    while piece := MList(itertools.islice(iterator, length)):
        yield piece


@_function("splitWhere", kind="method", collection=p.Iterable, predicate=p.Lambda)
def _split_where(collection: Iterable[Any], predicate: Selector) -> Iterator[MList]:
    items = to_list(collection)
    start = 0
    for end, item in enumerate(items):
        if predicate(item):
            yield MList(items[start:end])
            start = end + 1
    if start != len(items):
        yield MList(items[start:])


@_function("sliceWhere", kind="method", collection=p.Iterable, predicate=p.Lambda)
def _slice_where(collection: Iterable[Any], predicate: Selector) -> Iterator[MList]:
    items = to_list(collection)
    start = 0
    before: Any = NO_VALUE
    for end, item in enumerate(items):
        now = predicate(item)
        if before is not NO_VALUE and now != before:
            yield MList(items[start:end])
            start = end
        before = now
    if start != len(items):
        yield MList(items[start:])


@_function("splitAt", kind="method", collection=p.Iterable, index=p.Int)
def _split_at(collection: Iterable[Any], index: int) -> MList:
    items = to_list(collection)
    return MList((MList(items[:index]), MList(items[index:])))


@_function("reverse", kind="method", collection=p.Iterable)
def _reverse(collection: Iterable[Any]) -> Iterator[Any]:
    return reversed(to_list(collection))


@_function("accumulate", kind="method", collection=p.Iterable, selector=p.Lambda, seed=p.Any_)
def _accumulate(
    collection: Iterable[Any],
    selector: Selector,
    seed: Any = NO_VALUE,
) -> Iterator[Any]:
    iterator = iter(collection)
    if seed is NO_VALUE:
        try:
            seed = next(iterator)
        except StopIteration:
            raise TypeError("accumulate() of empty sequence with no initial value") from None
    yield seed
    for item in iterator:
        seed = selector(seed, item)
        yield seed


@_function("defaultIfEmpty", kind="method", collection=p.Iterable, default=p.Iterable)
def _default_if_empty(collection: Iterable[Any], default: Iterable[Any]) -> Iterable[Any]:
    collection = memorized(collection)
    for _item in collection:
        return collection
    return default
