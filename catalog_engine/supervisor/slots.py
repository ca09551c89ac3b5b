"""Free slots ask for tasks: woken, or unprompted every few seconds, or by a call that waits."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

from catalog_common.contract.claims import MAX_WAIT, ClaimedTask, ClaimRequest, Engine
from catalog_engine.supervisor.attempts import Attempt
from catalog_engine.supervisor.conductors import Conductor, Refused, Unreachable

LOG = logging.getLogger(__name__)
UNPROMPTED: Final = 3.0
"""Seconds between two questions of an engine that is woken over a broker."""
PAUSE: Final = 1.0
"""Seconds before a conductor that did not answer is asked again."""
HOST_PAUSE: Final = 10.0
"""Seconds for which a host that could not begin a task leaves tasks to others."""


GIVE_BACK: Final = 10.0
"""Seconds for giving tasks back at the end."""


class Slots:
    """The slots of one engine, each a thread.

    :param wait: whether the question itself waits at the conductor (no broker).
    """

    def __init__(
        self, engine: Engine, conductor: Conductor, count: int, *, wait: bool,
        make: Callable[[ClaimedTask, float], Attempt],
    ) -> None:  # fmt: skip
        self._engine = engine
        self._conductor = conductor
        self._wait = wait
        self._make = make
        self._closing = threading.Event()
        self._changed = threading.Condition()
        self._wakes = 0
        self._running: set[Attempt] = set()
        self._threads = [
            threading.Thread(target=self._run, name=f"slot {number}", daemon=True)
            for number in range(count)
        ]

    def start(self) -> None:
        """Start asking."""
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """A task may be there."""
        with self._changed:
            self._wakes += 1
            self._changed.notify_all()

    def close(self, patience: float) -> None:
        """Take no more tasks; give back those that do not end within *patience* seconds."""
        self._closing.set()
        self.wake()
        self._conductor.hang_up()
        until = time.monotonic() + patience
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        with self._changed:
            running = list(self._running)
        for attempt in running:
            attempt.abandon()
        until = time.monotonic() + GIVE_BACK
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                self._once()
            except Exception:
                LOG.exception("a slot failed, and goes on")
                self._closing.wait(PAUSE)

    def _once(self) -> None:
        """Ask for one task, and run it."""
        with self._changed:
            known = self._wakes
        asked_at = time.monotonic()
        task = self._claim()
        if task is not None:
            self._attempt(task, asked_at)
        elif not self._wait:
            self._sleep(known)

    def _sleep(self, known: int) -> None:
        """Wait for the wake-up after the one numbered *known*, but not for long."""
        with self._changed:
            self._changed.wait_for(lambda: self._wakes != known, UNPROMPTED)

    def _claim(self) -> ClaimedTask | None:
        request = ClaimRequest(self._engine, wait=MAX_WAIT if self._wait else 0.0)
        try:
            return self._conductor.claim(request)
        except (Unreachable, Refused) as error:
            if not self._closing.is_set():
                LOG.warning("no task could be asked for: %s", error)
                self._closing.wait(PAUSE)
            return None

    def _attempt(self, task: ClaimedTask, asked_at: float) -> None:
        LOG.info("task %s of project %s: attempt %s", task.task_id, task.project_id, task.attempt)
        attempt = self._make(task, asked_at)
        with self._changed:
            self._running.add(attempt)
        if self._closing.is_set():
            attempt.abandon()
        try:
            could_begin = attempt.run()
        finally:
            with self._changed:
                self._running.discard(attempt)
        if not could_begin:
            self._closing.wait(HOST_PAUSE)
