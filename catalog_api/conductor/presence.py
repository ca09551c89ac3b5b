"""The thread that tells in the database that this conductor is up, and of its broker."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
import uuid
from collections.abc import Callable

from catalog_api.services import presence
from catalog_api.services.records import UNREACHABLE, Database

LOG = logging.getLogger(__name__)


class Presence:
    """Tells until it is closed.

    :param broker: whether the broker is reached; None: none is configured.
    """

    def __init__(self, database: Database, broker: Callable[[], bool | None]) -> None:
        self._database = database
        self._broker = broker
        self._id = uuid.uuid4().hex
        self._host = socket.gethostname()[:255]
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="presence", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def close(self) -> None:
        """End it; this conductor is not up any more."""
        self._closing.set()
        self._thread.join(2)
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

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                self.look()
            except UNREACHABLE as error:
                LOG.warning("presence: the database does not answer: %s", error)
            except Exception:
                LOG.exception("presence failed")
            self._closing.wait(presence.INTERVAL)
