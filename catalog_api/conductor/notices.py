"""The thread that hands noted notifications to a notifier, and notes what exists once a period."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta
from typing import Any, Final

from catalog_api.services import notifications
from catalog_api.services.records import UNREACHABLE, Database

LOG = logging.getLogger(__name__)
LOOK_SECONDS: Final = 5.0


class Notices:
    """Publishes over a notifier, oldest first; several conductors share the work.

    :param notifier: oslo.messaging's; None: nothing is published, and what is noted is forgotten.
    :param period: time between two events of each environment that exists.
    """

    def __init__(self, database: Database, notifier: Any, period: timedelta) -> None:
        self._database = database
        self._notifier = notifier
        self._period = period
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="notices", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def close(self) -> None:
        """End it; one that waits for the broker is left alone, and repeats at the next start."""
        self._closing.set()
        self._thread.join(2)

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                self.look()
            except UNREACHABLE as error:
                LOG.warning("notices: the database does not answer: %s", error)
            except Exception:
                LOG.exception("notices failed")
            self._closing.wait(LOOK_SECONDS)

    def look(self) -> None:
        """Note what is due and publish what waits."""
        database = self._database
        if self._notifier is None:
            while database.transact(notifications.forget):
                pass
            return
        database.transact(
            lambda session: notifications.existing(session, database.now(session), self._period)
        )
        while not self._closing.is_set():
            taken = database.transact(
                lambda session: notifications.take(session, database.now(session))
            )
            for identifier, event_type, payload in taken:
                # It waits for a broker that is away, so what it returns from was published.
                self._notifier.info({}, event_type, payload)
                self._forget(identifier)
            if not taken:
                return

    def _forget(self, identifier: str) -> None:
        self._database.transact(lambda session: notifications.published(session, identifier))
