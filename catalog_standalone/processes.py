"""Child processes: started in order, awaited, restarted when they die, ended to the last one."""

from __future__ import annotations

import contextlib
import ctypes
import dataclasses
import logging
import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import FrameType

from catalog_standalone.layout import LaunchError

LOG = logging.getLogger(__name__)
PR_SET_PDEATHSIG = 1
POLL_SECONDS = 0.05
LOG_BYTES = 16 * 1024 * 1024
TAIL_LINES = 8
BACKOFF_LIMIT = 30.0
#: A child that ran so long starts again with the shortest delay.
STEADY_SECONDS = 30.0


@dataclasses.dataclass(frozen=True)
class Program:
    """What a child runs, and how it is known to be ready.

    ``ready`` is asked until it says yes; it gets the path of the log and the offset at which
    this run's part begins. ``stop_seconds`` is how long SIGTERM may take; ``restart_seconds``
    the delay before the first restart.
    """

    name: str
    command: list[str]
    ready: Callable[[Path, int], bool]
    environment: Mapping[str, str]
    ready_seconds: float = 60.0
    stop_seconds: float = 10.0
    restart_seconds: float = 0.5


class Stopped(Exception):
    """SIGTERM or SIGINT came while something was awaited."""


class Signals:
    """SIGTERM, SIGINT and the death of a child as one thing to wait for."""

    def __init__(self) -> None:
        self.stopping = False
        self._reading, self._writing = socket.socketpair()
        for end in (self._reading, self._writing):
            end.setblocking(False)
        self._wakeup = signal.set_wakeup_fd(self._writing.fileno(), warn_on_full_buffer=False)
        self._previous = {
            number: signal.signal(number, self._note)
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)
        }

    def _note(self, number: int, frame: FrameType | None) -> None:
        if number != signal.SIGCHLD:
            self.stopping = True

    def wait(self, seconds: float | None) -> None:
        """Until a signal came, or ``seconds`` passed."""
        select.select([self._reading], [], [], seconds)
        with contextlib.suppress(BlockingIOError):
            while self._reading.recv(4096):
                continue

    def close(self) -> None:
        """Handle signals as before."""
        signal.set_wakeup_fd(self._wakeup)
        for number, handler in self._previous.items():
            signal.signal(number, handler)
        self._reading.close()
        self._writing.close()


class Child:
    """One program and its present process."""

    def __init__(self, program: Program, folder: Path, log: Path, pid_file: Path) -> None:
        self.program, self.log, self._folder, self._pid_file = program, log, folder, pid_file
        self.process: subprocess.Popen[bytes] | None = None
        self.log_offset = 0
        self.due: float | None = None
        self._started = 0.0
        self._delay = program.restart_seconds

    def start(self) -> None:
        """Start the process, as leader of a group of its own.

        :raises LaunchError: it cannot be executed.
        """
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_name(self.log.name + ".1"))
        parent = os.getpid()
        with self.log.open("ab") as output:
            self.log_offset = output.tell()
            try:
                self.process = subprocess.Popen(
                    self.program.command, cwd=self._folder, env=dict(self.program.environment),
                    stdin=subprocess.DEVNULL, stdout=output, stderr=output, process_group=0,
                    preexec_fn=lambda: _die_with(parent),
                )  # fmt: skip
            except OSError as error:
                raise LaunchError(
                    f"cannot start {self.program.name}: {self.program.command[0]}: {error}"
                ) from error
        self._started, self.due = time.monotonic(), None
        self._pid_file.write_text(f"{self.process.pid}\n")

    def is_ready(self) -> bool:
        """Whether the process serves."""
        return self.program.ready(self.log, self.log_offset)

    def has_died(self) -> bool:
        """Whether the process ended by itself."""
        return self.process is not None and self.process.poll() is not None

    def plan_restart(self) -> float:
        """Note the death of the process; returns the seconds until it shall be started again."""
        assert self.process is not None
        self._forget_group()
        if time.monotonic() - self._started > STEADY_SECONDS:
            self._delay = self.program.restart_seconds
        delay, self._delay = self._delay, min(max(self._delay * 2, 0.5), BACKOFF_LIMIT)
        self.process, self.due = None, time.monotonic() + delay
        return delay

    def ask_to_stop(self) -> None:
        """SIGTERM."""
        self.due = None
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def await_end(self) -> None:
        """Wait for the end that was asked for; then kill what is left of the group."""
        if self.process is None:
            return
        try:
            self.process.wait(self.program.stop_seconds)
        except subprocess.TimeoutExpired:
            LOG.warning("%s did not end in time and is killed", self.program.name)
        self._forget_group()
        self.process.wait()
        self.process = None

    def _forget_group(self) -> None:
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self._pid_file.unlink(missing_ok=True)

    def tail(self) -> str:
        """The last lines that this run wrote to its log."""
        with self.log.open("rb") as file:
            file.seek(self.log_offset)
            lines = file.read().decode("utf-8", "replace").strip().splitlines()
        return "\n".join(f"  {line}" for line in lines[-TAIL_LINES:])


