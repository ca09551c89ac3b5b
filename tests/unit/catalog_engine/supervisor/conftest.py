"""A conductor in this process that speaks the contract over HTTP, and fails on request."""

from __future__ import annotations

import http.server
import json
import queue
import re
import socketserver
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from catalog_common.contract.claims import ClaimedTask, ClaimRequest, Held, Lease, Release
from catalog_common.contract.errors import Problem
from catalog_common.contract.guests import Guest
from catalog_common.contract.instances import InstanceAnswer, InstanceRequest
from catalog_common.contract.journal import JournalAnswer, JournalBatch
from catalog_common.contract.reports import ReportAnswer, ReportBatch
from catalog_common.contract.results import ResultAnswer, ResultRequest

CLAIM = "c" * 32
TASK = re.compile(r"/v1/tasks/([^/]+)/([a-z]+)")


class FakeConductor:
    """Remembers what it is told.

    :ivar faults: answers of the next calls, by the last part of their path: a status with a
        problem's type, or ``"lose"``: do it, but close the connection without an answer.
    :ivar away: every call is answered 503.
    """

    def __init__(self) -> None:
        self.tasks: queue.Queue[ClaimedTask] = queue.Queue()
        self.journal: list[Any] = []
        self.reports: list[Any] = []
        self.instances: list[Any] = []
        self.results: list[Any] = []
        self.releases: list[Release] = []
        self.guests: dict[str, Guest] = {}
        self.archives: dict[str, bytes] = {}
        self.calls: list[tuple[str, str]] = []
        self.tokens: list[str | None] = []
        self.faults: dict[str, list[Any]] = {}
        self.answers: dict[int, Any] = {}
        self.away = threading.Event()
        self.cancel = False
        self.lost = False
        self.lease_seconds = 30.0
        self.changed = threading.Condition()
        self.endpoint = ""

    def answer(self, method: str, path: str, body: Any, token: str | None) -> tuple[int, Any]:
        """Status and body; status 0 closes the connection."""
        with self.changed:
            self.calls.append((method, path))
            self.tokens.append(token)
            self.changed.notify_all()
            if self.away.is_set():
                return problem(503, "unavailable")
            fault = next(iter(self.faults.get(path.rpartition("/")[2], ())), None)
            if fault is not None:
                self.faults[path.rpartition("/")[2]].pop(0)
                if fault != "lose":
                    return problem(*fault)
        status, said = self._do(method, path, body)
        with self.changed:
            self.changed.notify_all()
        return (0, None) if fault == "lose" else (status, said)

    def _do(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        if path == "/v1/claims":
            return self._claim(ClaimRequest.from_dict(body))
        if path.startswith("/v1/guests/"):
            name = path.rpartition("/")[2]
            if method == "PUT":
                self.guests.setdefault(name, Guest.from_dict(body))
            found = self.guests.get(name)
            return problem(404, "not_found") if found is None else (200, found.to_dict())
        if path.startswith("/v1/archives/"):
            archive = self.archives.get(path.rpartition("/")[2])
            return problem(404, "not_found") if archive is None else (200, archive)
        match = TASK.fullmatch(path)
        if match is None:
            return problem(404, "not_found")
        if self.lost:
            return problem(409, "claim_lost")
        return getattr(self, "_on_" + match[2])(body)

    def _claim(self, request: ClaimRequest) -> tuple[int, Any]:
        try:
            task = self.tasks.get(timeout=request.wait) if request.wait else self.tasks.get_nowait()
        except queue.Empty:
            return 204, None
        return 200, task.to_dict()

    def _on_lease(self, body: Any) -> tuple[int, Any]:
        assert Held.from_dict(body).claim == CLAIM
        return 200, Lease(self.lease_seconds, self.cancel).to_dict()

    def _on_release(self, body: Any) -> tuple[int, Any]:
        self.releases.append(Release.from_dict(body))
        return 204, None

    def _numbered(self, call: Any, work: Callable[[], Any]) -> tuple[int, Any]:
        assert call.claim == CLAIM
        if call.number not in self.answers:
            self.answers[call.number] = work().to_dict()
        return 200, self.answers[call.number]

    def _on_journal(self, body: Any) -> tuple[int, Any]:
        batch = JournalBatch.from_dict(body)

        def work() -> JournalAnswer:
            assert batch.entries[0].sequence == len(self.journal)
            self.journal.extend(batch.entries)
            return JournalAnswer(len(self.journal))

        return self._numbered(batch, work)

    def _on_reports(self, body: Any) -> tuple[int, Any]:
        batch = ReportBatch.from_dict(body)

        def work() -> ReportAnswer:
            self.reports.extend(batch.reports)
            return ReportAnswer(len(batch.reports))

        return self._numbered(batch, work)

    def _on_instances(self, body: Any) -> tuple[int, Any]:
        request = InstanceRequest.from_dict(body)

        def work() -> InstanceAnswer:
            self.instances.append(request.instance)
            return InstanceAnswer(1)

        return self._numbered(request, work)

    def _on_result(self, body: Any) -> tuple[int, Any]:
        request = ResultRequest.from_dict(body)

        def work() -> ResultAnswer:
            self.results.append(request.result)
            return ResultAnswer(request.result.outcome)

        return self._numbered(request, work)

    def wait_for(self, condition: Callable[[], Any], seconds: float = 20) -> None:
        """Wait until something has happened here."""
        with self.changed:
            assert self.changed.wait_for(condition, seconds), self.calls

    @property
    def kinds(self) -> list[str]:
        return [entry.kind for entry in self.journal]

    @property
    def texts(self) -> list[str]:
        return [report.text for report in self.reports]


def problem(status: int, type: str) -> tuple[int, Any]:
    return status, Problem(status, "", f"{type} it is", type).body()


class Handler(http.server.BaseHTTPRequestHandler):
    conductor: FakeConductor

    def do(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        status, said = self.conductor.answer(
            self.command, self.path, body, self.headers.get("X-Auth-Token")
        )
        self.close_connection = True
        if not status:
            return
        data = said if isinstance(said, bytes) else json.dumps(said).encode() if said else b""
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do

    def address_string(self) -> str:
        return "a client"

    def log_message(self, format: str, *args: Any) -> None:
        pass


class UnixServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are no news."""


@pytest.fixture
def conductor(tmp_path) -> Iterator[FakeConductor]:
    fake = FakeConductor()
    path = tmp_path / "c.sock"
    handler = type("BoundHandler", (Handler,), {"conductor": fake})
    server = UnixServer(str(path), handler)
    fake.endpoint = f"unix://{path}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield fake
    server.shutdown()
    server.server_close()
    thread.join(10)


@pytest.fixture
def tcp_conductor() -> Iterator[FakeConductor]:
    fake = FakeConductor()
    handler = type("BoundHandler", (Handler,), {"conductor": fake})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    fake.endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield fake
    server.shutdown()
    server.server_close()
    thread.join(10)


@pytest.fixture
def claimed() -> Callable[..., ClaimedTask]:
    """Makes claimed tasks."""

    def make(**members: Any) -> ClaimedTask:
        given = {
            "task_id": "t" * 32, "kind": "deployment", "attempt": 1, "claim": CLAIM,
            "lease_seconds": 30.0, "seed": "seed", "project_id": "p", "user_id": "u",
            "environment_id": "e1", "model": {"Objects": {"?": {"id": "e1"}}},
        }  # fmt: skip
        return ClaimedTask(**{**given, **members})

    return make
