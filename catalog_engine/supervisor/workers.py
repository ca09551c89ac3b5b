"""Worker processes as the supervisor sees them: started by a fork server, watched to their end."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from catalog_engine.host.errors import PortError
from catalog_engine.host.messages import FROM_WORKER_LIMIT, Channel, FrameError
from catalog_engine.supervisor.sandbox import Sandbox

LOG = logging.getLogger(__name__)
START_SECONDS = 60.0
COMPILE_SECONDS = 180.0
END_SECONDS = 1.0
SEND_SECONDS = 10
"""A worker that waits takes its answer at once; one that does not is up to something."""
MODULE = "catalog_engine.worker.forkserver"


class WorkersUnavailable(Exception):
    """No worker can be started; the text says why."""


@dataclasses.dataclass(frozen=True)
class Exit:
    """How a worker ended.

    :ivar code: exit code, None when a signal ended it.
    :ivar signal: the signal, or None.
    :ivar cpu: CPU seconds that it used.
    :ivar killed: the supervisor had it killed.
    """

    code: int | None
    signal: int | None
    cpu: float
    killed: bool

    def hit_cpu_limit(self, seconds: float) -> bool:
        """Whether the kernel ended it for its CPU time."""
        return self.signal == signal.SIGXCPU or (
            self.signal == signal.SIGKILL and self.cpu >= seconds
        )

    @property
    def is_foreign(self) -> bool:
        """Whether somebody else killed it: the host's memory ran out, or an operator did."""
        return self.signal in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT) and not self.killed


class Worker:
    """One worker process and its socket."""

    def __init__(self, server: ForkServer, number: int, connection: socket.socket) -> None:
        self._server = server
        self._connection = connection
        self._ended = threading.Event()
        self._exit: Exit | None = None
        self.number = number
        self.channel = Channel(connection, FROM_WORKER_LIMIT)
        self.pid: int | None = None

    def kill(self) -> None:
        """End it now."""
        self._server.kill(self.number)

    def ended(self, how: Exit) -> None:
        """The fork server says so."""
        self._exit = how
        self._ended.set()

    def wait(self, seconds: float) -> Exit | None:
        """How it ended; None while it runs."""
        self._ended.wait(seconds)
        return self._exit

    def within(self, seconds: float | None) -> None:
        """Have sending and receiving raise TimeoutError after some seconds; None: never."""
        self._connection.settimeout(seconds)

    def close(self) -> None:
        """Close the socket, with which the worker ends."""
        self.channel.close()

    def end(self) -> None:
        """Close the socket; kill it when it does not end by itself at once."""
        self.close()
        if self.wait(END_SECONDS) is None:
            self.kill()


