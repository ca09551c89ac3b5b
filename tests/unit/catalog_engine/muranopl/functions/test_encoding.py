"""base64, bind and patch."""

from __future__ import annotations

from typing import Any

import pytest

from catalog_engine.muranopl.functions.jsonpatch import PatchTestFailed, apply
from catalog_engine.muranopl.functions.table import NO_RECEIVER, FunctionTable
from catalog_engine.muranopl.runtime import exceptions
from catalog_engine.muranopl.runtime.values import MDict, MList


def call(table: FunctionTable, name: str, *args: Any) -> Any:
    return table.call(None, name, NO_RECEIVER, args, {})


def test_base64(table: FunctionTable) -> None:
    assert call(table, "base64encode", "TEST") == "VEVTVA=="
    assert table.call(None, "base64decode", "VEVTVA==", (), {}) == "TEST"


def test_bind(table: FunctionTable) -> None:
    template = MDict(
        {
            "$Z": True,
            "x": MList(("$qq-{suffix}", "$a", "plain", 5)),
            "y": MDict({"z": "$none"}),
            "w": "$value of d",
            "v": "$-{nope}",
        }
    )
    mappings = MDict({"Z": "b", "suffix": 123, "a": MList((1,)), "none": None, "value of d": "d"})
    assert call(table, "bind", template, mappings) == {
        "b": True,
        "x": ("qq-123", (1,), "plain", 5),
        "y": {"z": "$none"},
        "w": "d",
        "v": "-None",
    }


def test_bind_names_the_missing_key(table: FunctionTable) -> None:
    with pytest.raises(KeyError, match="missing"):
        call(table, "bind", "$missing", MDict())


def test_patch() -> None:
    operations = [
        {"op": "add", "path": "/foo", "value": "bar"},
        {"op": "add", "path": "/baz", "value": MList((1, 2, 3))},
        {"op": "remove", "path": "/baz/1"},
        {"op": "test", "path": "/baz", "value": (1, 3)},
        {"op": "replace", "path": "/baz/0", "value": 42},
        {"op": "remove", "path": "/baz/1"},
    ]
    assert apply(MDict(), MList(map(MDict, operations))) == {"foo": "bar", "baz": (42,)}


@pytest.mark.parametrize(
    ("document", "operation", "expected"),
    [
        ({"a": 1}, {"op": "move", "from": "/a", "path": "/b"}, {"b": 1}),
        ({"a": 1}, {"op": "copy", "from": "/a", "path": "/b"}, {"a": 1, "b": 1}),
        ({"a": {"b~/c": 1}}, {"op": "remove", "path": "/a/b~0~1c"}, {"a": {}}),
        ({"a": 1}, {"op": "replace", "path": "", "value": 3}, 3),
        ({"a": 1}, {"op": "remove", "path": "/zzz"}, {"a": 1}),
    ],
)
def test_patch_operations(document: Any, operation: Any, expected: Any) -> None:
    frozen = MDict({k: MDict(v) if isinstance(v, dict) else v for k, v in document.items()})
    assert apply(frozen, MDict(operation)) == expected


def test_patch_is_all_or_nothing() -> None:
    document = MDict({"a": 1})
    changes = MList(
        (MDict({"op": "add", "path": "/b", "value": 2}), MDict({"op": "remove", "path": "/zzz"}))
    )
    assert apply(document, changes) is document
    with pytest.raises(PatchTestFailed):
        apply(document, MDict({"op": "test", "path": "/a", "value": 2}))
    with pytest.raises(ValueError, match="'op'"):
        apply(document, MDict({"op": "explode", "path": "/a"}))


def test_bind_is_bounded(table: FunctionTable) -> None:
    with pytest.raises(exceptions.MemoryQuotaExceededException):
        call(table, "bind", "$" + "{a}" * 1000, MDict({"a": "x" * 1000}))
