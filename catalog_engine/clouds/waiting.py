"""Waiting in adapters: bounded by cancellation and deadline, with retries of failing calls."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from keystoneauth1 import exceptions as keystone

from catalog_engine.clouds.errors import CallStopped

T = TypeVar("T")
RETRY_PAUSES = (2.0, 4.0, 8.0)


@dataclasses.dataclass(frozen=True)
class Patience:
    """How long a call may go on: until ``cancelled`` is set or ``deadline`` (monotonic) passes."""

    cancelled: threading.Event
    deadline: float | None = None

    def pause(self, seconds: float) -> None:
        """Sleep; raise CallStopped when cancelled or out of time."""
        if self.deadline is not None:
            left = self.deadline - time.monotonic()
            if left <= 0:
                raise CallStopped("deadline")
            seconds = min(seconds, left)
        if self.cancelled.wait(seconds):
            raise CallStopped("cancelled")

    def check(self) -> None:
        """Raise CallStopped when cancelled or out of time."""
        self.pause(0)


def is_transient(error: Exception) -> bool:
    """Whether trying again may help: no connection, or the service's own failure."""
    if isinstance(error, keystone.ConnectionError | keystone.RetriableConnectionFailure):
        return True
    code = getattr(error, "http_status", None) or getattr(error, "code", None)
    return isinstance(code, int) and code >= 500


def retry(call: Callable[[], T], patience: Patience) -> T:
    """Call; after a transient error again after 2, 4 and 8 seconds, then give up."""
    for pause in RETRY_PAUSES:
        try:
            return call()
        except Exception as error:
            if not is_transient(error):
                raise
        patience.pause(pause)
    return call()
