"""The conductor's HTTP face: routes as a table, messages in and out, problems in one place."""

from __future__ import annotations

import json
import logging
import re
import threading
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, Final

from webob import Request, Response

from catalog_api.conductor.recorder import Recorder
from catalog_api.services.records import UNREACHABLE
from catalog_api.services.tasks import Refused
from catalog_common.contract import errors
from catalog_common.contract.claims import ClaimedTask, ClaimRequest, Held, Release, Wake
from catalog_common.contract.errors import Problem
from catalog_common.contract.guests import Guest
from catalog_common.contract.instances import InstanceRequest
from catalog_common.contract.journal import JournalBatch
from catalog_common.contract.messages import ContractError, Message
from catalog_common.contract.reports import ReportBatch
from catalog_common.contract.results import ResultRequest

LOG = logging.getLogger(__name__)
POLL: Final = 1.0
"""Seconds after which a waiting claim looks again, for tasks that nobody told of."""
SEEN_INTERVAL: Final = 30.0
RETRY_AFTER: Final = "2"
TASK: Final = r"/v1/tasks/([0-9A-Za-z_.-]{1,64})"
GUEST: Final = r"/v1/guests/([^/\x00-\x1f\x7f]{1,255})"
STATUS: Final = {
    errors.CLAIM_LOST: 409,
    errors.TASK_ENDED: 409,
    errors.JOURNAL_ORDER: 409,
    errors.TOO_LARGE: 413,
    errors.UNAVAILABLE: 503,
    errors.NOT_FOUND: 404,
    errors.JOURNAL_FULL: 413,
}
MAX_NESTING: Final = 200
"""Objects and lists within one another in a body; what is stored must be readable everywhere."""


class TooLarge(Refused):
    """A body is larger than is taken."""

    type = errors.TOO_LARGE


class Busy(Refused):
    """So many engines wait that nobody would be left to renew their leases."""

    type = errors.UNAVAILABLE


