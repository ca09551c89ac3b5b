"""What the agent has taken, run and answered: durable, so that no plan runs twice."""

from __future__ import annotations

import dataclasses
import sqlite3
import threading
import time
from pathlib import Path

RECEIVED, RUNNING, FINISHED, ANSWERED = "received", "running", "finished", "answered"
KEPT_PLANS = 1000
KEPT_SECONDS = 7 * 86400
_SCHEMA = """
CREATE TABLE IF NOT EXISTS plans (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, body BLOB NOT NULL,
    reply_to TEXT, state TEXT NOT NULL, result BLOB, pid INTEGER, started TEXT,
    received REAL NOT NULL
)
"""


@dataclasses.dataclass(frozen=True)
class Entry:
    """One plan.

    :ivar reply_to: where its result is asked to go, or None.
    :ivar pid: process that runs it, with the kernel's start time of it.
    """

    number: int
    id: str
    body: bytes
    reply_to: str | None
    state: str
    result: bytes | None
    pid: int | None
    started: str | None


class Journal:
    """A SQLite database of plans; every step is on disk before the next one."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = threading.Lock()
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=FULL")
        self._database.execute(_SCHEMA)

    def receive(self, plan_id: str, body: bytes, reply_to: str | None) -> Entry:
        """Note a plan; one that is known stays as it is, and is the answer."""
        with self._lock:
            self._database.execute(
                "INSERT OR IGNORE INTO plans (id, body, reply_to, state, received)"
                " VALUES (?, ?, ?, ?, ?)",
                (plan_id, body, reply_to, RECEIVED, time.time()),
            )
            found = self._one("id = ?", plan_id)
            assert found is not None
            return found

    def start(self, number: int, pid: int, started: str) -> None:
        """A process runs the plan."""
        self._set(number, "state = ?, pid = ?, started = ?", RUNNING, pid, started)

    def finish(self, number: int, result: bytes) -> None:
        """The plan has a result."""
        self._set(number, "state = ?, result = ?, pid = NULL", FINISHED, result)

    def answer(self, number: int) -> None:
        """The broker has the result."""
        self._set(number, "state = ?", ANSWERED)

    def ask_again(self, number: int) -> None:
        """The answer is asked for once more."""
        with self._lock:
            self._database.execute(
                "UPDATE plans SET state = ? WHERE number = ? AND state = ?",
                (FINISHED, number, ANSWERED),
            )

    def oldest(self, *states: str) -> Entry | None:
        """The oldest plan in one of some states."""
        marks = ", ".join("?" * len(states))
        with self._lock:
            return self._one(f"state IN ({marks}) ORDER BY number LIMIT 1", *states)

    def count(self, state: str) -> int:
        """How many plans are in a state."""
        with self._lock:
            row = self._database.execute(
                "SELECT count(*) FROM plans WHERE state = ?", (state,)
            ).fetchone()
            return int(row[0])

    def purge(self) -> None:
        """Forget answered plans beyond those that are kept."""
        with self._lock:
            self._database.execute(
                "DELETE FROM plans WHERE state = ? AND (received < ? OR number <= ("
                " SELECT coalesce(max(number), 0) FROM plans) - ?)",
                (ANSWERED, time.time() - KEPT_SECONDS, KEPT_PLANS),
            )

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._database.close()

    def _set(self, number: int, what: str, *values: object) -> None:
        with self._lock:
            self._database.execute(f"UPDATE plans SET {what} WHERE number = ?", (*values, number))

    def _one(self, where: str, *values: object) -> Entry | None:
        row = self._database.execute(
            "SELECT number, id, body, reply_to, state, result, pid, started FROM plans"
            f" WHERE {where}",
            values,
        ).fetchone()
        return None if row is None else Entry(*row)
