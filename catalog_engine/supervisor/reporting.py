"""Lines of progress on their way to the conductor: gathered while one batch travels."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from catalog_common.contract.reports import MAX_REPORTS, Report
from catalog_engine.host.messages import Request

LOG = logging.getLogger(__name__)
MAX_TEXT, MAX_DETAILS = 65_536, 1_048_576
MAX_WAITING = 10_000
LEVELS = ("info", "warning", "error")


class Reporter:
    """Sends reports of one attempt from a thread of its own.

    :param send: hands over a batch; may block for as long as the conductor is away.
    """

    def __init__(self, send: Callable[[Sequence[Report]], Any]) -> None:
        self._send = send
        self._waiting: list[Report] = []
        self._changed = threading.Condition()
        self._closed = False
        self._busy = False
        self._dropped = 0
        self._thread = threading.Thread(target=self._run, name="reports", daemon=True)
        self._thread.start()

    def on_request(self, request: Request) -> None:
        """A notice of the port ``reports``."""
        given = request.arguments
        if request.operation != "report":
            # Counting instances has no reader yet; it is not worth a line of progress.
            LOG.debug("%s of %s", request.operation, given.get("object_id"))
            return
        level = given.get("level")
        self.report(
            str(given.get("text") or ""), level if level in LEVELS else "info",
            given.get("object_id"), given.get("details"),
        )  # fmt: skip

    def report(
        self, text: str, level: Any = "info", object_id: str | None = None,
        details: str | None = None,
    ) -> None:  # fmt: skip
        """Add a line."""
        line = Report(
            text[:MAX_TEXT], level, None if object_id is None else str(object_id)[:255],
            None if details is None else str(details)[:MAX_DETAILS], time.time(),
        )  # fmt: skip
        with self._changed:
            if len(self._waiting) >= MAX_WAITING:
                self._dropped += 1
                return
            self._waiting.append(line)
            self._changed.notify_all()

    def flush(self) -> None:
        """Return when all that was reported so far has been handed over, or never can be."""
        with self._changed:
            self._changed.wait_for(
                lambda: not self._thread.is_alive() or not (self._waiting or self._busy)
            )

    def close(self) -> None:
        """Take no more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._busy = False
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if not self._waiting:
                    return
                batch = self._waiting[:MAX_REPORTS]
                del self._waiting[: len(batch)]
                self._busy = True
            try:
                self._send(batch)
            except Exception as error:
                LOG.info("reports are not taken any more: %s", error)
                with self._changed:
                    self._waiting.clear()
                    self._closed = True
