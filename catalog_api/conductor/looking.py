"""A thread of the conductor that looks at the database now and then, and outlives its absence."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from catalog_api.services.records import UNREACHABLE

LOG = logging.getLogger(__name__)
CLOSE_SECONDS = 2.0


class Looking:
    """Calls ``look`` once an interval until it is closed, whatever the call raises.

    :param name: of the thread, and in the log.
    :param seconds: between the end of a look and the next one.
    """

    def __init__(self, name: str, look: Callable[[], None], seconds: float) -> None:
        self._name = name
        self._look = look
        self._seconds = seconds
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def is_closing(self) -> bool:
        """Whether it is to end: a look that takes long ends then."""
        return self._closing.is_set()

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def end(self) -> None:
        """Ask it to end, after what it does."""
        self._closing.set()

    def close(self, seconds: float = CLOSE_SECONDS) -> None:
        """End it; a look that does not end in time is left alone."""
        self.end()
        self._thread.join(seconds)

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                self._look()
            except UNREACHABLE as error:
                LOG.warning("%s: the database does not answer: %s", self._name, error)
            except Exception:
                LOG.exception("%s failed", self._name)
            self._closing.wait(self._seconds)
