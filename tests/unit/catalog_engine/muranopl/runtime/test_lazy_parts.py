"""What functions put into collections is there: lazy parts are drained."""

from __future__ import annotations

import pytest

from catalog_engine.muranopl.runtime.values import MDict, MList, MSet
from tests.unit.catalog_engine.muranopl.language import run

LAZY = "[1].select($ + 1)"


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        (f"[{LAZY}, , 1][0]", (2,)),
        (f"dict(a => {LAZY})", {"a": (2,)}),
        (f"dict([[a, {LAZY}]])", {"a": (2,)}),
        (f"{{}}.set(a, {LAZY})", {"a": (2,)}),
        (f"[0].insert(0, {LAZY})", ((2,), 0)),
        (f"[0].append({LAZY})", (0, (2,))),
        (f"[0].toDict($, {LAZY})", {0: (2,)}),
        (f"[0].toDict({LAZY}, $)", {(2,): 0}),
        (f"set({LAZY}, 0).len()", 2),
    ],
)
def test_functions_that_are_handed_lazy_collections(expression, value):
    made = run(f"- $x: !yaql '{expression}'\n- Return: [$x, $x]")
    assert made == (value, value)


def test_collections_count_what_they_drain():
    made = MList([iter([1, 2]), MDict({"a": range(3)})])
    assert made == ((1, 2), {"a": (0, 1, 2)})
    assert made.size == MList([MList([1, 2]), MDict({"a": MList([0, 1, 2])})]).size
    drained = MSet([iter([1])])
    assert (list(drained), drained.depth) == ([(1,)], 2)
    assert MDict({range(2): 1}) == {(0, 1): 1}
