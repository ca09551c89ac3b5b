"""Answers of guests become values or errors."""

from __future__ import annotations

from typing import Any

import pytest

from catalog_engine.library.errors import AgentError
from catalog_engine.library.results import value_of


@pytest.mark.parametrize(
    ("result", "value"),
    [
        ({"FormatVersion": "2.0.0", "ErrorCode": 0, "Body": 5}, 5),
        ({"FormatVersion": "9.0", "Body": [1]}, [1]),
        (
            {
                "Result": [
                    {"IsException": False, "Result": "a"},
                    {"IsException": False, "Result": "b"},
                ]
            },
            "b",
        ),
        ({"Result": []}, None),
        ({"FormatVersion": "1.0.0", "Result": [{"Result": None}]}, None),
    ],
)
def test_values(result: dict[str, Any], value: Any) -> None:
    assert value_of(result) == value


def test_failed_plan() -> None:
    with pytest.raises(AgentError, match="boom") as caught:
        value_of(
            {
                "FormatVersion": "2.0.0",
                "ErrorCode": 100,
                "Time": "now",
                "Body": {"Message": "boom", "AdditionalInfo": {"exitCode": 4}, "More": 1},
            }
        )
    assert caught.value.extra == {
        "message": "boom",
        "details": {"exitCode": 4},
        "errorCode": 100,
        "time": "now",
        "extra": {"More": 1},
    }


@pytest.mark.parametrize("body", [None, "text", {"Message": None, "AdditionalInfo": None}])
def test_failed_plan_with_any_body(body: Any) -> None:
    with pytest.raises(AgentError):
        value_of({"FormatVersion": "2.0.0", "ErrorCode": 1, "Body": body})


def test_format_1_failures() -> None:
    with pytest.raises(AgentError, match="bad") as caught:
        value_of({"IsException": True, "Result": ["T", "bad", "cmd"]})
    assert caught.value.extra == {
        "type": "T",
        "message": "bad",
        "command": "cmd",
        "details": None,
        "timestamp": None,
        "source": "execution_plan",
    }
    with pytest.raises(AgentError, match="text") as caught:
        value_of({"Result": [{"Result": 1}, {"IsException": True, "Result": "text"}]})
    assert caught.value.extra["source"] == "command"
