"""Queues in one SQLite database: messages, bindings, accounts of guests."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import json
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

MAX_MESSAGES = 10_000
"""Messages that one queue holds."""
UNUSED_SECONDS = 30 * 86400
_SCHEMA = """
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, body TEXT NOT NULL,
    properties TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS messages_by_queue ON messages (queue, id);
CREATE TABLE IF NOT EXISTS queues (name TEXT PRIMARY KEY, used REAL NOT NULL);
CREATE TABLE IF NOT EXISTS bindings (
    queue TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (queue, key)
);
CREATE TABLE IF NOT EXISTS accounts (
    name TEXT PRIMARY KEY, secret TEXT NOT NULL, queue TEXT NOT NULL, key TEXT NOT NULL
);
"""


class Refused(Exception):
    """A request cannot be carried out; the text says why."""


@dataclasses.dataclass(frozen=True)
class Account:
    """What a guest may do: read one queue, and publish under one key."""

    name: str
    queue: str
    key: str


class Store:
    """Queues that survive the process. Leases do not: who holds them is gone with it."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=FULL")
        self._database.executescript(_SCHEMA)
        self._changed = threading.Condition()
        self._leases: dict[int, object] = {}
        self._closed = False

    # ------------------------------------------------------------ accounts

    def add_account(self, name: str, secret: str, queue: str, key: str) -> None:
        """Make a guest's account, or give it this secret; its queue is made."""
        with self._changed:
            self._database.execute(
                "INSERT OR REPLACE INTO accounts VALUES (?, ?, ?, ?)",
                (name, _hashed(secret), queue, key),
            )
        self.declare(queue)

    def sign_in(self, name: str, secret: str) -> Account | None:
        """The account of a name, if the secret is its own."""
        with self._changed:
            row = self._database.execute(
                "SELECT secret, queue, key FROM accounts WHERE name = ?", (name,)
            ).fetchone()
        if row is None or not hmac.compare_digest(row[0], _hashed(secret)):
            return None
        return Account(name, row[1], row[2])

    # ------------------------------------------------------------ queues

    def declare(self, queue: str, passive: bool = False) -> int:
        """Make a queue unless it exists; how many messages it has.

        :raises Refused: *passive*, and there is none.
        """
        with self._changed:
            exists = self._exists(queue)
            if passive and not exists:
                raise Refused(f"there is no queue {queue}")
            self._database.execute(
                "INSERT INTO queues VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET used = ?",
                (queue, time.time(), time.time()),
            )
            return self._size(queue)

    def bind(self, queue: str, key: str) -> None:
        """Have replies of a key come to a queue."""
        with self._changed:
            if not self._exists(queue):
                raise Refused(f"there is no queue {queue}")
            self._database.execute("INSERT OR IGNORE INTO bindings VALUES (?, ?)", (queue, key))

    def delete(self, queue: str) -> None:
        """Delete a queue with its messages."""
        with self._changed:
            for table, column in (("messages", "queue"), ("bindings", "queue"), ("queues", "name")):
                self._database.execute(f"DELETE FROM {table} WHERE {column} = ?", (queue,))

    def purge(self) -> None:
        """Delete queues that nobody has used for long."""
        with self._changed:
            rows = self._database.execute(
                "SELECT name FROM queues WHERE used < ?", (time.time() - UNUSED_SECONDS,)
            ).fetchall()
        for (name,) in rows:
            self.delete(name)

    # ------------------------------------------------------------ messages

    def put(self, exchange: str, key: str, body: str, properties: Any) -> int:
        """Store a message in every queue that it goes to; in how many.

        :raises Refused: a queue is missing or full.
        """
        with self._changed:
            queues = [key] if not exchange else self._bound(key)
            for queue in queues:
                if not self._exists(queue):
                    raise Refused(f"there is no queue {queue}")
                if self._size(queue) >= MAX_MESSAGES:
                    raise Refused(f"queue {queue} is full")
            self._database.execute("BEGIN")
            for queue in queues:
                self._database.execute(
                    "INSERT INTO messages (queue, body, properties) VALUES (?, ?, ?)",
                    (queue, body, json.dumps(properties)),
                )
            self._database.execute("COMMIT")
            self._changed.notify_all()
            return len(queues)

    def get(self, queue: str, holder: object, wait: float) -> dict[str, Any] | None:
        """Lease the oldest message of a queue that nobody holds; None within *wait* seconds."""
        until = time.monotonic() + wait
        with self._changed:
            while True:
                found = self._oldest(queue)
                if found is not None:
                    self._leases[found["id"]] = holder
                    self._database.execute(
                        "UPDATE queues SET used = ? WHERE name = ?", (time.time(), queue)
                    )
                    return found
                left = until - time.monotonic()
                if left <= 0 or self._closed:
                    return None
                self._changed.wait(left)

    def acknowledge(self, message_id: int, holder: object) -> None:
        """A message is done with."""
        with self._changed:
            if self._leases.pop(message_id, None) is holder:
                self._database.execute("DELETE FROM messages WHERE id = ?", (message_id,))

    def release(self, message_id: int, holder: object) -> None:
        """Give a message back to its old place."""
        with self._changed:
            if self._leases.get(message_id) is holder:
                del self._leases[message_id]
                self._changed.notify_all()

    def forget(self, holder: object) -> None:
        """A holder is gone: all that it held goes back."""
        with self._changed:
            for message_id in [key for key, own in self._leases.items() if own is holder]:
                del self._leases[message_id]
            self._changed.notify_all()

    def close(self) -> None:
        """Let nobody wait any more, and close the database."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            self._database.close()

    # ------------------------------------------------------------ helpers, under the lock

    def _exists(self, queue: str) -> bool:
        row = self._database.execute("SELECT 1 FROM queues WHERE name = ?", (queue,)).fetchone()
        return row is not None

    def _size(self, queue: str) -> int:
        row = self._database.execute(
            "SELECT count(*) FROM messages WHERE queue = ?", (queue,)
        ).fetchone()
        return int(row[0])

    def _bound(self, key: str) -> list[str]:
        rows = self._database.execute(
            "SELECT queue FROM bindings WHERE key = ? ORDER BY queue", (key,)
        )
        return [row[0] for row in rows]

    def _oldest(self, queue: str) -> dict[str, Any] | None:
        rows = self._database.execute(
            "SELECT id, body, properties FROM messages WHERE queue = ? ORDER BY id", (queue,)
        )
        for message_id, body, properties in rows:
            if message_id not in self._leases:
                return {"id": message_id, "body": body, "properties": json.loads(properties)}
        return None


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
