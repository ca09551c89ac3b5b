"""The driver's frames, and what happens when the supervisor leaves."""

from __future__ import annotations

import socket

import pytest

from catalog_engine.host.messages import Answer, Channel, FrameError, Request
from catalog_engine.worker.driver import SocketDriver, SupervisorGone


@pytest.fixture
def ends():
    ours, theirs = socket.socketpair()
    ours.settimeout(10)
    theirs.settimeout(10)
    yield Channel(ours, 1 << 20), Channel(theirs, 1 << 20)
    ours.close()
    theirs.close()


def test_calls_notices_and_answers(ends):
    supervisor, channel = ends
    driver = SocketDriver(channel)
    request = Request("stacks", "read", {"name": "s"})
    said = {"port": "stacks", "operation": "read", "arguments": {"name": "s"}}
    driver.submit("0.1", 3, request)
    driver.notify(request)
    driver.notify(request)
    assert supervisor.receive() == {"type": "call", "branch": "0.1", "number": 3, **said}
    assert supervisor.receive() == {"type": "notice", "number": 1, **said}
    assert supervisor.receive() == {"type": "notice", "number": 2, **said}

    supervisor.send(
        {"type": "answer", "branch": "0.1", "number": 3, "value": [1], "error": None}
    )  # fmt: skip
    assert driver.wait() == ("0.1", 3, Answer([1], None))
    assert supervisor.receive() == {"type": "idle"}

    supervisor.send({"type": "answer", "branch": "0", "number": 1, "error": {"type": "X"}})
    assert driver.wait() == ("0", 1, Answer(None, {"type": "X"}))


def test_a_supervisor_that_left(ends):
    supervisor, channel = ends
    driver = SocketDriver(channel)
    supervisor.close()
    with pytest.raises(SupervisorGone):
        driver.submit("0", 1, Request("clock", "now", {}))
    with pytest.raises(SupervisorGone):
        driver.wait()


def test_package_code_cannot_catch_that_the_supervisor_left():
    assert not issubclass(SupervisorGone, Exception)


def test_what_is_no_answer(ends):
    supervisor, channel = ends
    supervisor.send({"type": "start"})
    with pytest.raises(FrameError, match="start"):
        SocketDriver(channel).wait()
