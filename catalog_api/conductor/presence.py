"""The thread that tells in the database that this conductor is up, and of its broker."""

from __future__ import annotations

import contextlib
import socket
import uuid
from collections.abc import Callable

from catalog_api.conductor.looking import Looking
from catalog_api.services import presence
from catalog_api.services.records import UNREACHABLE, Database


class Presence:
    """Tells until it is closed.

    :param broker: whether the broker is reached; None: none is configured.
    """

    def __init__(self, database: Database, broker: Callable[[], bool | None]) -> None:
        self._database = database
        self._broker = broker
        self._id = uuid.uuid4().hex
        self._host = socket.gethostname()[:255]
        self._looking = Looking("presence", self.look, presence.INTERVAL)

    def start(self) -> None:
        """Start the thread."""
        self._looking.start()

    def close(self) -> None:
        """End it; this conductor is not up any more."""
        self._looking.close()
        with contextlib.suppress(*UNREACHABLE):
            self._database.transact(lambda session: presence.left(session, self._id))

    def look(self) -> None:
        """Tell once."""
        broker = self._broker()
        self._database.transact(
            lambda session: presence.seen(
                session, self._id, self._host, broker, self._database.now(session)
            )
        )
