"""Lines of progress on their way to the conductor: gathered while one batch travels."""

from __future__ import annotations

import collections
import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from catalog_common.contract.reports import MAX_REPORTS, Report
from catalog_engine.host.messages import Request
from catalog_engine.supervisor.conductors import Refused
from catalog_engine.supervisor.texts import short

LOG = logging.getLogger(__name__)
MAX_TEXT, MAX_DETAILS = 65_536, 1_048_576
MAX_WAITING, MAX_WAITING_BYTES = 10_000, 64 * 1024 * 1024
"""What is kept while the conductor is away."""
BATCH_BYTES = 4 * 1024 * 1024
LEVELS = ("info", "warning", "error")


class Reporter:
    """Sends reports of one attempt from a thread of its own.

    :param send: hands over a batch; may block for as long as the conductor is away.
    """

    def __init__(self, send: Callable[[Sequence[Report]], Any]) -> None:
        self._send = send
        self._waiting: collections.deque[Report] = collections.deque()
        self._bytes = 0
        self._added = self._done = 0
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="reports", daemon=True)
        self._thread.start()

    def on_request(self, request: Request) -> None:
        """A line of progress of the port ``reports``."""
        given = request.arguments
        level = given.get("level")
        self.report(
            str(given.get("text") or ""), level if level in LEVELS else "info",
            given.get("object_id"), given.get("details"),
        )  # fmt: skip

    def report(
        self, text: str, level: Any = "info", object_id: str | None = None,
        details: str | None = None,
    ) -> None:  # fmt: skip
        """Add a line; it is lost when too much waits already."""
        line = Report(
            short(text, MAX_TEXT), level, None if object_id is None else short(object_id, 255),
            None if details is None else short(details, MAX_DETAILS), time.time(),
        )  # fmt: skip
        with self._changed:
            is_full = len(self._waiting) >= MAX_WAITING or self._bytes >= MAX_WAITING_BYTES
            if self._closed or is_full:
                LOG.debug("a report is lost: %s", line.text)
                return
            self._waiting.append(line)
            self._bytes += _size(line)
            self._added += 1
            self._changed.notify_all()

    def flush(self) -> None:
        """Return when all that was reported so far has been handed over, or never can be."""
        with self._changed:
            last = self._added
            self._changed.wait_for(lambda: self._done >= last or not self._thread.is_alive())

    def close(self) -> None:
        """Take no more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _run(self) -> None:
        while batch := self._batch():
            is_open = self._sent(batch)
            with self._changed:
                self._done += len(batch)
                if not is_open:
                    self._done += len(self._waiting)
                    self._waiting.clear()
                    self._closed = True
                self._changed.notify_all()

    def _batch(self) -> list[Report]:
        """What travels together, when there is something; nothing at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            batch: list[Report] = []
            total = 0
            while self._waiting and len(batch) < MAX_REPORTS:
                total += _size(self._waiting[0])
                if batch and total > BATCH_BYTES:
                    break
                line = self._waiting.popleft()
                self._bytes -= _size(line)
                batch.append(line)
            return batch

    def _sent(self, batch: Sequence[Report]) -> bool:
        """Send; False when nothing will be taken any more."""
        try:
            self._send(batch)
        except Refused as error:
            if error.is_lost:
                return False
            LOG.warning("%s reports are refused, and lost: %s", len(batch), error)
        except Exception as error:
            LOG.info("reports are not taken any more: %s", error)
            return False
        return True


def _size(line: Report) -> int:
    return len(line.text) + len(line.details or "")
