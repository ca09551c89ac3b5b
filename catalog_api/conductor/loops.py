"""The conductor's threads: each looks at the database now and then, and outlives its absence."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from catalog_api.conductor.looking import Looking
from catalog_api.conductor.recorder import Rules
from catalog_api.services import (
    notifications,
    presence,
    purging,
    request_stats,
    revocations,
    watch,
)
from catalog_api.services.records import UNREACHABLE, Database
from catalog_api.services.trusts import Trusts

LOG = logging.getLogger(__name__)
LOOKS_PER_LEASE: Final = 4
CLOSE_SECONDS: Final = 10.0
SILENCE: Final = timedelta(days=30)
"""For how long is remembered who tells nothing any more: conductors, and hosts of the API."""


class Uptime:
    """For how long the conductor has been up and reached the database without a gap.

    While a conductor or its database was away nobody could renew a lease, so none may end before
    engines have had a whole lease's time to come back. A gap is noticed by this process's clock
    and by the database's: whichever of the two stood still or jumped.

    :param gap: the longest time between two looks that is none.
    """

    def __init__(self, gap: timedelta, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._gap = gap
        self._monotonic = monotonic
        self._since: float | None = None
        self._last = 0.0
        self._last_moment: datetime | None = None

    def reached(self, moment: datetime) -> None:
        """The database answered that it is this moment."""
        now = self._monotonic()
        if self._since is None or self._is_gap(now, moment):
            self._since = now
        self._last, self._last_moment = now, moment

    def _is_gap(self, now: float, moment: datetime) -> bool:
        if now - self._last > self._gap.total_seconds():
            return True
        before = self._last_moment
        return before is None or not timedelta() <= moment - before <= self._gap

    def missed(self) -> None:
        """The database did not answer."""
        self._since = None

    def is_longer(self, span: timedelta) -> bool:
        """Say whether it is at least so long."""
        since = self._since
        return since is not None and self._last - since >= span.total_seconds()


class Loops:
    """Runs all loops of a conductor.

    :param wake: tells engines of a task that is queued again.
    """

    def __init__(
        self, database: Database, rules: Rules, options: Any, trusts: Trusts,
        wake: Callable[[str], None], monotonic: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._database = database
        self._rules = rules
        self._options = options
        self._trusts = trusts
        self._wake = wake
        lease = rules.leases.lease
        self._uptime = Uptime(lease / 2, monotonic)
        often = min(options.watch_interval, lease.total_seconds() / LOOKS_PER_LEASE)
        self._watching = Looking("watch", self.watch, often)
        self._purging = Looking("purge", self.purge, options.purge_interval)
        self._revoking = Looking("revoke", self.revoke, max(options.watch_interval, 1.0))
        self._all = (self._watching, self._purging, self._revoking)

    def start(self) -> None:
        """Start the threads."""
        for looking in self._all:
            looking.start()

    def close(self) -> None:
        """End the threads, each after what it does; one that waits for Keystone is left alone."""
        for looking in self._all:
            looking.end()
        until = time.monotonic() + CLOSE_SECONDS
        for looking in self._all:
            looking.close(max(0.0, until - time.monotonic()))

    # ------------------------------------------------------------ tasks

    def watch(self) -> None:
        """One look for ended leases and unwanted tasks."""
        try:
            self._watch()
        except Exception:
            self._uptime.missed()
            raise

    def _watch(self) -> None:
        leases = self._rules.leases
        with self._database.reader() as session:
            # What follows is judged by this moment, though the database may stand still after it.
            now = self._database.now(session)
            unwanted, lapsed = watch.unwanted(session, now), watch.lapsed(session, now)
        self._uptime.reached(now)
        for task_id in unwanted:
            self._look_after(task_id, watch.end_unwanted, now)
        if not self._uptime.is_longer(leases.lease):
            return
        for task_id in lapsed:
            if self._watching.is_closing:
                return
            if self._look_after(task_id, watch.take_back, now, leases):
                LOG.info("task %s lost its engine and is queued again", task_id)
                self._wake(task_id)

    def _look_after(self, task_id: str, work: Callable[..., Any], *arguments: Any) -> Any:
        """Do one task's work; another one is not kept back by what is wrong with it."""
        try:
            return self._database.transact(lambda session: work(session, task_id, *arguments))
        except UNREACHABLE:
            raise
        except Exception:
            LOG.exception("task %s cannot be looked after", task_id)
            return None

    # ------------------------------------------------------------ purging

    def purge(self) -> None:
        """One purge: as many rounds as there is something to do."""
        retention = timedelta(days=self._options.journal_retention_days)
        rounds: dict[str, Callable[[Any], int]] = {
            "tasks": lambda session: purging.ended_tasks(
                session, self._database.now(session), retention
            ),
            "archives": purging.archives,
            "guests": purging.guests,
            "notifications": lambda session: notifications.forget(
                session, self._database.now(session) - retention
            ),
            "conductors": lambda session: presence.forget(
                session, self._database.now(session) - SILENCE
            ),
            "request statistics": lambda session: request_stats.forget(
                session, self._database.now(session) - SILENCE
            ),
        }
        for what, once in rounds.items():
            total = 0
            while count := self._database.transact(once):
                total += count
                if self._purging.is_closing:
                    return
            if total:
                LOG.info("purged: %s %s", total, what)

    # ------------------------------------------------------------ trusts

    def revoke(self) -> None:
        """One round of revoking trusts."""
        with self._database.reader() as session:
            due = revocations.due(session, self._database.now(session))
        for trust_id in due:
            if self._revoking.is_closing:
                return
            self._revoke(trust_id)

    def _revoke(self, trust_id: str) -> None:
        try:
            self._trusts.revoke(trust_id)
        except Exception as error:
            text = str(error)
            LOG.warning("trust %s could not be revoked: %s", trust_id, text)
            pause = timedelta(seconds=self._options.revocation_interval)
            self._database.transact(
                lambda session: revocations.failed(
                    session, trust_id, text, self._database.now(session), pause
                )
            )
            return
        self._database.transact(lambda session: revocations.done(session, trust_id))
