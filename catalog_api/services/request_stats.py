"""Request statistics: what the API's processes answered, one row for each host."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_api.db.database import repeated_if_there
from catalog_api.db.models import RequestStatistics
from catalog_api.services.deployments import moment

MAX_PROJECTS: Final = 10_000
"""Projects of a host that are told apart."""
OTHERS: Final = "other"
"""Stands for all projects beyond these."""
NEARLY: Final = 0.9
"""Part of a period after which it counts as over: the clocks of processes and database differ."""


@dataclasses.dataclass(frozen=True)
class Counts:
    """What one process answered within a span of time.

    :ivar seconds: sum of the times that answers took.
    :ivar projects: requests by project.
    """

    requests: int
    errors: int
    seconds: float
    projects: Mapping[str, int]
    span: timedelta


@dataclasses.dataclass(frozen=True)
class Load:
    """How busy the processors of a host are, in percent of all."""

    cpu_count: int
    cpu_percent: float


def record(
    session: Session, host: str, counts: Counts, load: Load, now: datetime, period: timedelta
) -> None:
    """Add what a process counted to its host's row, which all processes there share.

    Rates are those of the last period that is over, of all of them together.
    """
    row = session.scalars(
        sa.select(RequestStatistics).where(RequestStatistics.host == host).with_for_update()
    ).one_or_none()
    if row is None:
        row = _added(session, host, now - counts.span, now)
    row.request_count += counts.requests
    row.error_count += counts.errors
    row.response_seconds += counts.seconds
    row.requests_per_project = _merged(row.requests_per_project, counts.projects)
    row.cpu_count, row.cpu_percent = load.cpu_count, load.cpu_percent
    row.window_requests += counts.requests
    row.window_errors += counts.errors
    row.updated = now
    length = (now - row.window_start).total_seconds()
    if length > 0 and length >= NEARLY * period.total_seconds():
        row.requests_per_second = row.window_requests / length
        row.errors_per_second = row.window_errors / length
        row.window_start, row.window_requests, row.window_errors = now, 0, 0


def _added(session: Session, host: str, start: datetime, now: datetime) -> RequestStatistics:
    row = RequestStatistics(
        host=host, request_count=0, error_count=0, response_seconds=0.0, requests_per_project={},
        requests_per_second=0.0, errors_per_second=0.0, window_start=start, window_requests=0,
        window_errors=0, created=start, updated=now,
    )  # fmt: skip
    with repeated_if_there():
        session.add(row)
        session.flush()
    return row


def _merged(known: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    merged = dict(known)
    for project, count in more.items():
        key = project if project in merged or len(merged) < MAX_PROJECTS else OTHERS
        merged[key] = merged.get(key, 0) + count
    return merged


def listed(session: Session) -> list[dict[str, Any]]:
    """Rows of all hosts as clients see them."""
    return [
        {
            "id": row.id, "host": row.host, "request_count": row.request_count,
            "error_count": row.error_count,
            "average_response_time": row.response_seconds / max(1, row.request_count),
            # A text within the document is what clients know.
            "requests_per_tenant": json.dumps(row.requests_per_project),
            "requests_per_second": row.requests_per_second,
            "errors_per_second": row.errors_per_second, "cpu_count": row.cpu_count,
            "cpu_percent": row.cpu_percent, "created": moment(row.created),
            "updated": moment(row.updated),
        }
        for row in session.scalars(sa.select(RequestStatistics).order_by(RequestStatistics.host))
    ]  # fmt: skip


def forget(session: Session, before: datetime) -> int:
    """Forget hosts that answered nothing since a moment; how many."""
    gone = session.execute(
        sa.delete(RequestStatistics)
        .where(RequestStatistics.updated < before)
        .execution_options(synchronize_session=False)
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]
