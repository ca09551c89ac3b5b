"""Workers that run any Python code they are sent: what an attacker has who broke the language."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import select
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from catalog_engine.supervisor.sandbox import Sandbox, SandboxError, choose
from catalog_engine.supervisor.workers import ForkServer, Worker

SECONDS = 60
LIMITS = {"memory": 1 << 30, "cpu_seconds": 20}

#: Not reachable by any frame: a test starts it in the place of the fork server's own program.
PROGRAM = """
import os, socket, sys
from catalog_engine.worker import forkserver, seccomp

def work(channel, _preloaded):
    channel.send({"type": "ready"})
    while (order := channel.receive()) is not None:
        names, error = {"said": None, "channel": channel}, None
        try:
            exec(order["code"], names)
        except BaseException as caught:
            error = type(caught).__name__ + ": " + str(caught)
        channel.send({"type": "said", "said": names["said"], "error": error})
    return 0

import ctypes, gc, json, pathlib, shutil, signal, subprocess, threading
ctypes.CDLL(None)
control = socket.socket(fileno=int(sys.argv[-1]))
forkserver.ForkServer(control, filter_calls=FILTER, work=work).serve()
"""


@dataclasses.dataclass
class Prisoner:
    """One worker that obeys."""

    worker: Worker

    def run(self, code: str) -> tuple[Any, str | None]:
        """What the code left in ``said``, and the error that ended it."""
        self.worker.within(SECONDS)
        self.worker.channel.send({"type": "run", "code": code})
        message = self.worker.channel.receive()
        assert message is not None, f"the worker ended: {self.worker.wait(SECONDS)}"
        return message["said"], message["error"]

    def order(self, code: str) -> None:
        """Have code run that never answers."""
        self.worker.channel.send({"type": "run", "code": code})


class Prison:
    """A fork server of such workers."""

    def __init__(self, sandbox: Sandbox, *, filter_calls: bool) -> None:
        program = PROGRAM.replace("FILTER", str(filter_calls))
        self.server = ForkServer(sandbox, ("-c", program))
        self.server.start()
        self._prisoners: list[Prisoner] = []

    def prisoner(self, **limits: int) -> Prisoner:
        self._prisoners.append(Prisoner(self.server.fork({**LIMITS, **limits})))
        return self._prisoners[-1]

    def close(self) -> None:
        for prisoner in self._prisoners:
            prisoner.worker.close()
        self.server.close()


def descendants(pid: int) -> set[int]:
    """Processes below one, by their numbers on this host."""
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parents[int(path.name)] = int((path / "stat").read_text().rpartition(")")[2].split()[1])
    found, new = set(), {pid}
    while new:
        new = {child for child, parent in parents.items() if parent in new}
        found |= new
    return found


def are_gone(pids: set[int]) -> bool:
    """Wait until all processes have ended; False when one has not."""
    for pid in pids:
        try:
            descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        try:
            if not select.select([descriptor], [], [], SECONDS)[0]:
                return False
        finally:
            os.close(descriptor)
    return True


@pytest.fixture
def processes() -> tuple[Callable[[int], set[int]], Callable[[set[int]], bool]]:
    return descendants, are_gone


@pytest.fixture
def program() -> str:
    """The fork server that tests start, with a filter."""
    return PROGRAM.replace("FILTER", "True")


def usable(name: str) -> Sandbox:
    """A sandbox; skips, with the remedy, where this machine cannot have it."""
    try:
        return choose(name)
    except SandboxError as error:
        if os.environ.get("BURANO_REQUIRE_SERVICES"):
            pytest.fail(str(error))
        # The error names the remedy.
        pytest.skip(f"the sandbox {name} cannot be had: {error}")


@pytest.fixture(scope="session")
def sandbox_or_skip() -> Callable[[str], Sandbox]:
    return usable


@pytest.fixture(scope="session")
def prison() -> Iterator[Callable[..., Prison]]:
    """Makes a fork server in a named sandbox, with or without the filter; each is made once."""
    made: dict[tuple[str, bool], Prison] = {}

    def make(name: str, *, filter_calls: bool) -> Prison:
        if (name, filter_calls) not in made:
            sandbox = usable(name)
            made[name, filter_calls] = Prison(sandbox, filter_calls=filter_calls)
        return made[name, filter_calls]

    yield make
    for prison in made.values():
        prison.close()
