"""What the agent has taken, run and answered: durable, so that no plan runs twice."""

from __future__ import annotations

import dataclasses
import os
import sqlite3
import threading
import time
from collections.abc import Collection
from pathlib import Path
from typing import Final

RECEIVED, RUNNING, FINISHED, ANSWERED = "received", "running", "finished", "answered"
KEPT_PLANS: Final = 1000
KEPT_SECONDS: Final = 7 * 86400
KEPT_BYTES: Final = 64 << 20
VERSION: Final = 2
_SCHEMA = """
CREATE TABLE plans (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, body BLOB NOT NULL,
    reply_to TEXT, state TEXT NOT NULL, result BLOB, owed INTEGER NOT NULL, received REAL NOT NULL
);
CREATE INDEX plans_by_state ON plans (state, number);
"""
_COLUMNS = "number, id, body, reply_to, state, result, owed"


@dataclasses.dataclass(frozen=True)
class Entry:
    """One plan.

    :ivar body: the message; empty once the plan has run.
    :ivar reply_to: where its result is asked to go, or None.
    :ivar owed: how often the plan was sent and not answered yet.
    """

    number: int
    id: str
    body: bytes
    reply_to: str | None
    state: str
    result: bytes | None
    owed: int


class Journal:
    """A SQLite database of plans; every step is on disk before the next one.

    :raises sqlite3.Error: of every method: the disk is full, or the file is damaged.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        path.chmod(0o600)
        self._lock = threading.Lock()
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=FULL")
        self._make()

    def _make(self) -> None:
        (version,) = self._database.execute("PRAGMA user_version").fetchone()
        if version != VERSION:
            # Of trial versions, which knew no numbers; what they had answered may run again.
            script = f"BEGIN; DROP TABLE IF EXISTS plans; {_SCHEMA} PRAGMA user_version = {VERSION}"
            self._database.executescript(f"{script}; COMMIT;")

    def receive(
        self, plan_id: str, body: bytes, reply_to: str | None, refusal: bytes | None = None
    ) -> Entry:
        """Note a plan; one that is known owes another answer, and is not run again.

        :param refusal: the result of a plan that is never to run.
        """
        state = RECEIVED if refusal is None else FINISHED
        with self._lock:
            self._database.execute(
                "INSERT INTO plans (id, body, reply_to, state, result, owed, received)"
                " VALUES (?, ?, ?, ?, ?, 1, ?) ON CONFLICT (id) DO UPDATE SET owed = owed + 1,"
                " state = CASE state WHEN ? THEN ? ELSE state END",
                (plan_id, body, reply_to, state, refusal, time.time(), ANSWERED, FINISHED),
            )
            found = self._one("id = ?", plan_id)
            assert found is not None
            return found

    def start(self, number: int) -> None:
        """The plan is about to run."""
        self._set(number, "state = ?", RUNNING)

    def finish(self, number: int, result: bytes) -> None:
        """The plan has a result."""
        self._set(number, "state = ?, result = ?, body = x''", FINISHED, result)

    def answer(self, number: int) -> None:
        """The broker has the result, once more."""
        self._set(
            number, "owed = max(owed - 1, 0), state = CASE WHEN owed > 1 THEN state ELSE ? END",
            ANSWERED,
        )  # fmt: skip

    def oldest(self, *states: str, besides: Collection[int] = ()) -> Entry | None:
        """The oldest plan in one of some states, some numbers left out."""
        marks = ", ".join("?" * len(states))
        others = ", ".join(str(int(number)) for number in besides)
        with self._lock:
            return self._one(
                f"state IN ({marks}) AND number NOT IN ({others}) ORDER BY number LIMIT 1", *states
            )

    def count(self, state: str) -> int:
        """How many plans are in a state."""
        with self._lock:
            row = self._database.execute(
                "SELECT count(*) FROM plans WHERE state = ?", (state,)
            ).fetchone()
            return int(row[0])

    def purge(self) -> None:
        """Forget the oldest answered plans beyond those that are kept."""
        with self._lock:
            self._database.execute(
                "DELETE FROM plans WHERE state = ? AND (received < ? OR number IN ("
                " SELECT number FROM ("
                "  SELECT number, row_number() OVER w AS place, sum(length(result)) OVER w AS size"
                "  FROM plans WHERE state = ? WINDOW w AS (ORDER BY number DESC)"
                " ) WHERE place > ? OR size > ?))",
                (ANSWERED, time.time() - KEPT_SECONDS, ANSWERED, KEPT_PLANS, KEPT_BYTES),
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
            f"SELECT {_COLUMNS} FROM plans WHERE {where}", values
        ).fetchone()
        return None if row is None else Entry(*row)
