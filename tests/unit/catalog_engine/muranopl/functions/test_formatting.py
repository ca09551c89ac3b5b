"""format() substitutes values and reaches into nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from catalog_engine.muranopl.functions.formatting import format_text
from catalog_engine.muranopl.runtime import exceptions
from catalog_engine.muranopl.runtime.values import MDict, MList


@pytest.mark.parametrize(
    ("template", "args", "kwargs"),
    [
        ("{0} + {1}", (2, 3), {}),
        ("{} {}", ("a", "b"), {}),
        ("{name}", (), {"name": "x"}),
        ("{{{0}}}", (1,), {}),
        ("{0:>5}|{0:<5}|{0:^5}", ("ab",), {}),
        ("{0:05d}", (42,), {}),
        ("{0:.2f}", (3.14159,), {}),
        ("{0!r}", ("a",), {}),
        ("{0:{1}}", ("a", 4), {}),
        ("{0:,}", (1234567,), {}),
        ("{0:x}", (255,), {}),
        ("plain", (), {}),
        ("{0}", (None,), {}),
        ("{0}", (True,), {}),
        ("{0}", (1.5,), {}),
        ("{0!s:>6}", (5,), {}),
    ],
)
def test_same_as_python(template: str, args: Any, kwargs: Any) -> None:
    assert format_text(template, args, kwargs) == template.format(*args, **kwargs)


def test_items_of_lists_and_dictionaries() -> None:
    operands = (MDict({"a": MList((1, 2))}),)
    assert format_text("{0[a][1]}", operands, {}) == "2"


@pytest.mark.parametrize(
    "template",
    ["{0.__class__}", "{0.x}", "{0[a].b}", "{name.x}", "{0.__init__.__globals__}", "{.x}"],
)
def test_attributes_are_refused(template: str) -> None:
    with pytest.raises(ValueError, match="attributes"):
        format_text(template, ("a",), {"name": "b"})


@pytest.mark.parametrize(
    "template", ["{0:>999999999}", "{0:.99999999}", "{0:{1}}", "{0:099999999999999999999d}"]
)
def test_width_is_bounded(template: str) -> None:
    with pytest.raises(ValueError, match="width"):
        format_text(template, (5, 100000), {})


@pytest.mark.parametrize(
    ("template", "error"),
    [
        ("{2}", IndexError),
        ("{missing}", KeyError),
        ("{", ValueError),
        ("{0} {}", ValueError),
        ("{0!z}", ValueError),
        ("{0[a]}", ValueError),
        ("{:{:{}}}", ValueError),
    ],
)
def test_errors(template: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        format_text(template, (1, 2, 3)[:2], {})


def test_result_is_bounded() -> None:
    with pytest.raises(exceptions.MemoryQuotaExceededException):
        format_text("{0}" * 1000, ("x" * 1000,), {})


def test_operands_show_no_internals() -> None:
    assert format_text("{0}", (MDict({"a": MList((1, "b", None))}),), {}) == (
        "{'a': [1, 'b', None]}"
    )
