"""Processes that run plans: they outlive the agent, which finds them again after a restart."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from guest_agent import execution, protocol

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ID_VARIABLE = "CATALOG_PLAN_ID"
FIRST_POLL, LAST_POLL = 0.005, 0.1
END_SECONDS = 5


class Runs:
    """Folders of plans that run, below the agent's storage.

    A plan's process is born with the lock of its folder, so the lock is held exactly while the
    plan runs, whoever else ends.
    """

    def __init__(self, storage: Path) -> None:
        self._root = storage / "runs"
        self._work = storage / "files"
        self._children: dict[int, subprocess.Popen[bytes]] = {}

    def start(self, number: int, plan_id: str, plan: Mapping[str, Any]) -> None:
        """Start a plan, unless it was started.

        :raises OSError: it cannot be started.
        :raises PlanError: the id names no folder.
        """
        work = self._place(plan_id)
        folder = self._root / str(number)
        if (folder / execution.STARTED).exists() or self._is_running(folder):
            return
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, mode=0o700)
        order = json.dumps({"id": plan_id, "plan": plan}).encode()
        execution.store(folder / execution.PLAN, order)
        environment = {
            "PATH": os.environ.get("PATH", PATH), "HOME": os.environ.get("HOME", "/root"),
            "LANG": "C.UTF-8", ID_VARIABLE: plan_id,
            "PYTHONPATH": str(Path(__file__).resolve().parent.parent),
        }  # fmt: skip
        command = [sys.executable, "-P", "-m", "guest_agent.execution", str(folder)]
        with (folder / "lock").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._children[number] = subprocess.Popen(
                [*command, str(work), str(lock.fileno())], env=environment,
                stdin=subprocess.DEVNULL, start_new_session=True, cwd=folder,
                pass_fds=(lock.fileno(),),
            )  # fmt: skip

    def wait(self, number: int, plan_id: str, stopping: Callable[[], bool]) -> bytes | None:
        """The result of a plan that was started; None when the agent is to end before that."""
        folder = self._root / str(number)
        pause = FIRST_POLL
        while True:
            running = self._is_running(folder)
            if (folder / execution.RESULT).exists():
                content = (folder / execution.RESULT).read_bytes()
                self._reap(number)
                return content
            if not running:
                status = self._reap(number)
                _end_rest(plan_id)
                return protocol.encode(_without_result(plan_id, status))
            if stopping():
                return None
            time.sleep(pause)
            pause = min(pause * 1.5, LAST_POLL)

    def forget(self, number: int, plan_id: str) -> None:
        """Remove what a run left; its result is journaled."""
        shutil.rmtree(self._root / str(number), ignore_errors=True)
        with contextlib.suppress(protocol.PlanError):
            shutil.rmtree(self._place(plan_id), ignore_errors=True)

    def _place(self, plan_id: str) -> Path:
        """Working folder of a plan; checked here too, since it is removed as a whole."""
        return self._work / protocol.check_id(plan_id)

    def clean(self, running: int | None) -> None:
        """Remove what former agents left, but for a plan that may run."""
        for folder in self._root.glob("*"):
            if folder.name != str(running):
                shutil.rmtree(folder, ignore_errors=True)

    @staticmethod
    def _is_running(folder: Path) -> bool:
        try:
            with (folder / "lock").open("rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False

    def _reap(self, number: int) -> int | None:
        """Exit status of a child that is about to end; None for a former agent's."""
        child = self._children.pop(number, None)
        if child is None:
            return None
        try:
            return child.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            return child.wait()


def _without_result(plan_id: str, status: int | None) -> dict[str, Any]:
    if status is not None and status >= 0:
        text = f"Body ended its process with exit status {status}"
        return protocol.failure(plan_id, protocol.FAILED, text)
    how = "is gone" if status is None else f"was ended by signal {-status}"
    text = f"interrupted: the plan was started and its process {how}; it is not run again"
    return protocol.failure(plan_id, protocol.INTERRUPTED, text)


def _end_rest(plan_id: str) -> None:
    """End what a plan's dead process left running, so that nothing acts after the answer."""
    mark = f"{ID_VARIABLE}={plan_id}".encode()
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark in path.read_bytes().split(b"\0"):
                os.kill(int(path.parent.name), signal.SIGKILL)
        except OSError:
            continue
