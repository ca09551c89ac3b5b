"""Processes that run plans: they outlive the agent, which finds them again after a restart."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from guest_agent import execution, protocol

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
POLL = 0.05


class Runs:
    """Folders of plans that run, below the agent's storage."""

    def __init__(self, storage: Path) -> None:
        self._root = storage / "runs"
        self._children: dict[int, subprocess.Popen[bytes]] = {}

    def start(self, number: int, plan_id: str, plan: Mapping[str, Any]) -> tuple[int, str]:
        """Start a plan; process id and the kernel's start time of it."""
        folder = self._root / str(number)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, mode=0o700)
        execution.store(folder / "plan.json", json.dumps({"id": plan_id, "plan": plan}).encode())
        environment = {
            "PATH": os.environ.get("PATH", PATH), "HOME": os.environ.get("HOME", "/root"),
            "LANG": "C.UTF-8", "CATALOG_PLAN_ID": plan_id,
            "PYTHONPATH": str(Path(__file__).resolve().parent.parent),
        }  # fmt: skip
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "guest_agent.execution", str(folder)],
            env=environment, stdin=subprocess.DEVNULL, start_new_session=True, cwd=folder,
        )  # fmt: skip
        self._children[number] = process
        return process.pid, start_time(process.pid) or ""

    def wait(
        self, number: int, plan_id: str, pid: int | None, started: str | None,
        stopping: Callable[[], bool],
    ) -> bytes | None:  # fmt: skip
        """The result of a plan that was started; None when the agent is to end before that."""
        path = self._root / str(number) / "result.json"
        while True:
            running = self._is_running(number, pid, started)
            if path.exists():
                content = path.read_bytes()
                self._forget(number)
                return content
            if not running:
                self._forget(number)
                return protocol.encode(
                    protocol.failure(
                        plan_id, protocol.INTERRUPTED, "interrupted: the plan was started and its"
                        " process is gone; it is not run again",
                    )
                )  # fmt: skip
            if stopping():
                return None
            time.sleep(POLL)

    def _is_running(self, number: int, pid: int | None, started: str | None) -> bool:
        child = self._children.get(number)
        if child is not None:
            return child.poll() is None
        return pid is not None and start_time(pid) == started

    def _forget(self, number: int) -> None:
        child = self._children.pop(number, None)
        if child is not None:
            child.wait()
        shutil.rmtree(self._root / str(number), ignore_errors=True)


def start_time(pid: int) -> str | None:
    """When a process was started, as the kernel counts, with the boot's id; None: it is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] == "Z" else f"{boot}:{fields[19]}"