class ForkServer:
    """Starts the fork server, and workers through it; starts it again when it died.

    :param program: what Python is to run in the sandbox.
    :ivar compiler_key: names what compiled code depends on besides its package.
    :ivar language_revision: journals of other revisions cannot be replayed here.
    """

    def __init__(self, sandbox: Sandbox, program: Sequence[str] = ("-m", MODULE)) -> None:
        self._sandbox = sandbox
        self._program = tuple(program)
        self.compiler_key = ""
        self.language_revision = 0
        self._preloaded: dict[str, bytes] = {}
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: Channel | None = None
        self._socket: socket.socket | None = None
        self._workers: dict[int, Worker] = {}
        self._number = 0
        self._closed = False

    def start(self) -> None:
        """Start the process.

        :raises WorkersUnavailable: it does not come up.
        """
        with self._lock:
            self._ensure()

    def preload(self, digest: str, package: bytes) -> None:
        """Have every worker from now on have a compiled package at hand."""
        with self._lock:
            self._preloaded[digest] = package
            if self._channel is not None:
                # One that has just died is started again with everything.
                with contextlib.suppress(OSError):
                    self._channel.send({"type": "preload", "digest": digest, "package": package})

    def compile(
        self, manifest: Mapping[str, Any], files: Mapping[str, bytes], limits: Mapping[str, Any]
    ) -> bytes:
        """Compile a package in a process of its own.

        :raises PortError: ``PackageError``: it cannot be compiled within the limits.
        """
        worker = self.fork(limits)
        try:
            sources = {path: body for path, body in files.items() if path.startswith("Classes/")}
            worker.within(COMPILE_SECONDS)
            worker.channel.send({"type": "compile", "manifest": dict(manifest), "files": sources})
            message = worker.channel.receive()
        except (OSError, FrameError) as error:
            raise PortError("PackageError", f"The package was not compiled: {error}") from error
        finally:
            worker.end()
        if message is None:
            raise PortError(
                "PackageError", "The package needs more time or memory to compile than it may have"
            )
        if message.get("type") != "compiled" or not isinstance(message.get("package"), bytes):
            raise PortError("PackageError", f"The package is unusable: {message.get('error')}")
        package: bytes = message["package"]
        return package

    def fork(self, limits: Mapping[str, Any]) -> Worker:
        """A new worker that has said that it is ready.

        :param limits: ``memory`` in bytes and ``cpu_seconds``.
        :raises WorkersUnavailable: none can be started.
        """
        with self._lock:
            self._ensure()
            assert self._channel is not None
            assert self._socket is not None
            ours, theirs = socket.socketpair()
            ours.setsockopt(
                socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("@ll", SEND_SECONDS, 0)
            )
            self._number += 1
            worker = Worker(self, self._number, ours)
            self._workers[worker.number] = worker
            try:
                self._channel.send({"type": "fork", "id": worker.number, "limits": dict(limits)})
                socket.send_fds(self._socket, [b"f"], [theirs.fileno()])
            except OSError as error:
                ours.close()
                raise WorkersUnavailable(f"the fork server is gone: {error}") from error
            finally:
                theirs.close()
        worker.within(START_SECONDS)
        try:
            message = worker.channel.receive()
        except (OSError, FrameError) as error:
            worker.end()
            raise WorkersUnavailable(f"a worker did not come up: {error}") from error
        if message is None or message["type"] != "ready":
            worker.end()
            raise WorkersUnavailable("a worker ended before it was ready; the log tells more")
        worker.within(None)
        return worker

    def kill(self, number: int) -> None:
        """Have a worker killed."""
        with self._lock:
            if self._channel is not None:
                try:
                    self._channel.send({"type": "kill", "id": number})
                except OSError:
                    LOG.debug("the fork server is gone, and worker %s with it", number)

    def close(self) -> None:
        """End the fork server, and all workers with it."""
        with self._lock:
            self._closed = True
            process, channel = self._process, self._channel
        if channel is not None:
            channel.close()
        if process is not None:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5)

    # ------------------------------------------------------------ the process

    def _ensure(self) -> None:
        if self._closed:
            raise WorkersUnavailable("the engine is ending")
        if self._channel is not None:
            return
        ours, theirs = socket.socketpair()
        command = [
            *self._sandbox.prefix, sys.executable, "-P", *self._program, "--control",
            str(theirs.fileno()),
        ]  # fmt: skip
        environment = {"PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8"}
        self._process = _spawn(command, theirs.fileno(), environment)
        theirs.close()
        channel = Channel(ours, FROM_WORKER_LIMIT)
        ours.settimeout(START_SECONDS)
        try:
            first = channel.receive()
        except (OSError, FrameError) as error:
            self._process.kill()
            channel.close()
            raise WorkersUnavailable(f"the fork server did not come up: {error}") from error
        if first is None or first["type"] != "serving":
            self._process.kill()
            channel.close()
            raise WorkersUnavailable("the fork server ended at once; the log tells more")
        ours.settimeout(None)
        if not first["filtered"]:
            LOG.warning("this machine has no system call filter; workers are isolated less")
        self.compiler_key = first["compiler"]
        self.language_revision = first["language_revision"]
        for digest, package in self._preloaded.items():
            channel.send({"type": "preload", "digest": digest, "package": package})
        self._channel, self._socket = channel, ours
        threading.Thread(
            target=self._watch, args=(channel,), name="watch workers", daemon=True
        ).start()

    def _watch(self, channel: Channel) -> None:
        try:
            while (message := channel.receive()) is not None:
                self._on_message(message)
        except (OSError, FrameError) as error:
            LOG.debug("the fork server's socket: %s", error)
        channel.close()
        with self._lock:
            if self._channel is channel:
                self._channel = self._socket = None
            lost, self._workers = self._workers, {}
            if self._process is not None and not self._closed:
                self._process.kill()
        for worker in lost.values():
            worker.ended(Exit(None, signal.SIGKILL, 0.0, self._closed))

    def _on_message(self, message: Mapping[str, Any]) -> None:
        with self._lock:
            if message["type"] == "exited":
                worker = self._workers.pop(message["id"], None)
            else:
                worker = self._workers.get(message["id"])
        if worker is None:
            return
        if message["type"] == "forked":
            worker.pid = message["pid"]
        else:
            worker.ended(
                Exit(message["code"], message["signal"], message["cpu"], message["killed"])
            )


def _spawn(command: list[str], descriptor: int, environment: Mapping[str, str]) -> Any:
    """Start from a thread that lives on: the process dies with the thread that started it."""
    made: list[Any] = []
    started = threading.Event()

    def run() -> None:
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, pass_fds=(descriptor,), env=environment,
                start_new_session=True, cwd="/",
            )  # fmt: skip
        except OSError as error:
            made.append(error)
            started.set()
            return
        made.append(process)
        started.set()
        process.wait()

    threading.Thread(target=run, name="fork server", daemon=True).start()
    started.wait()
    if isinstance(made[0], OSError):
        raise WorkersUnavailable(f"the fork server cannot be started: {made[0]}")
    LOG.debug("fork server %s of %s", made[0].pid, os.getpid())
    return made[0]
