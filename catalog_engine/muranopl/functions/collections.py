"""Functions on lists, dictionaries and sets."""

from __future__ import annotations

import collections.abc
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from catalog_engine.muranopl.functions import bounds
from catalog_engine.muranopl.functions import parameters as p
from catalog_engine.muranopl.functions.parameters import MappingRule
from catalog_engine.muranopl.functions.table import Subject
from catalog_engine.muranopl.runtime.values import MDict, MList, MSet

subject = Subject()
_function = subject.function


def is_iterable(value: Any) -> bool:
    """Say whether *value* is a collection or an iterator, dictionaries and text excepted."""
    return isinstance(value, collections.abc.Iterable) and not isinstance(
        value, (str, collections.abc.Mapping)
    )


def is_sequence(value: Any) -> bool:
    """Say whether *value* is a list."""
    return isinstance(value, collections.abc.Sequence) and not isinstance(value, str)


def to_list(collection: Iterable[Any]) -> MList:
    """Drain an iterable into a list."""
    return collection if isinstance(collection, MList) else MList(collection)


def _spread(items: Iterable[Any]) -> Iterator[Any]:
    for item in items:
        if isinstance(item, collections.abc.Iterator):
            yield from _spread(item)
        else:
            yield item


@_function("list", args=p.Any_)
def _list(table: Any, *args: Any) -> MList:
    return MList(p.limited(_spread(args), table.iterator_limit))


@_function("#list", args=p.Any_)
def _build_list(*args: Any) -> MList:
    return MList(args)


@_function("toList", kind="method", collection=p.Iterable)
def _to_list(collection: Iterable[Any]) -> MList:
    return to_list(collection)


@_function("flatten", kind="method", collection=p.Iterable)
def _flatten(collection: Iterable[Any]) -> Iterator[Any]:
    for item in collection:
        if is_iterable(item):
            yield from _flatten(item)
        else:
            yield item


@_function("dict", "#map", no_kwargs=True, args=p.Rule)
def _dict(*args: MappingRule) -> MDict:
    return MDict(_pairs(args))


def _pairs(rules: Iterable[MappingRule]) -> list[tuple[Any, Any]]:
    """Keys and values, all of them known before one is found to be no key."""
    return [(rule.source(), rule.destination()) for rule in rules]


@_function("dict", no_kwargs=True, items=p.Iterable)
def dict_of_pairs(items: Iterable[Any]) -> MDict:
    """A dictionary of the first two items of each item."""
    pairs = {}
    for item in items:
        pair = iter(item)
        key = next(pair)
        pairs[key] = next(pair)
    return MDict(pairs)


@_function(
    "toDict", kind="method", collection=p.Iterable, key_selector=p.Lambda, value_selector=p.Lambda
)
def _to_dict(
    collection: Iterable[Any],
    key_selector: Callable[..., Any],
    value_selector: Callable[..., Any] | None = None,
) -> MDict:
    return MDict(
        (key_selector(item), item if value_selector is None else value_selector(item))
        for item in collection
    )


@_function("get", kind="method", d=p.Mapping, key=p.Any_, default=p.Any_, aliases={"d": "dict"})
def _get(d: Mapping[Any, Any], key: Any, default: Any = None) -> Any:
    return d.get(key, default)


@_function("set", kind="method", no_kwargs=True, d=p.Mapping, key=p.Any_, value=p.Any_)
def _set_item(d: Mapping[Any, Any], key: Any, value: Any) -> MDict:
    return MDict({**d, key: value})


@_function("set", kind="method", no_kwargs=True, d=p.Mapping, replacements=p.Mapping)
def _set_items(d: Mapping[Any, Any], replacements: Mapping[Any, Any]) -> MDict:
    return MDict({**d, **replacements})


@_function("set", kind="method", no_kwargs=True, d=p.Mapping, args=p.Rule)
def _set_rules(d: Mapping[Any, Any], *args: MappingRule) -> MDict:
    return MDict({**d, **dict(_pairs(args))})


@_function("keys", kind="method", d=p.Mapping, aliases={"d": "dict"})
def _keys(d: Mapping[Any, Any]) -> collections.abc.KeysView[Any]:
    return d.keys()


@_function("values", kind="method", d=p.Mapping, aliases={"d": "dict"})
def _values(d: Mapping[Any, Any]) -> collections.abc.ValuesView[Any]:
    return d.values()


@_function("items", kind="method", d=p.Mapping, aliases={"d": "dict"})
def _items(d: Mapping[Any, Any]) -> collections.abc.ItemsView[Any, Any]:
    return d.items()


@_function("contains", kind="method", collection=p.Iterable, value=p.Any_)
def _contains(collection: Iterable[Any], value: Any) -> bool:
    return value in collection


@_function("containsKey", kind="method", d=p.Mapping, key=p.Any_, aliases={"d": "dict"})
def _contains_key(d: Mapping[Any, Any], key: Any) -> bool:
    return key in d


@_function("containsValue", kind="method", d=p.Mapping, value=p.Any_, aliases={"d": "dict"})
def _contains_value(d: Mapping[Any, Any], value: Any) -> bool:
    return value in d.values()


@_function("isList")
def _is_list(arg: Any) -> bool:
    return is_sequence(arg)


