"""What a worker says is taken for the words of a stranger."""

from __future__ import annotations

import pytest

from catalog_engine.host.messages import FrameError, Request
from catalog_engine.supervisor import frames

CALL = {
    "type": "call", "branch": "0.1.12", "number": 3, "port": "clock", "operation": "now",
    "arguments": {"a": [1, None, {"b": 2.5}]},
}  # fmt: skip


def deep(levels):
    value = []
    for _ in range(levels):
        value = [value]
    return value


def test_a_call():
    request = Request("clock", "now", {"a": [1, None, {"b": 2.5}]})
    assert frames.call(CALL) == ("0.1.12", 3, request)
    assert frames.notice(CALL) == (3, request)


@pytest.mark.parametrize(
    "wrong",
    [
        {"branch": None}, {"branch": ""}, {"branch": "1"}, {"branch": "0."}, {"branch": "0.0"},
        {"branch": "0.1\n"}, {"branch": "0.x"}, {"branch": "0" + ".1" * 150},
        {"branch": ["0"]}, {"number": None}, {"number": True}, {"number": 0}, {"number": -1},
        {"number": 2**31}, {"number": 1.0}, {"number": "1"}, {"port": None}, {"port": 1},
        {"operation": b"now"}, {"arguments": None}, {"arguments": []},
        {"arguments": {"a": b"bytes"}}, {"arguments": {"a": float("nan")}},
        {"arguments": {"a": float("inf")}}, {"arguments": {b"a": 1, "a": object()}},
        {"arguments": {"a": deep(500)}},
    ],
)  # fmt: skip
def test_what_is_no_call(wrong):
    with pytest.raises(FrameError):
        frames.call({**CALL, **wrong})


def test_a_result():
    said = {
        "outcome": "succeeded", "result": {"result": [1], "isException": False},
        "model": {"Objects": None}, "packages": ["forged"],
    }  # fmt: skip
    result = frames.result(said, {("p", "1.0.0"): "d" * 64})
    assert result.outcome == "succeeded"
    assert result.result.result == [1]
    assert [use.name for use in result.packages] == ["p"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"outcome": "lost"}, {"outcome": None}, {"result": None}, {"result": {"isException": 1}},
        {"result": {"result": b"x", "isException": False}},
        {"result": {"result": float("nan"), "isException": False}},
        {"result": {"result": None, "isException": True}}, {"model": []}, {"model": {}},
        {"model": {"Objects": deep(500)}},
    ],
)  # fmt: skip
def test_what_is_no_result(wrong):
    said = {"outcome": "succeeded", "result": {"result": 1, "isException": False}, "model": None}
    assert frames.result(said, {})
    with pytest.raises(FrameError):
        frames.result({**said, **wrong}, {})
