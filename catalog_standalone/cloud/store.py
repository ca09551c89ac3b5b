"""Durable state of the local cloud: JSON documents by kind and id in one SQLite file."""

from __future__ import annotations

import json
import sqlite3
import threading
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Document = dict[str, Any]


def new_id() -> str:
    """A fresh id, 32 hexadecimal digits."""
    return uuid.uuid4().hex


def new_uuid() -> str:
    """A fresh id with dashes, as compute, network and orchestration services use them."""
    return str(uuid.uuid4())


def now() -> str:
    """The time as OpenStack services print it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Store:
    """Documents ordered by insertion; every write is durable before it returns.

    One connection behind one lock: the cloud is small, and a reader must see what the writer
    before it wrote.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS documents (sequence INTEGER PRIMARY KEY AUTOINCREMENT,"
            " kind TEXT NOT NULL, id TEXT NOT NULL, parent TEXT, body TEXT NOT NULL,"
            " UNIQUE (kind, id))"
        )
        self._connection.execute("CREATE INDEX IF NOT EXISTS by_parent ON documents (kind, parent)")
        path.chmod(0o600)

    def close(self) -> None:
        """Close the file; later calls fail."""
        with self._lock:
            self._connection.close()

    def put(self, kind: str, body: Document, parent: str | None = None) -> Document:
        """Insert or replace the document ``body['id']``; ``parent`` groups for ``list``."""
        with self._lock:
            self._connection.execute(
                "INSERT INTO documents (kind, id, parent, body) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body,"
                " parent = coalesce(excluded.parent, parent)",
                (kind, body["id"], parent, json.dumps(body)),
            )
        return body

    def get(self, kind: str, id: str) -> Document | None:
        """The document, or None."""
        with self._lock:
            row = self._connection.execute(
                "SELECT body FROM documents WHERE kind = ? AND id = ?", (kind, id)
            ).fetchone()
        return json.loads(row[0]) if row else None

    def change(self, kind: str, id: str, **values: Any) -> Document | None:
        """Set fields of a document in one step; None when it is gone."""
        with self._lock:
            body = self.get(kind, id)
            if body is None:
                return None
            body.update(values)
            return self.put(kind, body)

    def delete(self, kind: str, id: str) -> bool:
        """Remove the document; tell whether it was there."""
        with self._lock:
            cursor = self._connection.execute(
                "DELETE FROM documents WHERE kind = ? AND id = ?", (kind, id)
            )
        return cursor.rowcount > 0

    def delete_children(self, kind: str, parent: str) -> None:
        """Remove all documents of ``kind`` under ``parent``."""
        with self._lock:
            self._connection.execute(
                "DELETE FROM documents WHERE kind = ? AND parent = ?", (kind, parent)
            )

    def list(self, kind: str, parent: str | None = None, **equal: Any) -> list[Document]:
        """Documents of ``kind`` in order of insertion whose fields have the given values."""
        query, values = "SELECT body FROM documents WHERE kind = ?", [kind]
        if parent is not None:
            query, values = query + " AND parent = ?", [kind, parent]
        with self._lock:
            rows = self._connection.execute(query + " ORDER BY sequence", values).fetchall()
        bodies = [json.loads(row[0]) for row in rows]
        return [b for b in bodies if all(b.get(key) == value for key, value in equal.items())]

    @property
    def lock(self) -> threading.RLock:
        """Held by callers that read and then write."""
        return self._lock
