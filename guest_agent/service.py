"""The agent's threads: one takes plans, one runs them one by one, one publishes results."""

from __future__ import annotations

import fcntl
import logging
import random
import threading
import time
from collections.abc import Callable
from typing import Any

import kombu

from guest_agent import journal, protocol
from guest_agent.configuration import ConfigurationError, Settings
from guest_agent.processes import Runs
from guest_agent.protocol import PlanError
from guest_agent.transports.connections import connect

LOG = logging.getLogger(__name__)
FIRST_PAUSE, LAST_PAUSE = 1.0, 60.0
PREFETCH = 10
HIGH_WATER, LOW_WATER = 100, 50
"""Plans that wait before no more are taken, and when more are taken again."""
CONTENT_TYPE = "text/plain"


class Unroutable(Exception):
    """The broker knows no queue for a result."""


class Agent:
    """Takes plans from its queue, runs each once, answers.

    :raises ConfigurationError: another agent uses the same storage.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        settings.storage.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._own = (settings.storage / "agent.lock").open("wb")
        try:
            fcntl.flock(self._own, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._own.close()
            text = f"{settings.storage}: another agent uses this storage; end it first"
            raise ConfigurationError(text) from None
        try:
            self._journal = journal.Journal(settings.storage / "journal.sqlite")
        except BaseException:
            self._own.close()
            raise
        self._runs = Runs(settings.storage)
        running = self._journal.oldest(journal.RUNNING)
        self._runs.clean(None if running is None else running.number)
        self._refused: dict[int, float] = {}
        self._stopping = threading.Event()
        self._work = threading.Event()
        self._results = threading.Event()
        self._threads = [
            threading.Thread(target=self._for_ever, args=arguments, name=arguments[0], daemon=True)
            for arguments in (
                ("taking plans", self._consume), ("running plans", self._run),
                ("answering", self._publish),
            )
        ]  # fmt: skip

    def start(self) -> None:
        """Start the threads; what an earlier run of the agent left is gone on with."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End; a plan that runs goes on, and is answered after the next start."""
        self._stopping.set()
        self._work.set()
        self._results.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(10)
        self._journal.close()
        self._own.close()

    # ------------------------------------------------------------ taking

    def _consume(self, succeeded: Callable[[], None]) -> None:
        """Take plans until too many wait; the broker keeps the others meanwhile."""
        while self._journal.count(journal.RECEIVED) > LOW_WATER:
            if self._stopping.wait(1):
                return
        with self._connection() as connection, connection.channel() as channel:
            consumer = kombu.Consumer(
                channel, [kombu.Queue(self._settings.input_queue, no_declare=True)],
                on_message=self._on_message, prefetch_count=PREFETCH, auto_declare=False,
            )  # fmt: skip
            with consumer:
                LOG.info("plans come from the queue %s", self._settings.input_queue)
                succeeded()
                while not self._stopping.is_set():
                    try:
                        connection.drain_events(timeout=1)
                    except TimeoutError:
                        connection.heartbeat_check()
                    if self._journal.count(journal.RECEIVED) > HIGH_WATER:
                        return

    def _on_message(self, message: Any) -> None:
        """Note a plan durably, then acknowledge it."""
        body = message.body
        raw = body.encode() if isinstance(body, str) else bytes(body)
        plan = protocol.parse(raw)
        source = protocol.source_id(plan, message.properties.get("message_id")) if plan else ""
        if plan is None or source == "":
            LOG.warning("a message that is no plan, or has no id, is dropped")
        else:
            self._note(plan, source, raw, message.properties)
        message.ack()

    def _note(self, plan: dict[str, Any], source: Any, raw: bytes, properties: Any) -> None:
        reply_to = plan.get("ReplyTo") or properties.get("reply_to")
        refusal = None
        try:
            protocol.check_id(source)
        except PlanError as error:
            refusal = protocol.encode(protocol.failure(source, error.code, error.message))
        # With the receipt, since the thread that runs plans may see the entry at once.
        entry = self._journal.receive(
            str(source), raw, reply_to if isinstance(reply_to, str) else None, refusal
        )
        if refusal is None and entry.state != journal.RECEIVED:
            LOG.info("plan %s is known; it is answered again, and not run", entry.id)
        self._results.set()
        self._work.set()

    # ------------------------------------------------------------ running

    def _run(self, succeeded: Callable[[], None]) -> None:
        while not self._stopping.is_set():
            self._work.clear()
            entry = self._journal.oldest(journal.RUNNING, journal.RECEIVED)
            if entry is None:
                self._work.wait(60)
                continue
            result = self._execute(entry)
            if result is None:
                return
            self._journal.finish(entry.number, result)
            self._runs.forget(entry.number, entry.id)
            self._results.set()
            succeeded()

    def _execute(self, entry: journal.Entry) -> bytes | None:
        """The result of a plan; None when the agent ends before that."""
        self._journal.start(entry.number)
        plan = protocol.parse(entry.body) or {}
        try:
            LOG.info("plan %s runs: %s", entry.id, str(plan.get("Name"))[:80])
            self._runs.start(entry.number, entry.id, plan)
        except PlanError as error:
            return protocol.encode(protocol.failure(entry.id, error.code, error.message))
        except (OSError, ValueError) as error:
            text = f"The plan cannot be started: {error}"
            return protocol.encode(protocol.failure(entry.id, protocol.FAILED, text))
        return self._runs.wait(entry.number, entry.id, self._stopping.is_set)

    # ------------------------------------------------------------ answering

    def _publish(self, succeeded: Callable[[], None]) -> None:
        """Publish what has finished; connected only while there is something to say."""
        while not self._stopping.is_set():
            self._results.clear()
            if self._due() is None:
                self._journal.purge()
                self._results.wait(5)
                continue
            with self._connection() as connection:
                connection.connect()
                while not self._stopping.is_set() and (entry := self._due()) is not None:
                    self._publish_one(connection, entry)
                    succeeded()

    def _due(self) -> journal.Entry | None:
        now = time.monotonic()
        self._refused = {key: until for key, until in self._refused.items() if until > now}
        return self._journal.oldest(journal.FINISHED, besides=self._refused)

    def _publish_one(self, connection: kombu.Connection, entry: journal.Entry) -> None:
        """Publish a result; one that the broker refuses is kept, and lets others go first."""
        try:
            self._send(connection, entry)
        except (Unroutable, *connection.channel_errors) as error:
            LOG.error("result of plan %s is refused, and kept: %s", entry.id, error)
            self._refused[entry.number] = time.monotonic() + LAST_PAUSE
        else:
            self._journal.answer(entry.number)

    def _send(self, connection: kombu.Connection, entry: journal.Entry) -> None:
        settings = self._settings
        exchange, key = settings.reply_exchange, settings.reply_key
        if settings.dynamic_reply and entry.reply_to:
            exchange, key = "", entry.reply_to
        returned: list[Any] = []
        with connection.channel() as channel:
            producer = kombu.Producer(
                channel, auto_declare=False, on_return=lambda *event: returned.append(event)
            )
            producer.publish(
                entry.result, exchange=exchange, routing_key=key, delivery_mode=2, mandatory=True,
                content_type=CONTENT_TYPE, content_encoding="utf-8", message_id=entry.id,
            )  # fmt: skip
        if returned:
            raise Unroutable(f"there is no queue for {exchange!r} {key!r}")

    # ------------------------------------------------------------ connections

    def _connection(self) -> kombu.Connection:
        settings = self._settings
        return connect(
            settings.transport_url, tls=settings.ssl, insecure=settings.insecure,
            ca_certs=settings.ca_certs,
        )  # fmt: skip

    def _for_ever(self, what: str, work: Callable[[Callable[[], None]], None]) -> None:
        """Do something that may fail, again after every failure, ever more seldom."""
        pause = FIRST_PAUSE

        def succeeded() -> None:
            nonlocal pause
            pause = FIRST_PAUSE

        while not self._stopping.is_set():
            try:
                work(succeeded)
            except Exception as error:  # the broker is away, or the disk is full
                if self._stopping.is_set():
                    return
                LOG.warning("%s: %r; trying again in %.0f s", what, error, pause)
                self._stopping.wait(pause * random.uniform(0.8, 1.2))
                pause = min(pause * 2, LAST_PAUSE)
