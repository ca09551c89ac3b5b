"""Adapter of the port ``agents`` for one task."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Mapping
from typing import Any

import kombu

from catalog_engine.agents.providers import EXCHANGE, Provider, reply_key
from catalog_engine.agents.results import Results
from catalog_engine.host.errors import STOPPED, PortError
from catalog_engine.host.ports import Plain, Row

LOG = logging.getLogger(__name__)
FIRST_PAUSE, LAST_PAUSE = 0.5, 10.0
QUEUE_ARGUMENTS = {"x-expires": 30 * 24 * 3600 * 1000}
PLAN_ID_LENGTH = 32


def plan_id(operation_id: str) -> str:
    """Id of the plan of an operation: the same in every attempt, so that it runs once."""
    return operation_id[:PLAN_ID_LENGTH]


def placeholders(guest: str) -> tuple[str, str]:
    """What stands for a guest's login and password until a template leaves the engine."""
    return f"@@burano:guest:{guest}:login@@", f"@@burano:guest:{guest}:password@@"


class KombuAgents:
    """Sends plans and waits for results over a broker."""

    def __init__(self, provider: Provider, task_id: str) -> None:
        self._provider = provider
        self._results = Results(provider.connection, task_id)

    # ------------------------------------------------------------ the port

    def prepare(
        self, guest: str, region: str | None, *, operation_id: str,
        cancelled: threading.Event, deadline: float | None,
    ) -> Row:  # fmt: skip
        """Make the guest's queue and credentials."""
        patience = _Patience(cancelled, deadline)
        patience.insist(lambda: self._provider.credentials(guest))
        patience.insist(lambda: self._declare(guest))
        login, password = placeholders(guest)
        return {
            "queue": guest, "reply_exchange": EXCHANGE, "reply_key": reply_key(guest),
            "login_placeholder": login, "password_placeholder": password,
            **self._provider.settings(guest, (login, password)),
        }  # fmt: skip

    def execute(
        self, guest: str, region: str | None, plan: Mapping[str, Plain], timeout: float,
        *, operation_id: str, cancelled: threading.Event, deadline: float | None,
    ) -> Row:  # fmt: skip
        """Send a plan and wait for its result."""
        until = time.monotonic() + timeout
        patience = _Patience(cancelled, deadline)
        wanted = plan_id(operation_id)
        while not self._results.listen(reply_key(guest), 0.5):
            self._check(patience, until, timeout)
        found = self._results.answer(wanted)
        if found is None:
            patience.insist(lambda: self._publish(guest, plan, wanted), until)
        while True:
            found = self._results.answer(wanted)
            if found is not None:
                return found
            self._check(patience, until, timeout)
            self._results.wait(0.5)

    def _check(self, patience: _Patience, until: float, timeout: float) -> None:
        patience.check()
        if time.monotonic() >= until:
            reason = self._results.error
            raise PortError(
                "TimeoutError",
                f"The agent did not respond within {timeout:g} seconds"
                + (f" (the broker: {reason})" if reason else ""),
            )

    def send(
        self, guest: str, region: str | None, plan: Mapping[str, Plain], *, operation_id: str,
        cancelled: threading.Event, deadline: float | None,
    ) -> None:  # fmt: skip
        """Send a plan whose result nobody awaits."""
        patience = _Patience(cancelled, deadline)
        patience.insist(lambda: self._publish(guest, plan, plan_id(operation_id)))

    # ------------------------------------------------------------ besides the port

    def secrets(self, guest: str) -> Mapping[str, str]:
        """Placeholder -> secret of a guest."""
        found = self._provider.credentials(guest)
        login, password = placeholders(guest)
        return {login: found.login, password: found.password}

    def recorded(self, operation_id: str) -> None:
        """The journal holds the result of this operation."""
        self._results.recorded(plan_id(operation_id))

    def close(self) -> None:
        """Leave results to a successor."""
        self._results.close()

    # ------------------------------------------------------------ the broker

    def _declare(self, guest: str) -> None:
        with self._provider.connection() as connection, connection.channel() as channel:
            kombu.Queue(guest, durable=True, queue_arguments=QUEUE_ARGUMENTS)(channel).declare()
            kombu.Exchange(EXCHANGE, "topic", durable=True)(channel).declare()

    def _publish(self, guest: str, plan: Mapping[str, Plain], own_id: str) -> None:
        body = {**plan, "ID": own_id, "Stamp": int(time.time() * 10_000)}
        with self._provider.connection() as connection, connection.channel() as channel:
            kombu.Queue(guest, durable=True, queue_arguments=QUEUE_ARGUMENTS)(channel).declare()
            kombu.Producer(channel, auto_declare=False).publish(
                json.dumps(body).encode(), exchange="", routing_key=guest, delivery_mode=2,
                content_type="text/plain", content_encoding="utf-8", message_id=own_id,
            )  # fmt: skip


class _Patience:
    """How long a call may go on."""

    def __init__(self, cancelled: threading.Event, deadline: float | None) -> None:
        self._cancelled = cancelled
        self._deadline = deadline

    def check(self) -> None:
        """PortError ``Stopped`` when the call is to end."""
        if self._cancelled.is_set():
            raise PortError(STOPPED, "cancelled", {"reason": "cancelled"})
        if self._deadline is not None and time.monotonic() >= self._deadline:
            raise PortError(STOPPED, "deadline", {"reason": "deadline"})

    def insist(self, work: Any, until: float | None = None) -> Any:
        """Do something with the broker, again while it is away."""
        pause = FIRST_PAUSE
        while True:
            self.check()
            try:
                return work()
            except PortError:
                raise
            except Exception as error:
                if until is not None and time.monotonic() >= until:
                    raise PortError("TimeoutError", f"The broker is away: {error}") from error
                LOG.warning("the guests' broker: %s; trying again", error)
                self._cancelled.wait(pause)
                pause = min(pause * 2, LAST_PAUSE)
