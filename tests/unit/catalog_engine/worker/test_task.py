"""A worker's one order, and its answer."""

from __future__ import annotations

import signal
import socket

import pytest

from catalog_engine.host.messages import Channel, FrameError
from catalog_engine.worker import task

MANIFEST = {"FullName": "t", "Version": "1.0.0", "Format": "1.4", "Classes": {"t.A": "A.yaml"}}


@pytest.fixture
def ends(monkeypatch):
    monkeypatch.setattr(task.sys, "setrecursionlimit", lambda _limit: None)
    before = signal.getsignal(signal.SIGXCPU)
    ours, theirs = socket.socketpair()
    ours.settimeout(10)
    theirs.settimeout(10)
    yield Channel(ours, 1 << 20), Channel(theirs, 1 << 20)
    ours.close()
    theirs.close()
    signal.signal(signal.SIGXCPU, before)


def test_an_order_to_compile(ends):
    supervisor, channel = ends
    supervisor.send(
        {"type": "compile", "manifest": MANIFEST, "files": {"Classes/A.yaml": b"Name: t.A\n"}}
    )
    assert task.work(channel, {}) == 0
    assert supervisor.receive() == {"type": "ready"}
    answer = supervisor.receive()
    assert (answer["type"], answer["error"]) == ("compiled", None)
    assert isinstance(answer["package"], bytes)


def test_a_supervisor_that_needs_no_worker(ends):
    supervisor, channel = ends
    supervisor._connection.shutdown(socket.SHUT_WR)
    assert task.work(channel, {}) == 0


@pytest.mark.parametrize("order", [{"type": "dance"}, {"type": "compile", "manifest": 1}])
def test_what_is_no_order(ends, order):
    supervisor, channel = ends
    supervisor.send(order)
    with pytest.raises(FrameError):
        task.work(channel, {})


def test_a_result_for_which_no_memory_is_left(ends, monkeypatch):
    supervisor, channel = ends

    def run_out(*_arguments):
        raise MemoryError

    monkeypatch.setattr(task, "run_task", run_out)
    supervisor.send({"type": "start", "task": {"environment_id": "env"}})
    assert task.work(channel, {}) == 0
    assert supervisor.receive() == {"type": "ready"}
    notice, result = supervisor.receive(), supervisor.receive()
    assert notice["type"] == "notice"
    assert notice["arguments"]["level"] == "error"
    assert notice["arguments"]["object_id"] == "env"
    assert (result["type"], result["outcome"], result["model"]) == ("result", "failed", None)
    assert "[engine] limit_memory_mb" in result["result"]["result"]["message"]


def test_cpu_time_strikes_once(ends, monkeypatch):
    struck = []
    before = signal.getsignal(signal.SIGXCPU)
    task._watch_cpu(struck.append)
    try:
        signal.raise_signal(signal.SIGXCPU)
        signal.raise_signal(signal.SIGXCPU)
    finally:
        signal.signal(signal.SIGXCPU, before)
    assert struck == ["cpu"]
