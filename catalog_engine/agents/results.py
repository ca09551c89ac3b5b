"""The results that come for one task: kept until they are asked for, acknowledged when recorded."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

import kombu

from catalog_engine.agents.providers import EXCHANGE
from guest_agent import protocol

LOG = logging.getLogger(__name__)
FIRST_PAUSE, LAST_PAUSE = 0.5, 10.0
EXPIRES_MS = 24 * 3600 * 1000
MAX_WAITING = 10_000


class Results:
    """Consumes one task's queue from a thread of its own.

    An answer that nobody asked for yet waits here unacknowledged, and goes back to the queue when
    the task ends on this engine.

    :param connection: makes a connection.
    """

    def __init__(self, connection: Callable[[], kombu.Connection], task_id: str) -> None:
        self._connect = connection
        self._exchange = kombu.Exchange(EXCHANGE, "topic", durable=True)
        self._queue_name = f"results.{task_id}"
        self._lock = threading.Condition()
        self._keys: list[str] = []
        self._bound: set[str] = set()
        self._answers: dict[str, tuple[dict[str, Any], Any]] = {}
        self._recorded: set[str] = set()
        self._acknowledge: list[Any] = []
        self._closed = False
        self._error: str | None = None
        self._thread: threading.Thread | None = None

    def listen(self, key: str, seconds: float) -> bool:
        """Have results of a key come here; whether they do within so many seconds."""
        with self._lock:
            if key not in self._keys:
                self._keys.append(key)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="results", daemon=True)
                self._thread.start()
            return self._lock.wait_for(lambda: key in self._bound or self._closed, seconds)

    def answer(self, plan_id: str) -> dict[str, Any] | None:
        """The result of a plan, if it has come."""
        with self._lock:
            found = self._answers.get(plan_id)
            return None if found is None else found[0]

    def wait(self, seconds: float) -> None:
        """Wait for something to come, at most so long."""
        with self._lock:
            self._lock.wait(seconds)

    @property
    def error(self) -> str | None:
        """Why nothing can come at the moment, or None."""
        return self._error

    def recorded(self, plan_id: str) -> None:
        """The journal holds the result of a plan."""
        with self._lock:
            self._recorded.add(plan_id)
            found = self._answers.pop(plan_id, None)
            if found is not None:
                self._acknowledge.append(found[1])

    def close(self) -> None:
        """Acknowledge what is recorded, give back the rest."""
        with self._lock:
            self._closed = True
            self._lock.notify_all()
        if self._thread is not None:
            self._thread.join(5)

    # ------------------------------------------------------------ the thread

    def _run(self) -> None:
        pause = FIRST_PAUSE
        while not self._closed:
            try:
                self._consume()
                pause = FIRST_PAUSE
            except Exception as error:
                self._lost(str(error))
                LOG.warning("results of %s: %s; trying again", self._queue_name, error)
                until = time.monotonic() + pause
                with self._lock:
                    self._lock.wait_for(lambda: self._closed, max(0, until - time.monotonic()))
                pause = min(pause * 2, LAST_PAUSE)

    def _lost(self, reason: str) -> None:
        """The connection is gone: unacknowledged messages come again."""
        with self._lock:
            self._error = reason
            self._bound.clear()
            self._answers.clear()
            self._acknowledge.clear()
            self._lock.notify_all()

    def _consume(self) -> None:
        with self._connect() as connection, connection.channel() as channel:
            queue = kombu.Queue(
                self._queue_name, durable=True, queue_arguments={"x-expires": EXPIRES_MS}
            )(channel)
            queue.declare()
            self._exchange(channel).declare()
            consumer = kombu.Consumer(
                channel, [queue], on_message=self._on_message, auto_declare=False,
                prefetch_count=1000,
            )  # fmt: skip
            with consumer:
                self._error = None
                while self._serve(queue):
                    try:
                        connection.drain_events(timeout=0.25)
                    except TimeoutError:
                        connection.heartbeat_check()

    def _serve(self, queue: Any) -> bool:
        """Bind and acknowledge what is due; False at the end."""
        with self._lock:
            due, self._acknowledge = self._acknowledge, []
            keys = [key for key in self._keys if key not in self._bound]
            closed = self._closed
        for message in due:
            message.ack()
        for key in keys:
            queue.bind_to(self._exchange, routing_key=key)
            with self._lock:
                self._bound.add(key)
                self._lock.notify_all()
        return not closed

    def _on_message(self, message: Any) -> None:
        body = message.body
        result = protocol.parse(body.encode() if isinstance(body, str) else bytes(body))
        source = None if result is None else result.get("SourceID")
        plan_id = str(source or message.properties.get("message_id") or "")
        with self._lock:
            stale = plan_id in self._recorded or plan_id in self._answers
            if result is None or stale or len(self._answers) >= MAX_WAITING:
                self._acknowledge.append(message)
            else:
                self._answers[plan_id] = (result, message)
            self._lock.notify_all()
