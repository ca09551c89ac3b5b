"""WSGI servers, one thread each, for the services of the local cloud."""

from __future__ import annotations

import os
import socket
import threading
from typing import Any

from waitress import wasyncore
from waitress.server import create_server

CONNECTIONS = 1000


class PortBusy(Exception):
    """An address could not be taken; the message names it."""


class Server:
    """One service on one port."""

    def __init__(self, app: Any, host: str, port: int) -> None:
        try:
            listening = socket.create_server((host, port))
        except OSError as error:
            raise PortBusy(f"cannot listen on {host}:{port}: {error.strerror}; choose another "
                           "port or end what uses it") from error  # fmt: skip
        self.url = f"http://{host}:{listening.getsockname()[1]}"
        self._map: dict[int, Any] = {}
        self._server = create_server(
            app,
            sockets=[listening],
            threads=6,
            # Clients keep connections; one that is not accepted would wait without a word.
            connection_limit=CONNECTIONS,
            asyncore_use_poll=True,
            map=self._map,
            ident=None,
            clear_untrusted_proxy_headers=True,
        )
        self._thread = threading.Thread(target=self._run, name=f"serve {self.url}", daemon=True)

    def _run(self) -> None:
        try:
            self._server.run()
        except (OSError, ValueError):
            # Closing sockets under its loop ends it this way.
            return

    def start(self) -> None:
        """Serve in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """Take no more requests, and close what is open."""
        self._server.task_dispatcher.shutdown(timeout=1)
        trigger = self._server.trigger
        # In the loop's own thread, which ends when nothing is left to look after. The lock keeps
        # the loop, woken by another thread, from closing the pipe before it is written to.
        with trigger.lock:
            trigger.thunks.append(lambda: wasyncore.close_all(self._map, ignore_all=True))
            os.write(trigger.trigger, b"x")
        self._thread.join(5)
