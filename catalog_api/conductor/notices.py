"""The thread that hands noted notifications to a notifier, and notes what exists once a period."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from catalog_api.conductor.looking import Looking
from catalog_api.services import notifications
from catalog_api.services.records import Database

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
        self._looking = Looking("notices", self.look, LOOK_SECONDS)

    def start(self) -> None:
        """Start the thread."""
        self._looking.start()

    def close(self) -> None:
        """End it; one that waits for the broker is left alone, and repeats at the next start."""
        self._looking.close()

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
        while not self._looking.is_closing:
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
