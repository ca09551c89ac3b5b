"""Wake-ups over the services' broker: references of tasks, for engines on other hosts."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from typing import Any, Final

import oslo_messaging

from catalog_common import messaging

LOG = logging.getLogger(__name__)

WAITING: Final = 1000
"""References that are kept while the broker is away; what is dropped, engines find unprompted."""
PROBE_SECONDS: Final = 10.0
"""Time without wake-ups after which the broker is asked whether it is there."""
PROBE_TOPIC: Final = "burano_probe"
"""A topic without queues: what is published there is confirmed by the broker, and gone."""


class Publisher:
    """Publishes references of tasks; never blocks, and outlives the broker's absence."""

    def __init__(
        self, conf: Any, transport_url: str, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._waiting: queue.Queue[str | None] = queue.Queue(WAITING)
        transport = messaging.transport(conf, transport_url)
        target = oslo_messaging.Target(topic=messaging.TOPIC, version=messaging.VERSION)
        self._client = oslo_messaging.get_rpc_client(transport, target)
        self._transport = transport
        self._monotonic = monotonic
        self._reached: float | None = None
        self._thread = threading.Thread(target=self._run, name="wake-ups", daemon=True)
        self._thread.start()

    def tell(self, task_id: str) -> None:
        """A task was queued."""
        try:
            self._waiting.put_nowait(task_id)
        except queue.Full:
            LOG.warning("the broker is away; engines find task %s unprompted", task_id)

    def reaches_broker(self) -> bool:
        """Whether the broker took what was published last, and that not long ago."""
        reached = self._reached
        return reached is not None and self._monotonic() - reached < 3 * PROBE_SECONDS

    def close(self) -> None:
        """Stop publishing."""
        try:
            self._waiting.put_nowait(None)
        except queue.Full:
            return
        self._thread.join(5)
        self._transport.cleanup()

    def _run(self) -> None:
        self._probe()
        while True:
            try:
                task_id = self._waiting.get(timeout=PROBE_SECONDS)
            except queue.Empty:
                self._probe()
                continue
            if task_id is None:
                return
            self._publish(
                f"wake-up of task {task_id}", messaging.TOPIC, messaging.METHOD, task_id=task_id
            )

    def _probe(self) -> None:
        self._publish("probe of the broker", PROBE_TOPIC, "probe")

    def _publish(self, what: str, topic: str, method: str, **arguments: Any) -> None:
        try:
            self._client.prepare(topic=topic, retry=1).cast({}, method, **arguments)
        except Exception as error:
            self._reached = None
            LOG.warning("%s was not published: %s", what, error)
        else:
            self._reached = self._monotonic()
