"""The hub's sockets: TCP on loopback for guests, a UNIX socket for engines."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from catalog_standalone.hub.store import Account, Refused, Store
from guest_agent.transports import frames

LOG = logging.getLogger(__name__)
MAX_WAIT = 5.0
MAX_NAME = 255
MAX_CONNECTIONS = 500
IDLE_SECONDS = 3600


class Hub:
    """Serves one store.

    :raises OSError: an address is taken.
    """

    def __init__(self, store: Store, host: str, port: int, control: Path) -> None:
        self._store = store
        self._control_path = control
        self._guests = socket.create_server((host, port), family=socket.AF_INET)
        with contextlib.suppress(FileNotFoundError):
            control.unlink()
        self._control = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        before = os.umask(0o177)
        try:
            self._control.bind(str(control))
        finally:
            os.umask(before)
        self._control.listen(64)
        self.port: int = self._guests.getsockname()[1]
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._closed = False

    def start(self) -> None:
        """Start serving."""
        for listener, serve in ((self._guests, self._serve_guest), (self._control, self._serve)):
            threading.Thread(
                target=self._accept, args=(listener, serve), name="accept", daemon=True
            ).start()

    def close(self) -> None:
        """Stop serving."""
        self._closed = True
        with self._lock:
            open_ones = list(self._connections)
        for connection in (self._guests, self._control, *open_ones):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        self._control_path.unlink(missing_ok=True)
        self._store.close()

    def _accept(self, listener: socket.socket, serve: Callable[[socket.socket], None]) -> None:
        while not self._closed:
            try:
                connection, _address = listener.accept()
            except OSError:
                return
            with self._lock:
                if len(self._connections) >= MAX_CONNECTIONS:
                    connection.close()
                    continue
                self._connections.add(connection)
            connection.settimeout(IDLE_SECONDS)
            threading.Thread(
                target=self._run, args=(connection, serve), name="connection", daemon=True
            ).start()

    def _run(self, connection: socket.socket, serve: Callable[[socket.socket], None]) -> None:
        try:
            serve(connection)
        except (OSError, OverflowError, TypeError, ValueError, KeyError) as error:
            LOG.info("a connection was ended: %s", error)
        finally:
            self._store.forget(connection)
            with self._lock:
                self._connections.discard(connection)
            connection.close()

    # ------------------------------------------------------------ the two kinds of callers

    def _serve_guest(self, connection: socket.socket) -> None:
        first = frames.receive(connection)
        if first is None:
            return
        account = None
        if first.get("op") == "login":
            account = self._store.sign_in(str(first.get("name")), str(first.get("secret")))
        if account is None:
            frames.send(connection, {"error": "the account is refused"})
            return
        frames.send(connection, {"value": True})
        self._serve(connection, account)

    def _serve(self, connection: socket.socket, account: Account | None = None) -> None:
        while (request := frames.receive(connection)) is not None:
            try:
                value = self._do(request, connection, account)
            except Refused as error:
                frames.send(connection, {"error": str(error)})
            else:
                frames.send(connection, {"value": value})

    def _do(self, request: dict[str, Any], holder: socket.socket, account: Account | None) -> Any:
        operation = request.get("op")
        store = self._store
        if operation == "get":
            wait = min(float(request.get("wait") or 0), MAX_WAIT)
            return store.get(self._readable(request, account), holder, wait)
        if operation == "ack":
            return store.acknowledge(int(request["id"]), holder)
        if operation == "release":
            return store.release(int(request["id"]), holder)
        if operation == "leave":
            return store.forget(holder)
        if operation == "put":
            exchange, key = self._writable(request, account)
            properties = request.get("properties") or {}
            if not isinstance(properties, dict):
                raise Refused("properties must be an object")
            return store.put(exchange, key, str(request["body"]), properties)
        if operation == "declare" and request.get("passive"):
            return store.declare(self._readable(request, account), passive=True)
        if account is not None:
            raise Refused("a guest may read its queue and answer, and nothing else")
        return self._administer(operation, request)

    def _administer(self, operation: Any, request: dict[str, Any]) -> Any:
        store = self._store
        if operation == "declare":
            return store.declare(_name(request, "queue"), expires=_seconds(request.get("expires")))
        if operation == "bind":
            return store.bind(_name(request, "queue"), _name(request, "key"))
        if operation == "delete":
            return store.delete(_name(request, "queue"))
        if operation == "account":
            return store.add_account(
                _name(request, "name"), str(request["secret"]), _name(request, "queue"),
                _name(request, "key"),
            )  # fmt: skip
        raise Refused(f"there is no operation {str(operation)[:40]!r}")

    @staticmethod
    def _readable(request: dict[str, Any], account: Account | None) -> str:
        queue = _name(request, "queue")
        if account is not None and queue != account.queue:
            raise Refused("this queue is another's")
        return queue

    @staticmethod
    def _writable(request: dict[str, Any], account: Account | None) -> tuple[str, str]:
        exchange, key = str(request.get("exchange") or ""), _name(request, "key")
        if account is not None and (not exchange or key != account.key):
            raise Refused("this key is another's")
        return exchange, key


def _seconds(milliseconds: Any) -> float | None:
    """Seconds of an expiry, which AMQP tells in milliseconds."""
    if milliseconds is None:
        return None
    if type(milliseconds) is not int or milliseconds <= 0:
        raise Refused("expires must be a number of milliseconds")
    return milliseconds / 1000


def _name(request: dict[str, Any], key: str) -> str:
    value = request.get(key)
    if not isinstance(value, str) or not 0 < len(value) <= MAX_NAME:
        raise Refused(f"{key} must be a text of 1 to {MAX_NAME} characters")
    return value
