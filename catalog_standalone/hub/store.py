"""Queues in one SQLite database: messages, bindings, accounts of guests."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import hmac
import json
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

MAX_MESSAGES: Final = 10_000
MAX_BYTES: Final = 256 << 20
"""What one queue holds."""
UNUSED_SECONDS: Final = 30 * 86400
"""After which a queue goes that said nothing else of itself."""
PURGE_SECONDS: Final = 60
VERSION: Final = 2
_SCHEMA = """
CREATE TABLE messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, body TEXT NOT NULL,
    size INTEGER NOT NULL, properties TEXT NOT NULL, exchange TEXT NOT NULL, key TEXT NOT NULL
);
CREATE INDEX messages_by_queue ON messages (queue, id, size);
CREATE TABLE queues (name TEXT PRIMARY KEY, used REAL NOT NULL, expires REAL NOT NULL);
CREATE TABLE bindings (queue TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (queue, key));
CREATE TABLE accounts (
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
        self._make()
        self._changed = threading.Condition()
        self._leases: dict[int, object] = {}
        self._purged = time.monotonic()
        self._closed = False

    def _make(self) -> None:
        (version,) = self._database.execute("PRAGMA user_version").fetchone()
        if version != VERSION:
            drop = "".join(
                f"DROP TABLE IF EXISTS {name};"
                for name in ("messages", "queues", "bindings", "accounts")
            )
            self._database.executescript(
                f"BEGIN; {drop} {_SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;"
            )

    # ------------------------------------------------------------ accounts

    def add_account(self, name: str, secret: str, queue: str, key: str) -> None:
        """Make a guest's account, or give it this secret; its queue is made."""
        with self._working():
            self._database.execute(
                "INSERT OR REPLACE INTO accounts VALUES (?, ?, ?, ?)",
                (name, _hashed(secret), queue, key),
            )
            self._use(queue, None)

    def sign_in(self, name: str, secret: str) -> Account | None:
        """The account of a name, if the secret is its own."""
        with self._working():
            row = self._database.execute(
                "SELECT secret, queue, key FROM accounts WHERE name = ?", (name,)
            ).fetchone()
        if row is None or not hmac.compare_digest(row[0], _hashed(secret)):
            return None
        return Account(name, row[1], row[2])

    # ------------------------------------------------------------ queues

    def declare(self, queue: str, passive: bool = False, expires: float | None = None) -> int:
        """Make a queue unless it exists; how many messages it has.

        :param expires: seconds without use after which the queue goes.
        :raises Refused: *passive*, and there is none.
        """
        with self._working():
            self._purge_sometimes()
            if passive and not self._exists(queue):
                raise Refused(f"there is no queue {queue}")
            self._use(queue, expires)
            return self._size(queue)[0]

    def bind(self, queue: str, key: str) -> None:
        """Have replies of a key come to a queue."""
        with self._working():
            if not self._exists(queue):
                raise Refused(f"there is no queue {queue}")
            self._database.execute("INSERT OR IGNORE INTO bindings VALUES (?, ?)", (queue, key))

    def delete(self, queue: str) -> None:
        """Delete a queue with its messages."""
        with self._working():
            self._delete(queue)

    def purge(self) -> None:
        """Delete queues that nobody has used for so long as they say."""
        with self._working():
            self._purge()

    # ------------------------------------------------------------ messages

    def put(self, exchange: str, key: str, body: str, properties: Mapping[str, Any]) -> int:
        """Store a message in every queue that it goes to; in how many.

        :raises Refused: the queue is missing, or every one is full.
        """
        with self._working():
            queues = self._bound(key) if exchange else [key]
            if not exchange and not self._exists(key):
                raise Refused(f"there is no queue {key}")
            open_ones = [queue for queue in queues if not self._is_full(queue)]
            if queues and not open_ones:
                raise Refused(f"queue {queues[0]} is full")
            values = (body, len(body), json.dumps(properties), exchange, key)
            self._database.executemany(
                "INSERT INTO messages (queue, body, size, properties, exchange, key)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                [(queue, *values) for queue in open_ones],
            )
            self._changed.notify_all()
            return len(open_ones)

    def get(self, queue: str, holder: object, wait: float) -> dict[str, Any] | None:
        """Lease the oldest message of a queue that nobody holds; None within *wait* seconds.

        :raises Refused: there is no such queue.
        """
        until = time.monotonic() + wait
        with self._changed:
            while not self._closed:
                if not self._exists(queue):
                    raise Refused(f"there is no queue {queue}")
                found = self._oldest(queue)
                if found is not None:
                    self._leases[found["id"]] = holder
                    return found
                left = until - time.monotonic()
                if not left > 0:
                    break
                self._changed.wait(left)
            return None

    def acknowledge(self, message_id: int, holder: object) -> None:
        """A message is done with."""
        with self._working():
            if self._leases.get(message_id) is holder:
                self._database.execute("DELETE FROM messages WHERE id = ?", (message_id,))
                del self._leases[message_id]

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

    @contextlib.contextmanager
    def _working(self) -> Iterator[None]:
        """The lock, with a transaction that is undone when something fails."""
        with self._changed:
            if self._closed:
                raise Refused("the hub ends")
            self._database.execute("BEGIN")
            try:
                yield
                self._database.execute("COMMIT")
            except BaseException:
                self._database.execute("ROLLBACK")
                raise

    def _exists(self, queue: str) -> bool:
        row = self._database.execute("SELECT 1 FROM queues WHERE name = ?", (queue,)).fetchone()
        return row is not None

    def _use(self, queue: str, expires: float | None) -> None:
        now, after = time.time(), UNUSED_SECONDS if expires is None else expires
        self._database.execute(
            "INSERT INTO queues VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET used = ?",
            (queue, now, after, now),
        )

    def _delete(self, queue: str) -> None:
        gone = self._database.execute(
            "DELETE FROM messages WHERE queue = ? RETURNING id", (queue,)
        ).fetchall()
        for table, column in (("bindings", "queue"), ("queues", "name")):
            self._database.execute(f"DELETE FROM {table} WHERE {column} = ?", (queue,))
        for (message_id,) in gone:
            self._leases.pop(message_id, None)

    def _purge_sometimes(self) -> None:
        now = time.monotonic()
        if now - self._purged > PURGE_SECONDS:
            self._purged = now
            self._purge()

    def _purge(self) -> None:
        rows = self._database.execute(
            "SELECT name FROM queues WHERE used + expires < ?", (time.time(),)
        ).fetchall()
        for (name,) in rows:
            self._delete(name)

    def _size(self, queue: str) -> tuple[int, int]:
        row = self._database.execute(
            "SELECT count(*), coalesce(sum(size), 0) FROM messages WHERE queue = ?", (queue,)
        ).fetchone()
        return int(row[0]), int(row[1])

    def _is_full(self, queue: str) -> bool:
        count, size = self._size(queue)
        return count >= MAX_MESSAGES or size >= MAX_BYTES

    def _bound(self, key: str) -> list[str]:
        rows = self._database.execute(
            "SELECT queue FROM bindings WHERE key = ? ORDER BY queue", (key,)
        )
        return [row[0] for row in rows]

    def _oldest(self, queue: str) -> dict[str, Any] | None:
        rows = self._database.execute(
            "SELECT id FROM messages WHERE queue = ? ORDER BY id", (queue,)
        )
        for (message_id,) in rows:
            if message_id not in self._leases:
                body, properties, exchange, key = self._database.execute(
                    "SELECT body, properties, exchange, key FROM messages WHERE id = ?",
                    (message_id,),
                ).fetchone()
                return {
                    "id": message_id, "body": body, "properties": json.loads(properties),
                    "exchange": exchange, "key": key,
                }  # fmt: skip
        return None


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
