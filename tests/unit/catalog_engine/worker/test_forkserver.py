"""A fork server on a host that has no process left."""

from __future__ import annotations

import gc
import os
import signal
import socket

import pytest

from catalog_engine.host.messages import Channel
from catalog_engine.worker import forkserver


@pytest.fixture
def supervisor():
    ours, theirs = socket.socketpair()
    ours.settimeout(30)
    yield ours, theirs
    ours.close()
    theirs.close()


def test_a_fork_that_fails_ends_no_other_worker(supervisor, monkeypatch):
    ours, theirs = supervisor
    channel = Channel(ours, 1 << 20)
    worker, other = socket.socketpair()
    before = signal.getsignal(signal.SIGCHLD)

    def refuse() -> int:
        raise BlockingIOError(11, "no process left")

    monkeypatch.setattr(os, "fork", refuse)
    with worker, other:
        for number in (1, 2):
            channel.send({"type": "fork", "id": number})
            socket.send_fds(ours, [b"f"], [other.fileno()])
        ours.shutdown(socket.SHUT_WR)
        try:
            forkserver.ForkServer(theirs, filter_calls=False).serve()
        finally:
            signal.signal(signal.SIGCHLD, before)
            gc.unfreeze()
    assert channel.receive()["type"] == "serving"
    for number in (1, 2):
        said = channel.receive()
        assert (said["type"], said["id"], said["code"]) == ("exited", number, forkserver.NOT_FORKED)
