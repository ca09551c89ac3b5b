"""Our agent as a real process, driven through the recorded cases of the agent protocol."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RECORD, CHECKS = HERE / "outcomes.json", HERE / "checks.json"
RUN_SECONDS = 500
VARYING = ("seconds", "profile")
START = """\
cd {folder}
setsid {python} -P -m guest_agent --config-file {folder}/agent.conf </dev/null >>{folder}/out 2>&1 &
echo $! > {folder}/pid
"""
KILL = "kill -9 $(cat {folder}/pid); while kill -0 $(cat {folder}/pid) 2>/dev/null; do :; done\n"
CONFIGURATION = """\
[DEFAULT]
storage = {folder}/storage
log_file = {folder}/agent.log
[rabbitmq]
transport_url = {url}
input_queue = {queue}
result_exchange = {exchange}
result_routing_key = {reply}
"""


class Agent:
    """An agent in a folder of its own.

    :param url: where it finds its broker.
    :param driver: options of the cases' command line that tell it where the broker is.
    """

    def __init__(self, folder: Path, url: str, queue: str, reply: str, exchange: str = "") -> None:
        self.folder = folder
        self._queue, self._reply = queue, reply
        values = {
            "folder": folder, "python": shlex.quote(sys.executable), "url": url, "queue": queue,
            "reply": reply, "exchange": exchange,
        }  # fmt: skip
        (folder / "agent.conf").write_text(CONFIGURATION.format(**values))
        (folder / "start").write_text(START.format(**values))
        (folder / "kill").write_text(KILL.format(**values))
        reset = f"sh {folder}/kill; rm -rf {folder}/storage; sh {folder}/start\n"
        (folder / "reset").write_text(reset)

    def start(self) -> None:
        """Start the process."""
        subprocess.run(["sh", self.folder / "start"], check=True)

    def end(self) -> None:
        """Kill it, with what it started."""
        os.killpg(int((self.folder / "pid").read_text()), signal.SIGKILL)

    def run_cases(self, profile: str, arguments: Sequence[str]) -> dict[str, Any]:
        """Outcomes of cases by name."""
        commands = [f"--{name}=sh {self.folder}/{name}" for name in ("reset", "kill", "start")]
        done = subprocess.run(
            [sys.executable, str(HERE / "cases.py"), f"--queue={self._queue}",
             f"--reply={self._reply}", f"--profile={profile}",
             f"--scratch={self.folder / 'scratch'}", *commands, *arguments],
            capture_output=True, text=True, check=False, timeout=RUN_SECONDS,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        return {row["case"]: row for row in rows}


def comparable(outcome: dict[str, Any]) -> dict[str, Any]:
    """An outcome without what differs from run to run.

    A result that an earlier case left without a queue is kept by the agent, and comes when it may.
    """
    found = {key: value for key, value in outcome.items() if key not in VARYING}
    if "answers" in found:
        found["answers"] = [row for row in found["answers"] if not _is_late(row["body"])]
    return found


def _is_late(body: Any) -> bool:
    return isinstance(body, dict) and body.get("SourceID") == "<32 hex>"


def record(profile: str) -> dict[str, Any]:
    """Recorded outcomes of a profile by case: what the protocol asks for, as our agent does it."""
    found: dict[str, Any] = json.loads(RECORD.read_text())["profiles"][profile]
    return {name: comparable(outcome) for name, outcome in found.items()}


def checks() -> dict[str, list[str]]:
    """Number of a check of the agent protocol -> the cases that show it."""
    found: dict[str, list[str]] = json.loads(CHECKS.read_text())
    return found


def numbered(profile: str) -> list[tuple[str, str]]:
    """Pairs of check and case that a profile has, and the cases that no check names."""
    known = record(profile)
    rows = [(number, case) for number, cases in checks().items() for case in cases]
    named = {case for _number, case in rows}
    rows += [("more", case) for case in known if case not in named]
    return [(number, case) for number, case in rows if case in known]
