"""A lease as its holder sees it: by the own monotonic clock, and never longer than granted."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class LeaseClosed(Exception):
    """The task is over for this engine: the claim is lost, or the task ended."""


class Lease:
    """Open while effects may start. Counted from before each renewal was asked for."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._until = float("-inf")
        self._closed = False
        self._changed = threading.Condition()

    def renewed(self, asked_at: float, seconds: float) -> None:
        """A renewal asked for at ``asked_at`` was granted."""
        with self._changed:
            self._until = max(self._until, asked_at + seconds)
            self._changed.notify_all()

    def close(self) -> None:
        """No effect starts any more; waiting ones raise LeaseClosed."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    @property
    def is_open(self) -> bool:
        """Whether an effect may start now."""
        with self._changed:
            return not self._closed and self._monotonic() < self._until

    @property
    def left(self) -> float:
        """Seconds until it ends by itself; negative when it has."""
        with self._changed:
            return self._until - self._monotonic()

    def wait_open(self, give_up: threading.Event, interval: float = 0.5) -> None:
        """Return when an effect may start, or when ``give_up`` is set; LeaseClosed when never."""
        with self._changed:
            while not give_up.is_set():
                if self._closed:
                    raise LeaseClosed()
                if self._monotonic() < self._until:
                    return
                self._changed.wait(interval)
