"""The server that carries the API and the conductor's face."""

from __future__ import annotations

import contextlib
import socket
import threading

import pytest

from catalog_api.cmd.serving import Server
from catalog_common.listening import Address


def application(_environ, start_response):
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]


@pytest.fixture
def path(tmp_path):
    """Where a server listens."""
    server = Server(application, Address(path=str(tmp_path / "socket")), threads=2, max_body=1)
    thread = threading.Thread(target=server.run)
    thread.start()
    yield str(tmp_path / "socket")
    server.close()
    thread.join(30)
    assert not thread.is_alive()


def test_connections_that_clients_keep_do_not_shut_others_out(path):
    """An idle connection of a client that was answered stays open for minutes."""
    with contextlib.ExitStack() as stack:
        for _ in range(300):
            kept = stack.enter_context(socket.socket(socket.AF_UNIX))
            kept.settimeout(30)
            kept.connect(path)
            kept.sendall(b"GET / HTTP/1.1\r\nHost: catalog\r\n\r\n")
            assert kept.recv(1 << 16).startswith(b"HTTP/1.1 200")
