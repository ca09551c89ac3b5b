"""What functions put into collections is there: lazy parts are drained."""

from __future__ import annotations

import pytest

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
