"""The conductor as a supervisor sees it: messages over HTTP, repeated until they are answered."""

from __future__ import annotations

import http.client
import json
import logging
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from catalog_common.contract import errors
from catalog_common.contract.claims import ClaimedTask, ClaimRequest, Held, Lease
from catalog_common.contract.errors import Problem
from catalog_common.contract.guests import Guest
from catalog_common.contract.journal import MAX_BATCH, JournalBatch, JournalEntry
from catalog_common.contract.messages import ContractError, Message
from catalog_common.contract.reports import Report, ReportBatch
from catalog_common.contract.results import ResultRequest, TaskResult
from catalog_common.listening import Address

LOG = logging.getLogger(__name__)
TIMEOUT = 30.0
FIRST_PAUSE, LAST_PAUSE = 0.2, 3.0
LOST = frozenset((errors.CLAIM_LOST, errors.TASK_ENDED, errors.NOT_FOUND))
"""Answers after which this engine has nothing more to do with a task."""


class Unreachable(Exception):
    """No conductor answers, or its database is away; asking again later may help."""


class Refused(Exception):
    """A conductor refuses a call for good; ``type`` is the problem's code."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.type = problem.type

    @property
    def is_lost(self) -> bool:
        """Whether the task is another's, or over."""
        return self.type in LOST


class Conductor:
    """Calls of one engine. Thread-safe; a connection for each call.

    :param token: makes a service token, for conductors that listen on TCP.
    """

    def __init__(
        self, endpoint: str, token: Callable[[], str] | None = None, timeout: float = TIMEOUT
    ) -> None:
        self._address = Address.parse(endpoint)
        self._token = token
        self._timeout = timeout

    def claim(self, request: ClaimRequest) -> ClaimedTask | None:
        """A task, or None when there is none within ``request.wait``."""
        body = self.call("POST", "/v1/claims", request, request.wait + self._timeout)
        return None if body is None else ClaimedTask.from_dict(body)

    def guest(self, name: str) -> Guest | None:
        """What is remembered of a guest."""
        try:
            return Guest.from_dict(self.call("GET", f"/v1/guests/{quote(name, safe='')}"))
        except Refused as error:
            if error.type == errors.NOT_FOUND:
                return None
            raise

    def remember_guest(self, name: str, guest: Guest) -> Guest:
        """Remember a guest; what is remembered already stays, and is the answer."""
        return Guest.from_dict(self.call("PUT", f"/v1/guests/{quote(name, safe='')}", guest))

    def archive(self, digest: str) -> bytes:
        """The bytes of an archive."""
        body: bytes = self._exchange("GET", f"/v1/archives/{digest}", None, self._timeout)
        return body

    def call(
        self, method: str, path: str, message: Message | None = None, timeout: float | None = None
    ) -> Any:
        """One exchange: the parsed answer, None without a body.

        :raises Unreachable: there was no usable answer.
        :raises Refused: it is a refusal.
        """
        body = self._exchange(method, path, message, timeout or self._timeout)
        if not body:
            return None
        try:
            return json.loads(body)
        except ValueError as error:
            raise Unreachable(f"the conductor's answer is no JSON: {error}") from error

    def _exchange(self, method: str, path: str, message: Message | None, timeout: float) -> bytes:
        headers = {"Content-Type": "application/json"}
        if self._token is not None:
            headers["X-Auth-Token"] = self._token()
        data = None if message is None else json.dumps(message.to_dict()).encode()
        try:
            connection = self._connection(timeout)
            try:
                connection.request(method, path, data, headers)
                answer = connection.getresponse()
                body = answer.read()
            finally:
                connection.close()
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(f"no conductor answers at {self._address}: {error}") from error
        if answer.status < 400:
            return body
        raise _problem(answer.status, body)

    def _connection(self, timeout: float) -> http.client.HTTPConnection:
        address = self._address
        if not address.path:
            return http.client.HTTPConnection(address.host, address.port, timeout=timeout)
        connection = http.client.HTTPConnection("localhost", timeout=timeout)
        connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.sock.settimeout(timeout)
        connection.sock.connect(address.path)
        return connection


def _problem(status: int, body: bytes) -> Exception:
    try:
        problem = Problem.of_body(json.loads(body))
    except (ValueError, ContractError):
        problem = Problem(status, "", body[:500].decode(errors="replace"), "unknown")
    if status >= 500 or status in (401, 408, 429):
        return Unreachable(f"the conductor answers {status}: {problem.message}")
    return Refused(problem)


class Claim:
    """The calls of one attempt. Each has a number, so that a repetition gets the first answer.

    Calls are repeated until they are answered, or ``over`` is set, which raises Unreachable.
    """

    def __init__(self, conductor: Conductor, task: ClaimedTask, over: threading.Event) -> None:
        self._conductor = conductor
        self._path = f"/v1/tasks/{task.task_id}"
        self._held = Held(task.claim)
        self._claim = task.claim
        self._over = over
        self._numbers = iter(range(1, 1 << 31))
        self._lock = threading.Lock()

    def renew(self) -> Lease:
        """Ask once for the lease to be extended."""
        return Lease.from_dict(
            self._conductor.call("POST", self._path + "/lease", self._held, timeout=5.0)
        )

    def release(self) -> None:
        """Give the task back, as far as a conductor answers."""
        self._conductor.call("POST", self._path + "/release", self._held)

    def record(self, entries: Sequence[JournalEntry]) -> None:
        """Record entries; returns when they are durable."""
        for start in range(0, len(entries), MAX_BATCH):
            batch = tuple(entries[start : start + MAX_BATCH])
            self._insist("/journal", JournalBatch(self._claim, self._number(), batch))

    def report(self, reports: Sequence[Report]) -> None:
        """Record lines of progress."""
        self._insist("/reports", ReportBatch(self._claim, self._number(), tuple(reports)))

    def finish(self, result: TaskResult) -> Mapping[str, Any]:
        """End the task."""
        answer: Mapping[str, Any] = self._insist(
            "/result", ResultRequest(self._claim, self._number(), result)
        )
        return answer

    def _number(self) -> int:
        with self._lock:
            return next(self._numbers)

    def _insist(self, path: str, message: Message) -> Any:
        pause = FIRST_PAUSE
        while True:
            try:
                return self._conductor.call("POST", self._path + path, message)
            except Unreachable as error:
                LOG.warning("%s%s: %s; trying again", self._path, path, error)
                if self._over.wait(pause):
                    raise
                pause = min(pause * 2, LAST_PAUSE)
