"""Entries of a task's journal, as this engine writes and reads them."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from typing import Any

VERSION = 1
ANSWERS = frozenset({"result", "reading", "wait", "package", "wake"})
"""Kinds whose order is the order in which answers woke the branches."""


@dataclasses.dataclass(frozen=True)
class Entry:
    """One entry; ``sequence`` orders all entries of a task from 0."""

    sequence: int
    key: str
    kind: str
    port: str = ""
    operation: str = ""
    request: Any = None
    value: Any = None
    error: Mapping[str, Any] | None = None
    secret: bool = False
    version: int = VERSION
    attempt: int = 1

    def to_dict(self) -> dict[str, Any]:
        """The entry as the conductor takes it."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Entry:
        """The entry of a claim; unknown members are ignored."""
        known = {field.name for field in dataclasses.fields(cls)}
        return cls(**{key: value for key, value in data.items() if key in known})

    def asks(self) -> str:
        """What the entry asked for, in one comparable line."""
        return asked(self.port, self.operation, self.request)


def canonical(value: Any) -> str:
    """Plain data as text that is equal when the data is."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def asked(port: str, operation: str, request: Any) -> str:
    """A use of a port in one comparable line."""
    return f"{port}.{operation} {canonical(request)}"


def operation_id(task_id: str, key: str) -> str:
    """The name of an effect, the same in every attempt."""
    return hashlib.sha256(f"{task_id}\n{key}".encode()).hexdigest()
