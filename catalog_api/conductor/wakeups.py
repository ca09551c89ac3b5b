"""Wake-ups over the services' broker: references of tasks, for engines on other hosts."""

from __future__ import annotations

import logging
import queue
import threading
from typing import Any, Final

import oslo_messaging

from catalog_common import messaging

LOG = logging.getLogger(__name__)

WAITING: Final = 1000
"""References that are kept while the broker is away; what is dropped, engines find unprompted."""


class Publisher:
    """Publishes references of tasks; never blocks, and outlives the broker's absence."""

    def __init__(self, conf: Any, transport_url: str) -> None:
        self._waiting: queue.Queue[str | None] = queue.Queue(WAITING)
        transport = messaging.transport(conf, transport_url)
        target = oslo_messaging.Target(topic=messaging.TOPIC, version=messaging.VERSION)
        self._client = oslo_messaging.get_rpc_client(transport, target)
        self._transport = transport
        self._thread = threading.Thread(target=self._run, name="wake-ups", daemon=True)
        self._thread.start()

    def tell(self, task_id: str) -> None:
        """A task was queued."""
        try:
            self._waiting.put_nowait(task_id)
        except queue.Full:
            LOG.warning("the broker is away; engines find task %s unprompted", task_id)

    def close(self) -> None:
        """Stop publishing."""
        try:
            self._waiting.put_nowait(None)
        except queue.Full:
            return
        self._thread.join(5)
        self._transport.cleanup()

    def _run(self) -> None:
        while (task_id := self._waiting.get()) is not None:
            try:
                self._client.prepare(retry=1).cast({}, messaging.METHOD, task_id=task_id)
            except Exception as error:
                LOG.warning("wake-up of task %s was not published: %s", task_id, error)
