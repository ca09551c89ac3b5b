"""Functions that make collections: ranges, repetitions, generated sequences."""

from __future__ import annotations

import collections
import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from catalog_engine.muranopl.functions import bounds
from catalog_engine.muranopl.functions import parameters as p
from catalog_engine.muranopl.functions.table import Subject
from catalog_engine.muranopl.runtime.exceptions import kind_of
from catalog_engine.muranopl.runtime.values import MList

subject = Subject()
_function = subject.function

Selector = Callable[..., Any]


@_function("range", stop=p.Int)
def _range(stop: int) -> Iterator[int]:
    return iter(range(stop))


@_function("range", start=p.Int, stop=p.Int, step=p.Int)
def _range_between(start: int, stop: int, step: int = 1) -> Iterator[int]:
    return iter(range(start, stop, step))


@_function("sequence", start=p.Int, step=p.Int)
def _sequence(start: int = 0, step: int = 1) -> Iterator[int]:
    return itertools.count(start, step)


@_function("repeat", kind="method", value=p.Any_, times=p.Int)
def _repeat(value: Any, times: int = -1) -> Iterator[Any]:
    return itertools.repeat(value) if times < 0 else itertools.repeat(value, times)


@_function("cycle", kind="method", collection=p.Iterable)
def _cycle(collection: Iterable[Any]) -> Iterator[Any]:
    return itertools.cycle(collection)


@_function("generate", predicate=p.Lambda, producer=p.Lambda, selector=p.Lambda, decycle=p.of(bool))
def _generate(
    initial: Any,
    predicate: Selector,
    producer: Selector,
    selector: Selector | None = None,
    decycle: bool = False,
) -> Iterator[Any]:
    seen = set()
    while predicate(initial):
        if decycle:
            if initial in seen:
                return
            seen.add(initial)
            bounds.items(len(seen))
        yield initial if selector is None else selector(initial)
        initial = producer(initial)


def _collection(value: Any) -> Iterable[Any]:
    if not isinstance(value, Iterable):
        raise TypeError(f"The producer of generateMany() answers collections, not {kind_of(value)}")
    return value


@_function(
    "generateMany", producer=p.Lambda, selector=p.Lambda, decycle=p.of(bool), depth_first=p.of(bool)
)
def _generate_many(
    initial: Any,
    producer: Selector,
    selector: Selector | None = None,
    decycle: bool = False,
    depth_first: bool = False,
) -> Iterator[Any]:
    seen = set()
    queue = collections.deque([initial])
    while queue:
        item = queue.popleft()
        if decycle:
            if item in seen:
                continue
            seen.add(item)
        yield item if selector is None else selector(item)
        produced = MList(_collection(producer(item)))
        if depth_first:
            queue.extendleft(reversed(produced))
        else:
            queue.extend(produced)
        bounds.items(len(queue) + len(seen))
