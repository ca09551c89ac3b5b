"""Serving a WSGI application from a process of its own, on TCP or a UNIX socket."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Callable
from typing import Any

from waitress.server import create_server

from catalog_common.listening import Address
from catalog_common.stopping import Stopping

CONNECTIONS = 1000
"""Connections that clients may keep; one more waits without a word until another ends."""


class Server:
    """A WSGI server.

    :raises OSError: the address is taken.
    """

    def __init__(self, application: Any, address: Address, *, threads: int, max_body: int) -> None:
        self._path = address.path
        options: dict[str, Any] = {
            "threads": threads, "max_request_body_size": max_body, "ident": None,
            "clear_untrusted_proxy_headers": True, "channel_timeout": 120,
            "connection_limit": CONNECTIONS, "asyncore_use_poll": True,
            # Read on while a request is answered, so that a client's end is noticed.
            "channel_request_lookahead": 1,
        }  # fmt: skip
        if address.path:
            _remove_dead_socket(address.path)
            options |= {"unix_socket": address.path, "unix_socket_perms": "600"}
        else:
            options |= {"host": address.host, "port": address.port}
        self._server = create_server(application, **options)

    def run(self) -> None:
        """Serve until :meth:`close`."""
        with contextlib.suppress(OSError):
            self._server.run()

    def close(self) -> None:
        """Take no more requests, finish those under way."""
        self._server.close()
        self._server.task_dispatcher.shutdown(timeout=10)
        if self._path:
            with contextlib.suppress(OSError):
                os.unlink(self._path)


def _remove_dead_socket(path: str) -> None:
    """Remove the socket that a process which was killed left behind."""
    if not os.path.exists(path):
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(path)
        except OSError:
            os.unlink(path)
            return
    raise OSError(f"{path} is in use by another process")


def run_until_stopped(
    server: Server, on_start: Callable[[], None], on_stop: Callable[[], None]
) -> None:
    """Serve until SIGTERM or SIGINT.

    :param on_start: called when it serves, and a signal would be heard.
    :param on_stop: called first when a signal comes.
    """
    stopping = Stopping()
    thread = threading.Thread(target=server.run, name="serve", daemon=True)
    thread.start()
    on_start()
    stopping.wait()
    on_stop()
    server.close()
