"""Statements that take long, told in the log: without their values, and never too many."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import Engine, event

LOG = logging.getLogger(__name__)
SHOWN: Final = 1000
"""Characters of a statement that are told."""
LINES: Final = 10
LINES_SECONDS: Final = 60.0
"""So many lines may be told within so many seconds; others are counted."""


class SlowQueries:
    """Watches the statements of an engine.

    :param seconds: a statement that takes longer is told; rows that are read after it do not
        count.
    """

    def __init__(
        self, engine: Engine, seconds: float, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds = seconds
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._window = monotonic()
        self._told = self._untold = 0
        event.listen(engine, "before_cursor_execute", self._before)
        event.listen(engine, "after_cursor_execute", self._after)
        event.listen(engine, "handle_error", self._failed)

    def _before(
        self, _connection: Any, _cursor: Any, _statement: str, _values: Any, context: Any,
        _many: bool,
    ) -> None:  # fmt: skip
        context.burano_began = self._monotonic()

    def _after(
        self, _connection: Any, _cursor: Any, statement: str, _values: Any, context: Any,
        _many: bool,
    ) -> None:  # fmt: skip
        self._ended(statement, context, "")

    def _failed(self, error: Any) -> None:
        """A statement that waited in vain, for a lock or for the server, is slow as well."""
        if error.statement is not None:
            self._ended(error.statement, error.execution_context, ", which failed")

    def _ended(self, statement: str, context: Any, how: str) -> None:
        # None for what failed before it was sent.
        began = getattr(context, "burano_began", None)
        taken = 0.0 if began is None else self._monotonic() - began
        if began is None or taken < self._seconds:
            return
        may_tell, untold = self._count()
        if may_tell:
            more = f" ({untold} other slow statements were not told)" if untold else ""
            text = " ".join(statement.split())[:SHOWN]
            LOG.warning("slow statement, %.3f s%s: %s%s", taken, how, text, more)

    def _count(self) -> tuple[bool, int]:
        """Whether a line may be told now, and how many were not."""
        with self._lock:
            now = self._monotonic()
            if now - self._window >= LINES_SECONDS:
                self._window, self._told = now, 0
            if self._told >= LINES:
                self._untold += 1
                return False, 0
            self._told += 1
            untold, self._untold = self._untold, 0
            return True, untold
