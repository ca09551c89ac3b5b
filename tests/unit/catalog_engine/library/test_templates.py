"""Merging of templates."""

from __future__ import annotations

from typing import Any

import pytest

from catalog_engine.library.errors import HeatStackError
from catalog_engine.library.templates import check_version, merged


@pytest.mark.parametrize(
    ("mine", "theirs", "result"),
    [
        ({"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ({"a": {"b": 1}}, {"a": {"c": 2}}, {"a": {"b": 1, "c": 2}}),
        ({"a": [1, 2]}, {"a": [2, 3]}, {"a": [1, 2, 3]}),
        ({"a": 1}, {"a": 2}, {"a": 2}),
        ({"a": None}, {"a": "k"}, {"a": "k"}),
        ({"a": "k"}, {"a": None}, {"a": None}),
        ({"a": None}, {"a": {"b": 1}}, {"a": {"b": 1}}),
        ({"a": 1}, {"a": "x"}, {"a": "x"}),
        ({"a": [{"p": 1}]}, {"a": [{"p": 1}, {"q": 2}]}, {"a": [{"p": 1}, {"q": 2}]}),
    ],
)
def test_merged(mine: Any, theirs: Any, result: Any) -> None:
    assert merged(mine, theirs) == result


def test_what_does_not_merge() -> None:
    with pytest.raises(TypeError, match=r"a plain value with a list at template\.a\.b"):
        merged({"a": {"b": 1}}, {"a": {"b": [1]}})


def test_versions() -> None:
    check_version({})
    check_version({"heat_template_version": "wallaby"})
    with pytest.raises(HeatStackError, match="1999"):
        check_version({"heat_template_version": "1999-01-01"})
