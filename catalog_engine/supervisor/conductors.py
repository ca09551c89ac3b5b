"""The conductor as a supervisor sees it: messages over HTTP, repeated until they are answered."""

from __future__ import annotations

import contextlib
import http.client
import json
import logging
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar
from urllib.parse import quote

from catalog_common.contract import errors
from catalog_common.contract.claims import ClaimedTask, ClaimRequest, Held, Lease, Release
from catalog_common.contract.errors import Problem
from catalog_common.contract.guests import Guest
from catalog_common.contract.instances import InstanceChange, InstanceRequest
from catalog_common.contract.journal import MAX_BATCH, JournalBatch, JournalEntry
from catalog_common.contract.messages import ContractError, Message
from catalog_common.contract.reports import Report, ReportBatch
from catalog_common.contract.results import ResultRequest, TaskResult
from catalog_common.listening import Address
from catalog_engine.host.errors import PortError

LOG = logging.getLogger(__name__)
TIMEOUT = 30.0
FIRST_PAUSE, LAST_PAUSE = 0.2, 3.0
MAX_FAULTS = 10
"""How often one call may make a conductor fail before it counts as refused."""
LOST = frozenset((errors.CLAIM_LOST, errors.TASK_ENDED, errors.NOT_FOUND))
"""Answers after which this engine has nothing more to do with a task."""


class Unreachable(Exception):
    """No conductor answers, or its database is away; asking again later may help."""


class Faulty(Unreachable):
    """The conductor itself failed over a call, which is the call's fault if it does so always."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"the conductor answers {problem.code}: {problem.message}")
        self.problem = problem


class Refused(Exception):
    """A conductor refuses a call for good; ``type`` is the problem's code."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.type = problem.type

    @property
    def is_lost(self) -> bool:
        """Whether the task is another's, or over."""
        return self.type in LOST


class Token(Protocol):
    """A service token."""

    def get(self) -> str:
        """One that is valid as far as we know; any error when there is none at the moment."""

    def invalidate(self) -> None:
        """It was not accepted."""


M = TypeVar("M", bound=Message)
T = TypeVar("T")


class Conductor:
    """Calls of one engine. Thread-safe; a connection for each call.

    :param token: for conductors that listen on TCP.
    """

    def __init__(self, endpoint: str, token: Token | None = None, timeout: float = TIMEOUT) -> None:
        self._address = Address.parse(endpoint)
        self._token = token
        self._timeout = timeout
        self._lock = threading.Lock()
        self._waiting: set[http.client.HTTPConnection] = set()
        self._hung_up = False

    def claim(self, request: ClaimRequest) -> ClaimedTask | None:
        """A task, or None when there is none within ``request.wait``."""
        timeout = request.wait + self._timeout
        body = self._exchange("POST", "/v1/claims", request, timeout, may_hang_up=True)
        return _message(ClaimedTask, _parsed(body)) if body else None

    def hang_up(self) -> None:
        """Ask for no more tasks: claims that wait end at once, as Unreachable."""
        with self._lock:
            self._hung_up = True
            for connection in self._waiting:
                if connection.sock is not None:
                    with contextlib.suppress(OSError):
                        connection.sock.shutdown(socket.SHUT_RDWR)

    def guest(self, name: str) -> Guest | None:
        """What is remembered of a guest."""
        try:
            return _message(Guest, self.call("GET", f"/v1/guests/{quote(name, safe='')}"))
        except Refused as error:
            if error.type == errors.NOT_FOUND:
                return None
            raise

    def remember_guest(self, name: str, guest: Guest) -> Guest:
        """Remember a guest; what is remembered already stays, and is the answer."""
        return _message(Guest, self.call("PUT", f"/v1/guests/{quote(name, safe='')}", guest))

    def archive(self, digest: str) -> bytes:
        """The bytes of an archive."""
        return self._exchange("GET", f"/v1/archives/{digest}", None, self._timeout)

    def call(
        self, method: str, path: str, message: Message | None = None, timeout: float | None = None
    ) -> Any:
        """One exchange: the parsed answer, None without a body.

        :raises Unreachable: there was no usable answer.
        :raises Refused: it is a refusal.
        """
        body = self._exchange(method, path, message, timeout or self._timeout)
        return _parsed(body) if body else None

    def _exchange(
        self, method: str, path: str, message: Message | None, timeout: float, *,
        may_hang_up: bool = False,
    ) -> bytes:  # fmt: skip
        headers = {"Content-Type": "application/json", **self._authentication()}
        data = None if message is None else json.dumps(message.to_dict()).encode()
        connection = _Connection(self._address, timeout)
        try:
            if may_hang_up:
                self._await(connection)
            connection.request(method, path, data, headers)
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(f"no conductor answers at {self._address}: {error}") from error
        finally:
            with self._lock:
                self._waiting.discard(connection)
            connection.close()
        if answer.status < 400:
            return body
        if answer.status == 401 and self._token is not None:
            self._token.invalidate()
        raise _problem(answer.status, body)

    def _await(self, connection: http.client.HTTPConnection) -> None:
        """Have a connection end when this engine hangs up."""
        connection.connect()
        with self._lock:
            if self._hung_up:
                raise Unreachable("this engine asks for no more tasks")
            self._waiting.add(connection)

    def _authentication(self) -> dict[str, str]:
        if self._token is None:
            return {}
        try:
            return {"X-Auth-Token": self._token.get()}
        except Exception as error:  # whatever keeps Keystone from answering
            raise Unreachable(f"no service token: {error}") from error


