"""The conductor's threads: each looks at the database now and then, and outlives its absence."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from catalog_api.conductor.recorder import Rules
from catalog_api.services import watch
from catalog_api.services.records import Database
from catalog_api.services.trusts import Trusts

LOG = logging.getLogger(__name__)


class Uptime:
    """For how long the conductor has been up and reached the database, by its own clock.

    While a conductor or its database was away nobody could renew a lease, so none may end before
    engines have had a whole lease's time to come back.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._since: float | None = None

    def reached(self) -> None:
        """The database answered."""
        if self._since is None:
            self._since = self._monotonic()

    def missed(self) -> None:
        """The database did not answer."""
        self._since = None

    def is_longer(self, span: timedelta) -> bool:
        """Say whether it is at least so long."""
        since = self._since
        return since is not None and self._monotonic() - since >= span.total_seconds()


class Loops:
    """Runs all loops of a conductor."""

    def __init__(
        self, database: Database, rules: Rules, options: Any, trusts: Trusts,
        wake: Callable[[str], None],
    ) -> None:  # fmt: skip
        self._database = database
        self._rules = rules
        self._options = options
        self._trusts = trusts
        self._wake = wake
        self._uptime = Uptime()
        self._closing = threading.Event()
        self._threads = [
            threading.Thread(target=self._every, args=row, name=row[0], daemon=True)
            for row in (
                ("watch", options.watch_interval, self.watch),
                ("purge", options.purge_interval, self.purge),
                ("revoke", max(options.watch_interval, 1.0), self.revoke),
            )
        ]

    def start(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """End the threads, each after what it does."""
        self._closing.set()
        for thread in self._threads:
            thread.join(30)

    def _every(self, name: str, interval: float, look: Callable[[], None]) -> None:
        while not self._closing.is_set():
            try:
                look()
            except Exception as error:
                self._uptime.missed()
                LOG.warning("%s: the database does not answer, or failed: %s", name, error)
            self._closing.wait(interval)

    def watch(self) -> None:
        """One look for ended leases and unwanted tasks."""
        leases = self._rules.leases
        now = self._database.transact(self._database.now)
        self._uptime.reached()
        self._database.transact(lambda session: watch.unwanted(session, now))
        if not self._uptime.is_longer(leases.lease):
            return
        found = self._database.transact(
            lambda session: watch.ended_leases(session, self._database.now(session), leases)
        )
        for task_id in found.queued:
            LOG.info("task %s lost its engine and is queued again", task_id)
            self._wake(task_id)

    def purge(self) -> None:
        """One purge."""
        retention = timedelta(days=self._options.journal_retention_days)
        count = self._database.transact(
            lambda session: watch.purge(session, self._database.now(session), retention)
        )
        archives = self._database.transact(watch.purge_archives)
        if count or archives:
            LOG.info("purged journals of %s tasks and %s archives", count, archives)

    def revoke(self) -> None:
        """One round of revoking trusts."""
        with self._database.reader() as session:
            due = watch.due_revocations(session, self._database.now(session))
        for trust_id in due:
            self._revoke(trust_id)

    def _revoke(self, trust_id: str) -> None:
        try:
            self._trusts.revoke(trust_id)
        except Exception as error:
            text = str(error)
            LOG.warning("trust %s could not be revoked: %s", trust_id, text)
            pause = timedelta(seconds=self._options.revocation_interval)
            self._database.transact(
                lambda session: watch.not_revoked(
                    session, trust_id, text, self._database.now(session), pause
                )
            )
            return
        self._database.transact(lambda session: watch.revoked(session, trust_id))
