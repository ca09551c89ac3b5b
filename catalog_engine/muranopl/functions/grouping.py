"""``groupBy``, with the two ways in which its aggregator may be written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from catalog_engine.muranopl.functions import parameters as p
from catalog_engine.muranopl.functions.collections import is_sequence
from catalog_engine.muranopl.functions.table import Subject
from catalog_engine.muranopl.runtime import exceptions
from catalog_engine.muranopl.runtime.values import MList

subject = Subject()

_Selector = Callable[..., Any]


@subject.function(
    "groupBy",
    kind="method",
    collection=p.Iterable,
    key_selector=p.Lambda,
    value_selector=p.Lambda,
    aggregator=p.Lambda,
)
def _group_by(
    collection: Iterable[Any],
    key_selector: _Selector,
    value_selector: _Selector | None = None,
    aggregator: _Selector | None = None,
) -> Iterator[Any]:
    groups: dict[Any, list[Any]] = {}
    for item in collection:
        value = item if value_selector is None else value_selector(item)
        groups.setdefault(key_selector(item), []).append(value)
    pairs = [MList((key, MList(values))) for key, values in groups.items()]
    return iter(pairs) if aggregator is None else _aggregated(pairs, aggregator)


def _aggregated(pairs: Iterable[MList], aggregator: _Selector) -> Iterator[Any]:
    """Apply an aggregator to the values of each group; written the old way, to ``[key, values]``.

    yaql changed from the second to the first; it tells them apart by trying, and so do we: the
    old way is taken when the new one fails before it ever gave a result that only it can give.
    """
    failure: Exception | None = None
    may_be_old = True
    for pair in pairs:
        key, values = pair
        if failure is None:
            try:
                result = aggregator(values)
            except (
                exceptions.NoMatchingMethodException,
                exceptions.NoMatchingFunctionException,
                IndexError,
            ) as error:
                failure = error
            else:
                if not (
                    len(values) == 2
                    and is_sequence(result)
                    and len(result) == 2
                    and result[0] == values[0]
                ):
                    may_be_old = False
                yield MList((key, result))
                continue
        if not may_be_old:
            raise failure
        yield _old_way(aggregator, pair, failure)


def _old_way(aggregator: _Selector, pair: MList, failure: Exception) -> Any:
    try:
        result = aggregator(pair)
    except Exception:
        raise failure from None
    if not is_sequence(result) or len(result) != 2:
        raise failure
    return result