class _Connection(http.client.HTTPConnection):
    """A connection to a TCP address or a UNIX socket."""

    def __init__(self, address: Address, timeout: float) -> None:
        super().__init__(address.host or "localhost", address.port or 80, timeout=timeout)
        self._path = address.path

    def connect(self) -> None:
        """Connect."""
        if not self._path:
            super().connect()
            return
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError as error:
        raise Unreachable(f"the conductor's answer is no JSON: {error}") from error


def _message(kind: type[M], data: Any) -> M:
    try:
        return kind.from_dict(data)
    except ContractError as error:
        raise Unreachable(f"the conductor's answer is not understood: {error}") from error


def _problem(status: int, body: bytes) -> Exception:
    try:
        problem = Problem.of_body(json.loads(body))
    except (ValueError, ContractError):
        problem = Problem(status, "", body[:500].decode(errors="replace"), "unknown")
    if status == 500:
        return Faulty(problem)
    if status > 500 or status in (401, 403, 408, 429):
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

    def renew(self, timeout: float) -> Lease:
        """Ask once for the lease to be extended."""
        answer = self._conductor.call("POST", self._path + "/lease", self._held, timeout)
        return _message(Lease, answer)

    def release(self, *, failed: bool) -> None:
        """Give the task back, as far as a conductor answers.

        :param failed: this attempt came to nothing by itself, and counts.
        """
        release = Release(self._claim, failed)
        self._conductor.call("POST", self._path + "/release", release)

    def record(self, entries: Sequence[JournalEntry]) -> None:
        """Record entries; returns when they are durable."""
        for start in range(0, len(entries), MAX_BATCH):
            batch = tuple(entries[start : start + MAX_BATCH])
            self._post("/journal", JournalBatch(self._claim, self._number(), batch))

    def report(self, reports: Sequence[Report]) -> None:
        """Record lines of progress."""
        self._post("/reports", ReportBatch(self._claim, self._number(), tuple(reports)))

    def count_instance(self, change: InstanceChange) -> None:
        """Record that an instance begins or ends to be counted."""
        self._post("/instances", InstanceRequest(self._claim, self._number(), change))

    def finish(self, result: TaskResult) -> Mapping[str, Any]:
        """End the task."""
        answer: Mapping[str, Any] = self._post(
            "/result", ResultRequest(self._claim, self._number(), result)
        )
        return answer

    def guest(self, name: str) -> Guest | None:
        """What is remembered of a guest."""
        return self._insist(name, lambda: self._conductor.guest(name))

    def remember_guest(self, name: str, guest: Guest) -> Guest:
        """Remember a guest; what is remembered already stays, and is the answer."""
        return self._insist(name, lambda: self._conductor.remember_guest(name, guest))

    def archive(self, digest: str) -> bytes:
        """The bytes of an archive.

        :raises PortError: ``PackageError``: it is kept no more.
        """
        try:
            return self._insist(digest, lambda: self._conductor.archive(digest))
        except Refused as error:
            raise PortError("PackageError", str(error)) from error

    def _number(self) -> int:
        with self._lock:
            return next(self._numbers)

    def _post(self, path: str, message: Message) -> Any:
        whole = self._path + path
        return self._insist(whole, lambda: self._conductor.call("POST", whole, message))

    def _insist(self, what: str, call: Callable[[], T]) -> T:
        pause, faults = FIRST_PAUSE, 0
        while True:
            try:
                return call()
            except Unreachable as error:
                if isinstance(error, Faulty):
                    faults += 1
                    if faults >= MAX_FAULTS:
                        raise Refused(error.problem) from error
                LOG.warning("%s: %s; trying again", what, error)
                if self._over.wait(pause):
                    raise
                pause = min(pause * 2, LAST_PAUSE)
