"""The agent's threads: one takes plans, one runs them one by one, one publishes results."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable
from typing import Any

import kombu

from guest_agent import journal, protocol
from guest_agent.configuration import Settings
from guest_agent.processes import Runs
from guest_agent.protocol import PlanError
from guest_agent.transports.connections import connect

LOG = logging.getLogger(__name__)
FIRST_PAUSE, LAST_PAUSE = 1.0, 60.0
PREFETCH = 10
HIGH_WATER = 100
"""Plans that wait before no more are taken."""


class Agent:
    """Takes plans from its queue, runs each once, answers."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._journal = journal.Journal(settings.storage / "journal.sqlite")
        self._runs = Runs(settings.storage)
        self._stopping = threading.Event()
        self._work = threading.Event()
        self._results = threading.Event()
        self._threads = [
            threading.Thread(target=run, name=name, daemon=True)
            for name, run in (
                ("take", self._take), ("run", self._run), ("answer", self._answer)
            )
        ]  # fmt: skip

    def start(self) -> None:
        """Start the threads; what an earlier run of the agent left is gone on with."""
        self._work.set()
        self._results.set()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End; a plan that runs goes on, and is answered after the next start."""
        self._stopping.set()
        self._work.set()
        self._results.set()
        for thread in self._threads:
            thread.join(10)
        self._journal.close()

    # ------------------------------------------------------------ taking

    def _take(self) -> None:
        self._for_ever("taking plans", self._consume)

    def _consume(self, connected: Callable[[], None]) -> None:
        with self._connection() as connection, connection.channel() as channel:
            consumer = kombu.Consumer(
                channel, [kombu.Queue(self._settings.input_queue, no_declare=True)],
                on_message=self._on_message, prefetch_count=PREFETCH, auto_declare=False,
            )  # fmt: skip
            with consumer:
                connected()
                while not self._stopping.is_set():
                    if self._journal.count(journal.RECEIVED) > HIGH_WATER:
                        return
                    try:
                        connection.drain_events(timeout=1)
                    except TimeoutError:
                        connection.heartbeat_check()

    def _on_message(self, message: Any) -> None:
        """Note a plan durably, then acknowledge it."""
        body = message.body
        raw = body.encode() if isinstance(body, str) else bytes(body)
        plan = protocol.parse(raw)
        if plan is None:
            LOG.warning("a message that is no plan is dropped")
            message.ack()
            return
        properties = message.properties
        plan_id = protocol.plan_id(plan, properties.get("message_id"))
        reply_to = plan.get("ReplyTo") or properties.get("reply_to")
        entry = self._journal.receive(plan_id, raw, None if reply_to is None else str(reply_to))
        if entry.state == journal.ANSWERED:
            LOG.info("plan %s was run already; it is answered again", plan_id)
            self._journal.ask_again(entry.number)
            self._results.set()
        message.ack()
        self._work.set()

    # ------------------------------------------------------------ running

    def _run(self) -> None:
        while not self._stopping.is_set():
            entry = self._journal.oldest(journal.RUNNING, journal.RECEIVED)
            if entry is None:
                self._work.wait(60)
                self._work.clear()
                continue
            result = self._execute(entry)
            if result is None:
                return
            self._journal.finish(entry.number, result)
            self._results.set()

    def _execute(self, entry: journal.Entry) -> bytes | None:
        """The result of a plan; None when the agent ends before that."""
        pid, started = entry.pid, entry.started
        if entry.state == journal.RECEIVED:
            plan = protocol.parse(entry.body) or {}
            try:
                protocol.check_id(entry.id)
                LOG.info("plan %s runs: %s", entry.id, plan.get("Name"))
                pid, started = self._runs.start(entry.number, entry.id, plan)
            except PlanError as error:
                return protocol.encode(
                    protocol.failure(entry.id, error.code, error.message, error.details)
                )
            except OSError as error:
                text = f"The plan cannot be started: {error}"
                return protocol.encode(protocol.failure(entry.id, protocol.FAILED, text))
            self._journal.start(entry.number, pid, started)
        return self._runs.wait(entry.number, entry.id, pid, started, self._stopping.is_set)

    # ------------------------------------------------------------ answering

    def _answer(self) -> None:
        self._for_ever("answering", self._publish)

    def _publish(self, connected: Callable[[], None]) -> None:
        with self._connection() as connection:
            connection.connect()
            connected()
            while not self._stopping.is_set():
                entry = self._journal.oldest(journal.FINISHED)
                if entry is None:
                    self._journal.purge()
                    if not self._results.wait(5):
                        connection.heartbeat_check()
                    self._results.clear()
                    continue
                self._send(connection, entry)
                self._journal.answer(entry.number)

    def _send(self, connection: kombu.Connection, entry: journal.Entry) -> None:
        settings = self._settings
        exchange, key = settings.reply_exchange, settings.reply_key
        if settings.dynamic_reply and entry.reply_to:
            exchange, key = "", entry.reply_to
        with connection.channel() as channel:
            kombu.Producer(channel, auto_declare=False).publish(
                entry.result, exchange=exchange, routing_key=key, delivery_mode=2,
                content_type="application/json", content_encoding="utf-8",
                message_id=entry.id[:255],
            )  # fmt: skip

    # ------------------------------------------------------------ connections

    def _connection(self) -> kombu.Connection:
        settings = self._settings
        return connect(
            settings.transport_url, tls=settings.ssl, insecure=settings.insecure,
            ca_certs=settings.ca_certs,
        )  # fmt: skip

    def _for_ever(self, what: str, work: Callable[[Callable[[], None]], None]) -> None:
        """Do something that needs the broker, again after every failure, ever more seldom."""
        pause = FIRST_PAUSE

        def connected() -> None:
            nonlocal pause
            pause = FIRST_PAUSE
            LOG.info("%s: connected", what)

        while not self._stopping.is_set():
            try:
                work(connected)
            except (TimeoutError, OSError, kombu.exceptions.KombuError, Exception) as error:
                if self._stopping.is_set():
                    return
                LOG.warning("%s: %s; trying again in %.0f s", what, error, pause)
                self._stopping.wait(pause * random.uniform(0.8, 1.2))
                pause = min(pause * 2, LAST_PAUSE)
            else:
                self._stopping.wait(0.1)
