"""What ``io.murano.system.GC`` says to values that are no objects."""

from __future__ import annotations

import pytest

from tests.unit.catalog_engine.muranopl.language import run


@pytest.mark.parametrize(
    "call",
    [
        "isDoomed(null)", "isDestroyed(1)", "isDestroyed([])", "subscribeDestruction(null, $a)",
        "subscribeDestruction(new('io.murano.Object'), 'id', x)",
        "unsubscribeDestruction({}, null)",
    ],
)  # fmt: skip
def test_values_that_are_no_objects_are_errors_of_types(call):
    with pytest.raises(TypeError, match="GC takes objects, not "):
        run(f"- Return: !yaql \"type('io.murano.system.GC').{call}\"", None)
