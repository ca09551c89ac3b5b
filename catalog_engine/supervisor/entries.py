"""Entries of a task's journal, as this engine compares and names them."""

from __future__ import annotations

import hashlib
from typing import Any

from catalog_common.canonical import dumps
from catalog_common.contract.journal import JournalEntry

ANSWERS = frozenset({"result", "reading", "wait", "package", "wake"})
"""Kinds whose order is the order in which answers woke the branches."""


def asked(port: str, operation: str, request: Any) -> str:
    """A use of a port in one comparable line."""
    return f"{port}.{operation} {dumps(request)}"


def asks(entry: JournalEntry) -> str:
    """What an entry asked for, in one comparable line."""
    return asked(entry.port, entry.operation, entry.request)


def operation_id(task_id: str, key: str) -> str:
    """The name of an effect, the same in every attempt."""
    return hashlib.sha256(f"{task_id}\n{key}".encode()).hexdigest()
