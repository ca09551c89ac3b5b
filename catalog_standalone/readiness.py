"""How a service is known to be ready: it answers at its address, or says so in its log."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Callable
from pathlib import Path

Ready = Callable[[Path, int], bool]
SECONDS = 2.0


class _UnixConnection(http.client.HTTPConnection):
    """HTTP over a UNIX socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(SECONDS)
        self.sock.connect(str(self._path))


def _answers(connection: http.client.HTTPConnection, path: str) -> bool:
    try:
        connection.request("GET", path)
        return connection.getresponse().status < 400
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def http_answers(host: str, port: int, path: str) -> Ready:
    """Ready when a GET succeeds."""
    return lambda log, offset: _answers(
        http.client.HTTPConnection(host, port, timeout=SECONDS), path
    )


def unix_answers(socket_path: Path, path: str) -> Ready:
    """Ready when a GET over a UNIX socket succeeds."""
    return lambda log, offset: _answers(_UnixConnection(socket_path), path)


def listens(host: str, port: int, also: Path) -> Ready:
    """Ready when a TCP port and a UNIX socket take connections."""

    def ready(log: Path, offset: int) -> bool:
        try:
            socket.create_connection((host, port), SECONDS).close()
            with socket.socket(socket.AF_UNIX) as connection:
                connection.connect(str(also))
        except OSError:
            return False
        return True

    return ready


def logs(text: str) -> Ready:
    """Ready when this run's part of the log holds ``text``."""

    def ready(log: Path, offset: int) -> bool:
        with log.open("rb") as file:
            file.seek(offset)
            return text.encode() in file.read()

    return ready
