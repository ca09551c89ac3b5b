"""``patch()`` on lists and on pointers that lead nowhere, by RFC 6902."""

import pytest

from catalog_engine.muranopl.functions.jsonpatch import PatchTestFailed, apply
from catalog_engine.muranopl.runtime.values import freeze

DOCUMENT = {"a": [1, {"b": 2}], "t": "text", "x/y": {"~": 0}}


def patched(*operations):
    return apply(freeze(DOCUMENT), freeze(list(operations)))


def row(op, path, **more):
    return {"op": op, "path": path, **more}


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (row("add", "/a/-", value=3), {"a": (1, {"b": 2}, 3)}),
        (row("add", "/a/0", value=3), {"a": (3, 1, {"b": 2})}),
        (row("add", "/a/2", value=3), {"a": (1, {"b": 2}, 3)}),
        (row("add", "/a/1/c", value=3), {"a": (1, {"b": 2, "c": 3})}),
        (row("replace", "/a/0", value=3), {"a": (3, {"b": 2})}),
        (row("replace", "/a/1/b", value=3), {"a": (1, {"b": 3})}),
        (row("replace", "/x~1y/~0", value=3), {"x/y": {"~": 3}}),
        (row("remove", "/a/0"), {"a": ({"b": 2},)}),
        (row("move", "/a/0", **{"from": "/t"}), {"a": ("text", 1, {"b": 2}), "t": None}),
    ],
)
def test_places_in_lists_and_escaped_names(operation, expected):
    made = patched(operation)
    for key, value in expected.items():
        assert made.get(key) == value


@pytest.mark.parametrize(
    ("op", "path"),
    [
        ("add", "/a/3"),
        ("add", "/a/x"),
        ("add", "/t/0"),
        ("remove", "/a/2"),
        ("remove", "/a/-"),
        ("replace", "/a/2"),
        ("replace", "/nowhere"),
        ("replace", "/t/0"),
    ],
)
def test_a_pointer_that_leads_nowhere_changes_nothing(op, path):
    assert patched(row("replace", "/t", value=""), row(op, path, value=3)) == freeze(DOCUMENT)


@pytest.mark.parametrize(
    ("operation", "text"),
    [
        (row("add", "a", value=1), "'a' is no JSON pointer: it must be empty or begin with '/'"),
        (row("copy", "/a"), "'None' is no JSON pointer"),
        (row("add", "/a/-"), "Patch operation 'add' needs a 'value'"),
        (row("test", "/t"), "Patch operation 'test' needs a 'value'"),
        (row("jump", "/a"), "one of the operations add, copy, move, remove, replace, test"),
        ({"op": "remove"}, "A patch operation is a dictionary with 'path'"),
    ],
)
def test_malformed_operations(operation, text):
    with pytest.raises(ValueError) as raised:
        patched(operation)
    assert text in str(raised.value)


def test_a_test_that_fails_names_its_pointer():
    with pytest.raises(PatchTestFailed) as raised:
        patched(row("test", "/a/0", value=2))
    assert "/a/0" in str(raised.value)
