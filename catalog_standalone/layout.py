"""The state folder of a launcher: where each thing lies, who may use it, what it remembers."""

from __future__ import annotations

import base64
import dataclasses
import errno
import fcntl
import json
import os
import secrets
import socket
from pathlib import Path
from typing import Any

CLOUD_SERVICES = ("identity", "orchestration", "network", "compute", "image", "volume")
PORT_NAMES = ("api", "page", *CLOUD_SERVICES, "hub")
#: Longest path of a UNIX socket that the kernel takes, with room for what others append.
SOCKET_PATH_LIMIT = 100


class LaunchError(Exception):
    """The launcher cannot start; the text says what to do about it."""


@dataclasses.dataclass(frozen=True)
class Options:
    """What the command line says."""

    state: Path
    host: str = "127.0.0.1"
    port: int = 8082
    engines: int = 2
    database: str | None = None
    broker: str | None = None


class Layout:
    """Paths below the state folder; making one makes the folders.

    :raises LaunchError: the folder cannot be used.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self.etc, self.log, self.run = self.root / "etc", self.root / "log", self.root / "run"
        self.openrc = self.root / "openrc"
        self.endpoints = self.root / "endpoints.json"
        self.conductor_socket = self.run / "conductor.sock"
        self.hub_socket = self.run / "hub.sock"
        if len(os.fsencode(self.conductor_socket)) > SOCKET_PATH_LIMIT:
            raise LaunchError(
                f"the path {self.root} is too long for the sockets below it; choose a shorter one"
                " with --state"
            )
        try:
            for folder in (self.root, self.etc, self.log, self.run):
                folder.mkdir(parents=True, exist_ok=True)
            self.root.chmod(0o700)
            write_private(self.run / "writable", "")
        except OSError as error:
            raise LaunchError(
                f"cannot write to {self.root}: {error.strerror}; choose another folder with"
                " --state, or give this user the right to write there"
            ) from error

    def pid_file(self, name: str) -> Path:
        """Where the process id of a child is found while it runs."""
        return self.run / f"{name}.pid"

    def engine(self, number: int) -> str:
        """Name of an engine, counted from 1."""
        return f"engine-{number}"


def write_private(path: Path, text: str) -> None:
    """Replace a file that nobody but its owner may read."""
    fresh = path.with_name(path.name + ".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    fresh.replace(path)


class Lock:
    """Held as long as a launcher runs, so that a second one leaves its state alone."""

    def __init__(self, path: Path) -> None:
        """Take it.

        :raises LaunchError: another launcher holds it.
        """
        self._file = path.open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.seek(0)
            holder = self._file.read().strip() or "unknown"
            self._file.close()
            raise LaunchError(
                f"another burano standalone (process {holder}) uses {path.parent}; stop it, or"
                " choose another folder with --state"
            ) from error
        self._file.truncate(0)
        self._file.write(f"{os.getpid()}\n")
        self._file.flush()

    def release(self) -> None:
        """Let others have it."""
        self._file.close()


def remembered(path: Path, make: Any) -> dict[str, Any]:
    """What an earlier start wrote to ``path``; made and written the first time.

    :raises LaunchError: the file does not hold what was written there.
    """
    if path.exists():
        try:
            found = json.loads(path.read_text())
        except (OSError, ValueError) as error:
            raise LaunchError(
                f"{path} is damaged ({error}); restore it, or start anew with another --state"
            ) from error
        if isinstance(found, dict):
            return found
        raise LaunchError(f"{path} is damaged; restore it, or start anew with another --state")
    made: dict[str, Any] = make()
    write_private(path, json.dumps(made, indent=2) + "\n")
    return made


def new_secrets() -> dict[str, Any]:
    """Passwords of the local cloud's users, and the key for data at rest."""
    return {
        **{user: secrets.token_urlsafe(18) for user in ("admin", "demo", "burano")},
        "encryption_key": base64.urlsafe_b64encode(os.urandom(32)).decode(),
    }


def choose_ports(options: Options, names: tuple[str, ...] = PORT_NAMES) -> dict[str, int]:
    """The port of the API and its neighbours; for port 0 a free block, to be remembered.

    :raises LaunchError: there are not so many ports from there on.
    """
    if options.port:
        if options.port + len(names) > 65536:
            raise LaunchError(f"--port {options.port} leaves no room for its neighbours")
        return {name: options.port + index for index, name in enumerate(names)}
    # The kernel offers a starting point; its neighbours are free more often than not.
    for _ in range(100):
        with socket.create_server((options.host, 0)) as probe:
            first = probe.getsockname()[1]
        ports = {name: first + index for index, name in enumerate(names)}
        if first + len(names) <= 65536 and not busy(options.host, ports):
            return ports
    raise LaunchError("no free block of ports was found; choose one with --port")


def busy(host: str, ports: dict[str, int]) -> list[tuple[str, int, str]]:
    """The ports that cannot be taken: name, number and reason.

    :raises LaunchError: the address is not one of this machine.
    """
    found = []
    for name, port in ports.items():
        try:
            socket.create_server((host, port)).close()
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise LaunchError(f"--host {host} is no address here: {error.strerror}") from error
            found.append((name, port, os.strerror(error.errno)))
    return found


def check_ports(host: str, ports: dict[str, int]) -> None:
    """Raise LaunchError when a port is busy."""
    for name, port, reason in busy(host, ports):
        raise LaunchError(
            f"port {port} of {host}, for the {name}, cannot be taken ({reason}); end what uses it,"
            f" or choose another with --port ({len(ports)} ports from there on are used)"
        )
