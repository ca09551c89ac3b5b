"""What code of formats 1.0 and 1.1 may call besides."""

from __future__ import annotations

from typing import Any

import pytest

from catalog_engine.muranopl.functions.library import FunctionTables
from catalog_engine.muranopl.functions.parameters import MappingRule
from catalog_engine.muranopl.functions.table import NO_RECEIVER
from catalog_engine.muranopl.runtime import exceptions
from catalog_engine.muranopl.runtime.values import MDict, MList

TABLES = FunctionTables()
OLD = TABLES.for_format("1.0")
NEW = TABLES.for_format("1.2.0")


def old(name: str, *args: Any, receiver: Any = NO_RECEIVER) -> Any:
    return OLD.call(None, name, receiver, args, {})


def test_both_ways() -> None:
    assert old("toUpper", "a") == "A"
    assert old("join", MList((1, 2)), receiver=", ") == "1, 2"
    assert old("join", MList((1, 2)), ", ") == "1, 2"
    assert old("int", receiver="5") == 5
    with pytest.raises(exceptions.NoFunctionRegisteredException):
        NEW.call(None, "toUpper", NO_RECEIVER, ("a",), {})


def test_dictionaries_are_iterable() -> None:
    assert list(old("select", lambda key: key, receiver=MDict({"a": 1}))) == ["a"]
    with pytest.raises(exceptions.NoMatchingMethodException):
        NEW.call(None, "select", MDict({"a": 1}), (lambda key: key,), {})


def test_old_functions() -> None:
    assert old("substr", "hello", 1, 2) == "el"
    assert old("substr", 1, receiver="hello") == "ello"
    assert old("firstOrDefault", MList()) is None
    assert old("firstOrDefault", MList((5,)), 7) == 5
    assert list(old("range", 1, 3)) == [1, 2]
    assert next(iter(old("range", 3))) == 3
    assert old("tuple", 1, 2) == (1, 2)
    assert old("dict", MList(("a", 1)), MList(("b", 2))) == {"a": 1, "b": 2}
    assert old("#map", MList(("a", 1)), MList(("b", 2, 3))) == {"a": 1, "b": 2}
    assert old("#indexer", MList((1, 2)), lambda *_v: 1) == 2
    assert old("#indexer", range(3), lambda *_v: 1) == 1
    assert list(old("#indexer", MList((1, 2)), lambda *v: v[0] > 1 if v else None)) == [2]


def test_switch_on_a_value() -> None:
    rules = (
        MappingRule(lambda v: v > 3, lambda v: "big"),
        MappingRule(lambda v: True, lambda v: "small"),
    )
    assert old("switch", *rules, receiver=5) == "big"
    assert old("switch", *rules, receiver=1) == "small"
    with pytest.raises(exceptions.NoMethodRegisteredException):
        NEW.call(None, "switch", 5, rules, {})
