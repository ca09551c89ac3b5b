"""What formats 1.0 and 1.1 have besides, or instead."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from catalog_engine.muranopl.functions import bounds
from catalog_engine.muranopl.functions import parameters as p
from catalog_engine.muranopl.functions.collections import dict_of_pairs
from catalog_engine.muranopl.functions.parameters import MappingRule
from catalog_engine.muranopl.functions.scopes import Scope
from catalog_engine.muranopl.functions.table import Subject
from catalog_engine.muranopl.runtime.values import MDict, MList

subject = Subject()
_function = subject.function

AS_FUNCTIONS_TOO = frozenset(
    (
        "get",
        "list",
        "bool",
        "int",
        "float",
        "select",
        "where",
        "join",
        "sum",
        "takeWhile",
        "toLower",
        "toUpper",
        "trim",
        "split",
        "startsWith",
        "endsWith",
        "matches",
        "replace",
        "flatten",
        "id",
        "cast",
        "super",
        "psuper",
        "type",
    )
)
"""Names that these formats call both as functions and as methods."""

REPLACED = frozenset(("switch", "#indexer"))
"""Names whose newer overloads these formats do not have."""


@_function("tuple")
def _tuple(*args: Any) -> MList:
    return MList(args)


@_function("dict", "#map", no_kwargs=True, tuples=p.Tuple)
def _dict(*tuples: Any) -> MDict:
    return dict_of_pairs(tuples)


@_function("range", kind="both", start=p.Int, stop=p.NullableInt)
def _range(start: int, stop: int | None = None) -> Any:
    return itertools.count(start) if stop is None else range(start, stop)


@_function("switch", kind="both", no_kwargs=True, value=p.Any_, conditions=p.Rule)
def _switch(value: Any, *conditions: MappingRule) -> Any:
    for rule in conditions:
        if rule.source(value):
            return rule.destination(value)
    return None


@_function("as", kind="method", no_kwargs=True, receiver=p.Any_, mappings=p.Rule)
def _as(receiver: Any, *mappings: MappingRule) -> Scope:
    names = {
        str(rule.destination(receiver)).lstrip("$") or "1": rule.source(receiver)
        for rule in mappings
    }
    return Scope({"1": receiver, **names})


@_function("#indexer", collection=p.Iterable, index_expression=p.Lambda)
def _indexer(collection: Any, index_expression: Callable[..., Any]) -> Any:
    if isinstance(collection, (tuple, list, range, Mapping)):
        index = index_expression()
        if isinstance(collection, Mapping):
            if index in collection:
                return collection[index]
        elif isinstance(index, int) and not isinstance(index, bool):
            return collection[index]
    return (item for item in collection if index_expression(item))


@_function("substr", kind="both", value=p.String, start=p.Int, length=p.Int)
def _substr(value: str, start: int, length: int = -1) -> str:
    if length < 0:
        return value[start:]
    bounds.text(length)
    return value[start : start + length]


@_function("firstOrDefault", kind="both", collection=p.Iterable, default=p.Any_)
def _first_or_default(collection: Iterable[Any], default: Any = None) -> Any:
    return next(iter(collection), default)
