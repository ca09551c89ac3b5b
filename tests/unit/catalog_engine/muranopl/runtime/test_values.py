"""Immutable values: what becomes of Python's, how large they are, what they refuse."""

import copy
import types

import pytest

from catalog_engine.muranopl.runtime import exceptions
from catalog_engine.muranopl.runtime.values import (
    DEPTH_LIMIT,
    LooseDict,
    LooseList,
    LooseSet,
    MDict,
    MList,
    MSet,
    freeze,
)


@pytest.mark.parametrize(
    ("given", "frozen"),
    [
        ([1, [2]], MList((1, MList((2,))))),
        ((1, {2}), MList((1, MSet((2,))))),
        (frozenset((1,)), MSet((1,))),
        ({"a": [1]}, MDict({"a": MList((1,))})),
        (types.MappingProxyType({"a": [1]}), MDict({"a": MList((1,))})),
        (iter([1, [2]]), MList((1, MList((2,))))),
        (range(3), MList((0, 1, 2))),
        ({"a": 1}.items(), MSet((MList(("a", 1)),))),
        ({"a": 1}.keys(), MSet(("a",))),
        ({"a": 1}.values(), MList((1,))),
        ({(1, 2): (3,), "b": None}, MDict({MList((1, 2)): MList((3,)), "b": None})),
        (5, 5),
        (None, None),
    ],
)
def test_freezing(given, frozen):
    made = freeze(given)
    assert made == frozen
    assert made.__class__ is frozen.__class__
    assert freeze(made) is made


def test_a_value_counts_as_often_as_it_is_referred_to():
    inner = freeze(["x" * 64] * 10)
    assert inner.size == 11 + 10 * 2
    assert freeze([inner, inner]).size == 3 + 2 * inner.size
    assert freeze({"a": inner}).size == MDict({"a": inner}).size == 3 + inner.size
    assert freeze({inner: 1}).size == MDict({inner: 1}).size == 3 + inner.size
    assert freeze({"k" * 64: "x" * 64}).size == MDict({"k" * 64: "x" * 64}).size == 3 + 4


def test_keys_may_be_collections_of_any_depth():
    flat, deep = freeze([1]), freeze([[1]])
    for keys in ((flat, deep), (deep, flat)):
        for made in (MDict(dict.fromkeys(keys)), freeze(dict.fromkeys(keys))):
            assert made.depth == deep.depth + 1
            assert list(made) == list(keys)


def repeated(step, value, times):
    for _ in range(times):
        value = step(value)
    return value


@pytest.mark.parametrize("wrap", [lambda v: [v], lambda v: {"a": v}, lambda v: {(v,): 1}])
def test_what_nests_too_deep_is_refused(wrap):
    with pytest.raises(exceptions.MemoryQuotaExceededException):
        repeated(lambda value: freeze(wrap(value)), 1, DEPTH_LIMIT + 1)


@pytest.mark.parametrize("grow", [lambda v: [v, v], lambda v: {"a": v, "b": v}])
@pytest.mark.parametrize("make", [freeze, lambda v: MDict(v) if isinstance(v, dict) else MList(v)])
def test_what_grows_too_large_is_refused(grow, make):
    with pytest.raises(exceptions.MemoryQuotaExceededException):
        repeated(lambda value: make(grow(value)), freeze(["x" * 1024]), 30)


@pytest.mark.parametrize("make", [lambda n: range(n), lambda n: iter(range(n))])
def test_a_lazy_collection_has_a_limit(make):
    assert len(freeze(make(2000))) == 2000
    with pytest.raises(exceptions.CollectionTooLargeException, match="2000"):
        freeze(make(2001))


def test_dictionaries_and_sets_can_be_keys():
    first, second = freeze({"a": 1, "b": 2}), freeze({"b": 2, "a": 1})
    assert hash(first) == hash(second) == hash(first)
    assert {first: 5}[second] == 5
    assert hash(freeze({1, 2})) == hash(freeze({2, 1}))


def test_nobody_changes_a_dictionary():
    value = freeze({"a": 1})
    for change in (
        lambda: value.update(a=2), lambda: value.pop("a"), lambda: value.clear(),
        lambda: value.setdefault("b", 1), lambda: value.popitem(), lambda: value.__delitem__("a"),
        lambda: value.__ior__({"b": 1}),
    ):  # fmt: skip
        with pytest.raises(TypeError, match="cannot be changed"):
            change()
    assert copy.copy(value) is copy.deepcopy(value) is value


def test_a_set_keeps_its_order():
    assert list(freeze({3: 0, 1: 0}.keys())) == [3, 1]
    assert repr(MSet((3, 1))) == "frozenset({3, 1})"


@pytest.mark.parametrize(
    ("make", "frozen"),
    [
        (lambda: MList((1, iter((2,)))), (1, (2,))),
        (lambda: MList((MDict({"a": range(2)}),)), ({"a": (0, 1)},)),
        (lambda: MDict({"a": MList((iter(()),))}), {"a": ((),)}),
        (lambda: MDict({range(1): 5}), {(0,): 5}),
        (lambda: MDict({"a": {"b": [1]}}), {"a": {"b": (1,)}}),
        (lambda: MSet((1, range(2))), {1, (0, 1)}),
    ],
)
def test_what_holds_something_lazy_is_not_settled(make, frozen):
    made = make()
    assert isinstance(made, (LooseList, LooseDict, LooseSet))
    settled = freeze(made)
    assert settled == frozen
    assert settled.__class__ in (MList, MDict, MSet)
    assert settled.depth < DEPTH_LIMIT


def test_what_holds_something_lazy_nests_no_deeper():
    with pytest.raises(exceptions.MemoryQuotaExceededException):
        repeated(lambda value: MList((value,)), MList((iter(()),)), DEPTH_LIMIT)
