"""``mergeWith``: recursive merging of dictionaries."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from catalog_engine.muranopl.functions import parameters as p
from catalog_engine.muranopl.functions.collections import is_sequence
from catalog_engine.muranopl.functions.queries import distinct
from catalog_engine.muranopl.functions.table import Subject
from catalog_engine.muranopl.runtime.exceptions import kind_of
from catalog_engine.muranopl.runtime.values import MDict, MList

subject = Subject()
_function = subject.function

Selector = Callable[..., Any]


def merged(
    one: Mapping[Any, Any],
    other: Mapping[Any, Any],
    merge_lists: Selector,
    merge_items: Selector,
    max_levels: int = 0,
) -> MDict:
    """Merge two dictionaries recursively; *max_levels* 0 has no bound, 1 merges no nested ones.

    :raises TypeError: a list or dictionary of *other* meets something else.
    """
    result: dict[Any, Any] = {}
    for key, mine in one.items():
        result[key] = mine
        if key not in other:
            continue
        theirs = other[key]
        if max_levels != 1 and isinstance(theirs, Mapping):
            if not isinstance(mine, Mapping):
                raise TypeError(_cannot_merge(mine, theirs))
            result[key] = merged(mine, theirs, merge_lists, merge_items, max(max_levels - 1, 0))
        elif max_levels != 1 and is_sequence(theirs):
            if not is_sequence(mine):
                raise TypeError(_cannot_merge(mine, theirs))
            result[key] = merge_lists(mine, theirs)
        else:
            result[key] = merge_items(mine, theirs)
    for key, theirs in other.items():
        result.setdefault(key, theirs)
    return MDict(result)


def _cannot_merge(mine: Any, theirs: Any) -> str:
    return f"Cannot merge {kind_of(mine)} with {kind_of(theirs)}"


def union_of_lists(one: Iterable[Any], other: Iterable[Any]) -> MList:
    """Both lists after one another, without repetitions."""
    return MList(distinct(itertools.chain(one, other)))


@_function(
    "mergeWith",
    kind="method",
    d=p.Mapping,
    another=p.Mapping,
    list_merger=p.Lambda,
    item_merger=p.Lambda,
    max_levels=p.Int,
    aliases={"d": "dict"},
)
def _merge_with(
    d: Mapping[Any, Any],
    another: Mapping[Any, Any],
    list_merger: Selector | None = None,
    item_merger: Selector | None = None,
    max_levels: int = 0,
) -> MDict:
    return merged(
        d,
        another,
        list_merger or union_of_lists,
        item_merger or (lambda _mine, theirs: theirs),
        max_levels,
    )