class Wakeups:
    """Wakes claims that wait in this process."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._count = 0
        self._closed = False

    @property
    def count(self) -> int:
        """Grows with every wake-up."""
        with self._changed:
            return self._count

    @property
    def is_closed(self) -> bool:
        """Whether the process is about to end."""
        return self._closed

    def wake(self) -> None:
        """A task may be there."""
        with self._changed:
            self._count += 1
            self._changed.notify_all()

    def close(self) -> None:
        """Let nobody wait any more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def wait(self, known: int, seconds: float) -> None:
        """Wait for a wake-up after the one numbered *known*, at most so long."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._count != known, seconds)


class Face:
    """WSGI application.

    :param tell: passes a task's reference on to engines elsewhere; never blocks.
    :param max_body: bytes of the largest request.
    :param max_waiting: claims that may wait at a time.
    """

    def __init__(
        self, recorder: Recorder, wakeups: Wakeups, tell: Callable[[str], None], max_body: int,
        max_waiting: int = 16,
    ) -> None:  # fmt: skip
        self._recorder = recorder
        self._wakeups = wakeups
        self._tell = tell
        self._max_body = max_body
        self._waiting = threading.BoundedSemaphore(max_waiting)
        self._seen: dict[str, float] = {}
        routes: list[tuple[str, str, Callable[..., Any]]] = [
            ("GET", r"/healthcheck", self._health),
            ("POST", r"/v1/claims", self._claim),
            ("POST", r"/v1/wake", self._wake),
            ("POST", TASK + "/lease", self._lease),
            ("POST", TASK + "/release", self._release),
            ("POST", TASK + "/journal", self._journal),
            ("POST", TASK + "/reports", self._reports),
            ("POST", TASK + "/instances", self._instances),
            ("POST", TASK + "/result", self._result),
            ("GET", GUEST, self._guest),
            ("PUT", GUEST, self._remember_guest),
            ("GET", r"/v1/archives/([0-9a-f]{64})", self._archive),
        ]
        self._routes = [(method, re.compile(path), do) for method, path, do in routes]

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request; every failure becomes a problem."""
        request = Request(environ)
        try:
            response = self._answer(request)
        except (ContractError, UnicodeDecodeError) as error:
            response = problem(400, errors.MALFORMED, str(error))
        except Refused as error:
            response = problem(STATUS[error.type], error.type, str(error))
            if response.status_code == 503:
                response.headers["Retry-After"] = RETRY_AFTER
        except UNREACHABLE as error:
            LOG.warning("the database is away: %s", error)
            response = problem(
                503, errors.UNAVAILABLE, "The database does not answer; ask again later."
            )
            response.headers["Retry-After"] = RETRY_AFTER
        except Exception:
            LOG.exception("%s %s failed", request.method, request.path)
            response = problem(500, "internal", "The conductor failed; its log tells more.")
        body: Iterable[bytes] = response(environ, start_response)
        return body

    def _answer(self, request: Request) -> Response:
        allowed = []
        for method, path, do in self._routes:
            match = path.fullmatch(request.path_info)
            if match is None:
                continue
            if method == request.method:
                found: Response = do(request, *match.groups())
                return found
            allowed.append(method)
        if allowed:
            response = problem(405, "method", f"{request.path_info} takes {', '.join(allowed)}.")
            response.headers["Allow"] = ", ".join(allowed)
            return response
        return problem(404, errors.NOT_FOUND, f"There is no route {request.path_info[:200]}.")

    # ------------------------------------------------------------ routes

    def _health(self, _request: Request) -> Response:
        self._recorder.check()
        return reply({"status": "ok"})

    def _claim(self, request: Request) -> Response:
        claim = self._read(request, ClaimRequest)
        is_gone = request.environ.get("waitress.client_disconnected", lambda: False)
        self._saw(claim)
        task = self._claimed(claim, is_gone)
        if task is None and claim.wait > 0:
            task = self._awaited(claim, is_gone)
        return Response(status=204) if task is None else reply(task.to_dict())

    def _awaited(self, claim: ClaimRequest, is_gone: Callable[[], bool]) -> ClaimedTask | None:
        """A task as soon as there is one, while the engine waits for it."""
        if not self._waiting.acquire(blocking=False):
            raise Busy(
                "Too many engines wait here for tasks; ask again, or raise [conductor] threads."
            )
        try:
            until = time.monotonic() + claim.wait
            while True:
                # What came since the last look is counted before the next one.
                known = self._wakeups.count
                task = self._claimed(claim, is_gone)
                left = until - time.monotonic()
                if task is not None or left <= 0 or is_gone() or self._wakeups.is_closed:
                    return task
                self._wakeups.wait(known, min(left, POLL))
        finally:
            self._waiting.release()

    def _claimed(self, claim: ClaimRequest, is_gone: Callable[[], bool]) -> ClaimedTask | None:
        """A task if there is one and its engine still asks: else it would have to be missed."""
        if self._wakeups.is_closed or is_gone():
            return None
        task = self._recorder.claim(claim)
        if task is not None and is_gone():
            self._recorder.release(task.task_id, Release(task.claim))
            self._wakeups.wake()
            return None
        return task

    def _saw(self, claim: ClaimRequest) -> None:
        name, now = claim.engine.name, time.monotonic()
        if now - self._seen.get(name, float("-inf")) >= SEEN_INTERVAL:
            # First, so that the other slots of the engine do not all say the same.
            self._seen[name] = now
            self._recorder.seen(claim)

    def _wake(self, request: Request) -> Response:
        wake = self._read(request, Wake)
        self._wakeups.wake()
        self._tell(wake.task_id)
        return Response(status=204)

    def _lease(self, request: Request, task_id: str) -> Response:
        return reply(self._recorder.renew(task_id, self._read(request, Held)).to_dict())

    def _release(self, request: Request, task_id: str) -> Response:
        self._recorder.release(task_id, self._read(request, Release))
        self._wakeups.wake()
        self._tell(task_id)
        return Response(status=204)

    def _journal(self, request: Request, task_id: str) -> Response:
        return reply(self._recorder.record_journal(task_id, self._read(request, JournalBatch)))

    def _reports(self, request: Request, task_id: str) -> Response:
        return reply(self._recorder.record_reports(task_id, self._read(request, ReportBatch)))

    def _instances(self, request: Request, task_id: str) -> Response:
        return reply(self._recorder.record_instance(task_id, self._read(request, InstanceRequest)))

    def _result(self, request: Request, task_id: str) -> Response:
        return reply(self._recorder.record_result(task_id, self._read(request, ResultRequest)))

    def _guest(self, _request: Request, name: str) -> Response:
        found = self._recorder.guest(name)
        if found is None:
            return problem(404, errors.NOT_FOUND, f"There is no guest {name}.")
        return reply(found)

    def _remember_guest(self, request: Request, name: str) -> Response:
        guest = self._read(request, Guest)
        return reply(self._recorder.remember_guest(name, guest.environment_id, guest.record))

    def _archive(self, _request: Request, digest: str) -> Response:
        body = self._recorder.archive(digest)
        if body is None:
            return problem(404, errors.NOT_FOUND, f"There is no archive {digest}.")
        return Response(body=body, content_type="application/zip", charset=None)

    def _read(self, request: Request, kind: type[Message]) -> Any:
        length = request.content_length
        if length is None:
            raise ContractError("the length of the body must be told")
        if length > self._max_body:
            raise TooLarge(
                f"The body has {length} bytes; [conductor] max_body_size is {self._max_body}."
            )
        try:
            data = json.loads(request.body, parse_constant=_not_a_number)
        except (ValueError, RecursionError) as error:
            raise ContractError(f"the body is not JSON: {error}") from error
        check_nesting(data)
        return kind.from_dict(data)


def _not_a_number(word: str) -> Any:
    raise ValueError(f"{word} is no number")


def check_nesting(data: Any) -> None:
    """Refuse data that is nested too deeply.

    :raises ContractError: it is.
    """
    level = [data]
    for _depth in range(MAX_NESTING):
        level = [
            item
            for value in level
            if isinstance(value, dict | list)
            for item in (value.values() if isinstance(value, dict) else value)
        ]
        if not level:
            return
    raise ContractError(f"the body is nested deeper than {MAX_NESTING} objects and lists")


def reply(body: Any) -> Response:
    """A JSON answer."""
    return Response(json_body=body)


def problem(status: int, code: str, message: str) -> Response:
    """An answer that tells a problem."""
    title = HTTPStatus(status).phrase
    return Response(status=status, json_body=Problem(status, title, message, code).body())
