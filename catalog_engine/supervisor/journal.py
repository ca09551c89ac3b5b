"""A task's journal on its way to the conductor: order, durability, bounds."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable
from typing import Any

from catalog_common.canonical import dumps
from catalog_common.contract.journal import JournalEntry

BATCH, BATCH_BYTES = 200, 8 * 1024 * 1024
"""Entries and bytes of one call; a single entry may be larger."""
OVERHEAD = 100


class JournalClosed(Exception):
    """The task is over for this engine; nothing more is recorded."""


class JournalFull(Exception):
    """The journal would exceed its bounds."""


@dataclasses.dataclass(frozen=True)
class Bounds:
    """How much one task may record."""

    entries: int = 100_000
    bytes: int = 256 * 1024 * 1024


class Journal:
    """Entries in order; ``commit`` makes all up to one durable.

    ``send`` hands a batch to the conductor and returns when it is durable; it may block for as
    long as the conductor is away, and raises when the claim is lost. Thread-safe; whoever
    commits first sends for all.
    """

    def __init__(
        self, send: Callable[[list[JournalEntry]], None], first_sequence: int, attempt: int,
        bounds: Bounds = Bounds(),
    ) -> None:  # fmt: skip
        self._send = send
        self._attempt = attempt
        self._bounds = bounds
        self._next = first_sequence
        self._durable = first_sequence
        self._waiting: list[JournalEntry] = []
        self._sizes: list[int] = []
        self._bytes = 0
        self._closed: Exception | None = None
        self._lock = threading.Lock()
        self._sending = threading.Lock()

    def append(self, key: str, kind: Any, **members: Any) -> int:
        """Note an entry; its sequence. JournalFull beyond the bounds."""
        with self._lock:
            entry = JournalEntry(self._next, key, kind, attempt=self._attempt, **members)
            size = len(dumps([entry.request, entry.value, entry.error])) + OVERHEAD
            self._bytes += size
            if self._next >= self._bounds.entries or self._bytes > self._bounds.bytes:
                raise JournalFull(
                    f"The task used the world more than {self._bounds.entries} times or recorded"
                    f" more than {self._bounds.bytes} bytes; an application that loops over the"
                    " cloud does this"
                )
            self._waiting.append(entry)
            self._sizes.append(size)
            self._next += 1
            return entry.sequence

    def commit(self, sequence: int) -> None:
        """Return when the entry and all before it are durable.

        JournalClosed when the task ends here before that; errors of ``send`` pass through.
        """
        while True:
            with self._sending:
                with self._lock:
                    if self._durable > sequence:
                        return
                    if self._closed is not None:
                        raise JournalClosed() from self._closed
                    batch = self._waiting[: self._batch()]
                self._send(batch)
                with self._lock:
                    del self._waiting[: len(batch)], self._sizes[: len(batch)]
                    self._durable = batch[-1].sequence + 1

    def _batch(self) -> int:
        """How many entries travel together."""
        count = total = 0
        for size in self._sizes[:BATCH]:
            total += size
            if count and total > BATCH_BYTES:
                break
            count += 1
        return count

    def flush(self) -> None:
        """Make everything durable that was noted so far."""
        with self._lock:
            last = self._next - 1
        if last >= 0:
            self.commit(last)

    def close(self, error: Exception) -> None:
        """Let no commit begin any more."""
        with self._lock:
            self._closed = self._closed or error
