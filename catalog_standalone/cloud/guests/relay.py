"""The host's end of a guest's network: its listening ports at its addresses, and forwards."""

from __future__ import annotations

import json
import logging
import os
import socket
import threading
from pathlib import Path

LOG = logging.getLogger(__name__)


def unix_address(path: Path) -> tuple[str, int]:
    """An address of a UNIX socket that is short however long ``path`` is; close the second."""
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    return f"/proc/self/fd/{folder}/{path.name}", folder


def connect(path: Path) -> socket.socket:
    """Connect to a UNIX socket."""
    address, folder = unix_address(path)
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(address)
    except OSError:
        connection.close()
        raise
    finally:
        os.close(folder)
    return connection


def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    try:
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return


def _join(left: socket.socket, right: socket.socket) -> None:
    other = threading.Thread(target=_pump, args=(right, left), daemon=True)
    other.start()
    _pump(left, right)
    other.join()
    left.close()
    right.close()


class Forward:
    """A UNIX socket that guests reach, connected to one TCP address of this machine."""

    def __init__(self, path: Path, target: str) -> None:
        host, _, port = target.rpartition(":")
        self._target = (host, int(port))
        path.unlink(missing_ok=True)
        address, folder = unix_address(path)
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(address)
        os.close(folder)
        self._server.listen(64)
        threading.Thread(target=self._serve, name=f"forward {target}", daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            try:
                target = socket.create_connection(self._target, 10)
                target.settimeout(None)
            except OSError:
                connection.close()
                continue
            threading.Thread(target=_join, args=(connection, target), daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()


class Relay:
    """Listens at a guest's addresses on whatever ports the guest listens on."""

    def __init__(self, name: str, path: Path, addresses: list[str]) -> None:
        self._name, self._path, self._addresses = name, path, addresses
        self._lock = threading.Lock()
        self._servers: dict[tuple[str, int], socket.socket] = {}
        self._ports: list[int] = []
        self._closed = False
        self._watching = connect(path)
        self._watching.sendall(b"watch\n")
        threading.Thread(target=self._watch, name=f"relay {name}", daemon=True).start()

    def _watch(self) -> None:
        with self._watching.makefile() as stream:
            try:
                for line in stream:
                    self._ports = json.loads(line)
                    self._adjust()
            except (OSError, ValueError):
                pass
        self.close()
        self._watching.close()

    def readdress(self, addresses: list[str]) -> None:
        """Listen at other addresses from now on."""
        self._addresses = addresses
        self._adjust()

    def _adjust(self) -> None:
        with self._lock:
            wanted = {(a, p) for a in self._addresses for p in self._ports}
            wanted = set() if self._closed else wanted
            for key in set(self._servers) - wanted:
                server = self._servers.pop(key)
                server.shutdown(socket.SHUT_RDWR)
                server.close()
            for key in wanted - set(self._servers):
                self._open(*key)

    def _open(self, address: str, port: int) -> None:
        try:
            server = socket.create_server((address, port))
        except PermissionError:
            # An ordinary user may not take low ports: a high one stands in, and is printed.
            server = socket.create_server((address, 0))
        except OSError as error:
            LOG.warning("guest %s: cannot listen at %s:%s: %s", self._name, address, port, error)
            return
        shown = server.getsockname()
        LOG.info("guest %s: port %s is at %s:%s", self._name, port, shown[0], shown[1])
        self._servers[(address, port)] = server
        threading.Thread(target=self._serve, args=(server, port), daemon=True).start()

    def _serve(self, server: socket.socket, port: int) -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            try:
                target = connect(self._path)
                target.sendall(f"{port}\n".encode())
            except OSError:
                connection.close()
                continue
            threading.Thread(target=_join, args=(connection, target), daemon=True).start()

    def endpoints(self) -> dict[tuple[str, int], tuple[str, int]]:
        """(address, guest port) -> where it is really served."""
        with self._lock:
            return {key: server.getsockname() for key, server in self._servers.items()}

    def close(self) -> None:
        """Stop listening."""
        self._closed = True
        try:
            self._watching.shutdown(socket.SHUT_RDWR)
        except OSError:
            LOG.debug("guest %s had hung up", self._name)
        self._adjust()