@_function("isDict")
def _is_dict(arg: Any) -> bool:
    return isinstance(arg, collections.abc.Mapping)


@_function("isSet")
def _is_set(arg: Any) -> bool:
    return isinstance(arg, collections.abc.Set)


@_function("isIterable")
def _is_iterable(value: Any) -> bool:
    return is_iterable(value)


@_function("len", kind="both", d=p.Mapping, aliases={"d": "dict"})
def _len_dict(d: Mapping[Any, Any]) -> int:
    return len(d)


@_function("len", kind="both", sequence=p.Sequence)
def _len_list(sequence: Any) -> int:
    return len(sequence)


@_function("len", kind="both", s=p.Set, aliases={"s": "set"})
def _len_set(s: Any) -> int:
    return len(s)


@_function("len", kind="both", collection=p.IteratorOnly)
def _len_iterator(collection: Iterable[Any]) -> int:
    return sum(1 for _item in bounds.counted(collection))


@_function("delete", kind="method", collection=p.Iterable, position=p.Int, count=p.Int)
def _delete(collection: Iterable[Any], position: int, count: int = 1) -> Iterator[Any]:
    for index, item in enumerate(collection):
        if not _in_span(index, position, count):
            yield item


def _in_span(index: int, position: int, count: int) -> bool:
    return index >= position and (count < 0 or index < position + count)


@_function("delete", kind="method", d=p.Mapping, keys=p.Any_, aliases={"d": "dict"})
def _delete_keys(d: Mapping[Any, Any], *keys: Any) -> MDict:
    return _without(d, keys)


@_function("deleteAll", kind="method", d=p.Mapping, keys=p.Iterable, aliases={"d": "dict"})
def _delete_all(d: Mapping[Any, Any], keys: Iterable[Any]) -> MDict:
    return _without(d, keys)


def _without(d: Mapping[Any, Any], keys: Iterable[Any]) -> MDict:
    copy = dict(d)
    for key in keys:
        copy.pop(key, None)
    return MDict(copy)


@_function(
    "replace", kind="method", collection=p.Iterable, position=p.Int, value=p.Any_, count=p.Int
)
def _replace(
    collection: Iterable[Any],
    position: int,
    value: Any,
    count: int = 1,
) -> Iterator[Any]:
    return _replaced(collection, position, (value,), count)


@_function(
    "replaceMany",
    kind="method",
    collection=p.Iterable,
    position=p.Int,
    values=p.Iterable,
    count=p.Int,
)
def _replace_many(
    collection: Iterable[Any], position: int, values: Iterable[Any], count: int = 1
) -> Iterator[Any]:
    return _replaced(collection, position, values, count)


def _replaced(
    collection: Iterable[Any],
    position: int,
    values: Iterable[Any],
    count: int,
) -> Iterator[Any]:
    done = False
    for index, item in enumerate(collection):
        if not _in_span(index, position, count):
            yield item
        elif not done:
            done = True
            yield from values


@_function("insert", kind="method", collection=p.OrderedIterable, position=p.Int, value=p.Any_)
def _insert(collection: Iterable[Any], position: int, value: Any) -> Iterator[Any]:
    index = -1
    for index, item in enumerate(collection):
        if index == position:
            yield value
        yield item
    if position > index:
        yield value


@_function("insert", kind="method", collection=p.Sequence, position=p.Int, value=p.Any_)
def _insert_in_list(collection: Any, position: int, value: Any) -> MList:
    copy = list(collection)
    copy.insert(position, value)
    return MList(copy)


@_function("insertMany", kind="method", collection=p.Iterable, position=p.Int, values=p.Iterable)
def _insert_many(
    collection: Iterable[Any],
    position: int,
    values: Iterable[Any],
) -> Iterator[Any]:
    index = -1
    if position < 0:
        yield from values
    for index, item in enumerate(collection):
        if index == position:
            yield from values
        yield item
    if position > index:
        yield from values


@_function("set", args=p.Any_)
def _set(table: Any, *args: Any) -> MSet:
    return MSet(p.limited(_spread(args), table.iterator_limit))


@_function("toSet", kind="method", collection=p.Iterable)
def _to_set(collection: Iterable[Any]) -> MSet:
    return MSet(collection)


@_function("union", kind="method", left=p.Set, right=p.Set)
def _union(left: Any, right: Any) -> MSet:
    return MSet(itertools.chain(left, right))


@_function("intersect", kind="method", left=p.Set, right=p.Set)
def _intersect(left: Any, right: Any) -> MSet:
    return MSet(item for item in left if item in right)


@_function("difference", kind="method", left=p.Set, right=p.Set)
def _difference(left: Any, right: Any) -> MSet:
    return MSet(item for item in left if item not in right)


@_function("symmetricDifference", kind="method", left=p.Set, right=p.Set)
def _symmetric_difference(left: Any, right: Any) -> MSet:
    return MSet(
        itertools.chain(
            (item for item in left if item not in right),
            (item for item in right if item not in left),
        )
    )


@_function("add", kind="method", s=p.Set, aliases={"s": "set"})
def _add(s: Any, *values: Any) -> MSet:
    return MSet(itertools.chain(s, values))


@_function("remove", kind="method", s=p.Set, aliases={"s": "set"})
def _remove(s: Any, *values: Any) -> MSet:
    return MSet(item for item in s if item not in values)
