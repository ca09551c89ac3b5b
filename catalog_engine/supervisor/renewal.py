"""The watch over one attempt: its lease is renewed, and its clock looked at."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

from catalog_engine.supervisor.conductors import Claim, Unreachable
from catalog_engine.supervisor.lease import Lease

LOG = logging.getLogger(__name__)
RENEW_SHARE: Final = 3
"""A lease is renewed when a third of it has passed."""
TICK: Final = 0.5
FASTEST: Final = 0.5
SLOWEST: Final = 5.0
"""Bounds of the seconds that one renewal may take."""


class Renewal:
    """Renews one lease from a thread of its own.

    :param over: ends it.
    :param failed: called when the claim is lost, or something else went wrong; nothing is
        renewed after that.
    :param cancel: called when the task is to be cancelled; maybe several times.
    :param tick: called now and then, with whether the lease is open.
    """

    def __init__(
        self, claim: Claim, lease: Lease, seconds: float, over: threading.Event, *,
        failed: Callable[[Exception], None], cancel: Callable[[], None],
        tick: Callable[[bool], None],
    ) -> None:  # fmt: skip
        self._claim = claim
        self._lease = lease
        self._interval = seconds / RENEW_SHARE
        # Waiting for the task took its share of the lease already.
        self._due = time.monotonic() + lease.left - seconds + self._interval
        self._over = over
        self._failed = failed
        self._cancel = cancel
        self._tick = tick
        self._thread = threading.Thread(target=self._run, name="lease", daemon=True)

    def start(self) -> None:
        """Start watching."""
        self._thread.start()

    def join(self) -> None:
        """Wait a little for the end."""
        self._thread.join(SLOWEST)

    def _run(self) -> None:
        try:
            while not self._over.is_set():
                if time.monotonic() >= self._due:
                    self._renew()
                self._tick(self._lease.is_open)
                pause = min(TICK, self._interval, self._due - time.monotonic())
                self._over.wait(max(0.05, pause))
        except Exception as error:
            self._failed(error)

    def _renew(self) -> None:
        asked_at = time.monotonic()
        try:
            # By the end of the lease at the latest its effects have to be interrupted.
            lease = self._claim.renew(min(SLOWEST, max(FASTEST, self._lease.left)))
        except Unreachable as error:
            LOG.warning("the lease: %s", error)
            self._due = asked_at + min(1.0, self._interval)
            return
        self._lease.renewed(asked_at, lease.lease_seconds)
        self._due = asked_at + self._interval
        if lease.cancel:
            self._cancel()
