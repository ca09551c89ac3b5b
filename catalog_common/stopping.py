"""Waiting for the signal that ends a service."""

from __future__ import annotations

import signal
import socket
from typing import Final

ENDS: Final = (signal.SIGTERM, signal.SIGINT)


class Stopping:
    """SIGTERM and SIGINT as one thing to wait for. Made and used in the main thread.

    The interpreter itself writes to the socket when a signal comes. A handler in Python would run
    too late when the signal comes just before waiting begins, and a lock that it takes may be the
    one that the interrupted code holds.
    """

    def __init__(self) -> None:
        self._reader, self._writer = socket.socketpair()
        self._writer.setblocking(False)
        for number in ENDS:
            signal.signal(number, lambda *_: None)
        signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)

    def wait(self) -> None:
        """Return when one of them comes; the next one ends the process at once."""
        while not set(self._reader.recv(4096)) & set(ENDS):
            continue
        signal.set_wakeup_fd(-1)
        for number in ENDS:
            signal.signal(number, signal.SIG_DFL)
        self._reader.close()
        self._writer.close()