def _die_with(parent: int) -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


class Fleet:
    """All children of a launcher. Only the main thread may use it: children die with it."""

    def __init__(self, folder: Path, log: Path, pid_file: Callable[[str], Path]) -> None:
        self._folder, self._log, self._pid_file = folder, log, pid_file
        self._signals = Signals()
        self._stages: list[list[Child]] = []

    @property
    def children(self) -> list[Child]:
        """All of them, in the order of their start."""
        return [child for stage in self._stages for child in stage]

    def start(
        self, programs: Iterable[Program], meanwhile: Callable[[], None] | None = None
    ) -> None:
        """Start one stage: programs side by side; wait until each is ready.

        :param meanwhile: work to be done while they start.
        :raises LaunchError: one ended, or was not ready in time.
        :raises Stopped: the launcher shall end.
        """
        fresh: list[Child] = []
        self._stages.append(fresh)
        for program in programs:
            child = Child(
                program, self._folder, self._log / f"{program.name}.log",
                self._pid_file(program.name),
            )  # fmt: skip
            fresh.append(child)
            child.start()
        if meanwhile is not None:
            meanwhile()
        for child in fresh:
            self._await_ready(child)

    def _await_ready(self, child: Child) -> None:
        deadline = time.monotonic() + child.program.ready_seconds
        while not child.is_ready():
            if child.has_died():
                raise LaunchError(
                    f"{child.program.name} ended at its start; the end of {child.log}:\n"
                    + child.tail()
                )
            if time.monotonic() > deadline:
                raise LaunchError(
                    f"{child.program.name} was not ready within {child.program.ready_seconds:.0f}"
                    f" seconds; the end of {child.log}:\n" + child.tail()
                )
            self._signals.wait(POLL_SECONDS)
            if self._signals.stopping:
                raise Stopped

    def run(self, program: list[str], environment: Mapping[str, str], name: str) -> None:
        """Run a program to its end.

        :raises LaunchError: it failed.
        """
        log = self._log / f"{name}.log"
        with log.open("ab") as output:
            offset = output.tell()
            done = subprocess.run(
                program, cwd=self._folder, env=dict(environment), stdin=subprocess.DEVNULL,
                stdout=output, stderr=output, check=False, process_group=0,
            )  # fmt: skip
        if self._signals.stopping:
            raise Stopped
        if done.returncode:
            lines = log.read_bytes()[offset:].decode("utf-8", "replace").strip().splitlines()
            raise LaunchError(
                f"{name} failed; the end of {log}:\n"
                + "\n".join(f"  {line}" for line in lines[-TAIL_LINES:])
            )

    def supervise(self, say: Callable[[str], None]) -> None:
        """Restart what dies, until SIGTERM, SIGINT or SIGHUP."""
        while not self._signals.stopping:
            due = [child.due for child in self.children if child.due is not None]
            wait = max(min(due) - time.monotonic(), 0.0) if due else None
            self._signals.wait(wait)
            if self._signals.stopping:
                return
            for child in self.children:
                self._look_after(child, say)

    def _look_after(self, child: Child, say: Callable[[str], None]) -> None:
        if child.has_died():
            assert child.process is not None
            reason = _ending(child.process.returncode)
            delay = child.plan_restart()
            say(f"{child.program.name} {reason}; it is started again in {delay:.1f} s")
        elif child.due is not None and child.due <= time.monotonic():
            child.start()
            say(f"{child.program.name} was started again")

    def stop(self) -> None:
        """End all children, the last stage first; returns when no process is left."""
        for stage in reversed(self._stages):
            for child in stage:
                child.ask_to_stop()
            for child in stage:
                child.await_end()
        self._signals.close()


def _ending(code: int) -> str:
    if code < 0:
        return f"was killed by {signal.Signals(-code).name}"
    return f"ended with {code}"
