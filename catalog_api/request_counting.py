"""Counting of requests, and writing the counts down once a period: a layer of the pipeline."""

from __future__ import annotations

import collections
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any

import psutil

from catalog_api.db.database import Database
from catalog_api.services import request_stats
from catalog_api.services.request_stats import Counts, Load

LOG = logging.getLogger(__name__)
Wsgi = Callable[..., Any]


def load() -> Load:
    """Load of this host since the last time it was asked for in this process."""
    return Load(psutil.cpu_count() or 0, psutil.cpu_percent())


class RequestCounting:
    """Counts what is answered below it; in every process of a host for itself.

    There is no thread: the first request after a period writes, when its answer is out. So it
    works under servers that fork, and a process that nobody asks costs nothing.

    :param period: time between two writes of one process.
    :param host: whose row the counts are added to; this host's name without.
    """

    def __init__(
        self, app: Wsgi, database: Database, period: timedelta, host: str | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._app = app
        self._database = database
        self._period = period
        self._host = host or socket.gethostname()
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._since = monotonic()
        self._requests = self._errors = 0
        self._seconds = 0.0
        self._projects: collections.Counter[str] = collections.Counter()
        load()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """The application's answer, counted as an error from status 400 on."""
        began = self._monotonic()
        statuses = ["500"]

        def start(status: str, *rest: Any) -> Any:
            statuses.append(status)
            return start_response(status, *rest)

        due: Counts | None = None
        try:
            body: Iterable[bytes] = self._app(environ, start)
        finally:
            project = environ.get("HTTP_X_PROJECT_ID") or environ.get("HTTP_X_TENANT_ID") or ""
            due = self._count(project, int(statuses[-1][:3]) >= 400, began)
        return body if due is None else _Then(body, lambda: self._write(due))

    def _count(self, project: str, is_error: bool, began: float) -> Counts | None:
        """Count a request; all that is to be written now, if anything is."""
        with self._lock:
            now = self._monotonic()
            self._requests += 1
            self._errors += is_error
            self._seconds += now - began
            self._projects[project] += 1
            span = timedelta(seconds=now - self._since)
            if span < self._period:
                return None
            counts = Counts(self._requests, self._errors, self._seconds, self._projects, span)
            self._since = now
            self._requests = self._errors = 0
            self._seconds = 0.0
            self._projects = collections.Counter()
            return counts

    def _write(self, counts: Counts) -> None:
        """Write; what cannot be written now is written with what comes next."""
        here = load()
        try:
            self._database.transact(
                lambda session: request_stats.record(
                    session, self._host, counts, here, self._database.now(session), self._period
                )
            )
        except Exception as error:
            # The request was answered, and statistics are not worth failing it.
            LOG.warning("request statistics were not written: %s", error)
            with self._lock:
                self._requests += counts.requests
                self._errors += counts.errors
                self._seconds += counts.seconds
                self._projects.update(counts.projects)


class _Then:
    """A body, and what is done when the server is done with it."""

    def __init__(self, body: Iterable[bytes], then: Callable[[], None]) -> None:
        self._body = body
        self._then = then

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._body)

    def close(self) -> None:
        """The answer is out."""
        try:
            close = getattr(self._body, "close", None)
            if close is not None:
                close()
        finally:
            self._then()
