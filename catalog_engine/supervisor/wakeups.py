"""Wake-ups from the services' broker: a task's reference arrives, and a free slot asks."""

from __future__ import annotations

import logging
import threading
import warnings
from collections.abc import Callable
from typing import Any, Final

LOG = logging.getLogger(__name__)
CLOSE_SECONDS: Final = 5.0


class _Endpoint:
    """Methods that conductors cast."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake

    def task_queued(self, _context: Any, task_id: str) -> None:
        """A task was queued."""
        LOG.debug("woken for task %s", task_id)
        self._wake()


class Listener:
    """Listens until it is closed; survives the broker's absence."""

    def __init__(self, conf: Any, transport_url: str, name: str, wake: Callable[[], None]) -> None:
        with warnings.catch_warnings():
            # The library announces the end of another executor than the one that we use.
            warnings.simplefilter("ignore")
            import oslo_messaging

            from catalog_common import messaging

            transport = messaging.transport(conf, transport_url)
            target = oslo_messaging.Target(
                topic=messaging.TOPIC, server=name, version=messaging.VERSION
            )
            self._server = oslo_messaging.get_rpc_server(
                transport, target, [_Endpoint(wake)], executor="threading"
            )

        self._started = threading.Event()

    def start(self) -> None:
        """Start listening; where the broker is away, as soon as it is back."""
        threading.Thread(target=self._start, name="wake-ups", daemon=True).start()

    def _start(self) -> None:
        self._server.start()
        self._started.set()

    def close(self) -> None:
        """Stop listening; a broker that is away is not waited for."""
        if self._started.is_set():
            stopping = threading.Thread(target=self._stop, name="no wake-ups", daemon=True)
            stopping.start()
            stopping.join(CLOSE_SECONDS)

    def _stop(self) -> None:
        self._server.stop()
        self._server.wait()
