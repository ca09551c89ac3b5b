"""Which task an engine gets: calls first, fair between projects, by age, within limits."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_api.db.database import repeated_if_there
from catalog_api.db.models import Engine, Task
from catalog_api.services import locks, tasks
from catalog_common.contract.claims import ClaimRequest

CANDIDATES = 8
"""Tasks that are tried: the conductor may end some that are still queued when they are chosen."""


@dataclasses.dataclass(frozen=True)
class Limits:
    """How much one project may have at a time; 0: as much as it likes."""

    project_tasks: int = 0


def is_waiting(session: Session, request: ClaimRequest, now: datetime) -> bool:
    """Say whether a task may be there for an engine."""
    return bool(session.execute(sa.select(sa.exists().where(*_conditions(request, now)))).scalar())


def claim_next(
    session: Session, request: ClaimRequest, now: datetime, rules: tasks.LeaseRules, limits: Limits
) -> tuple[str, str] | None:
    """Give an engine the task whose turn it is: task id and claim token, None without one.

    One engine is served at a time, so that fairness and limits hold among all conductors.
    """
    locks.take(session, "claims")
    running = (
        sa.select(Task.project_id, sa.func.count().label("count"))
        .where(Task.state == tasks.RUNNING, Task.kind == "deployment")
        .group_by(Task.project_id)
        .subquery()
    )
    count = sa.func.coalesce(running.c.count, 0)
    query = (
        sa.select(Task.id)
        .outerjoin(running, running.c.project_id == Task.project_id)
        .where(*_conditions(request, now))
        .order_by(sa.case((Task.kind == "call", 0), else_=1), count, Task.created, Task.id)
        .limit(CANDIDATES)
    )
    if limits.project_tasks:
        query = query.where(sa.or_(Task.kind == "call", count < limits.project_tasks))
    language = (request.engine.language_revision, request.engine.python_version)
    for task_id in session.scalars(query).all():
        token = tasks.claim(session, task_id, request.engine.name, language, now, rules)
        if token is not None:
            return task_id, token
    return None


def _conditions(request: ClaimRequest, now: datetime) -> list[Any]:
    engine = request.engine
    return [
        Task.state == tasks.QUEUED,
        Task.kind.in_(request.kinds),
        sa.or_(Task.available_at.is_(None), Task.available_at <= now),
        # A task that is cancelled before its first attempt is ended by the conductor, and so is
        # a call that nobody waits for any more.
        sa.or_(Task.cancel_requested.is_(False), Task.attempt > 0),
        sa.or_(Task.kind != "call", Task.deadline.is_(None), Task.deadline >= now),
        sa.or_(
            Task.language_revision.is_(None), Task.language_revision == engine.language_revision
        ),
        sa.or_(Task.python_version.is_(None), Task.python_version == engine.python_version),
    ]


def saw(session: Session, request: ClaimRequest, now: datetime) -> None:
    """Remember that an engine asked for work."""
    engine = request.engine
    with repeated_if_there():
        session.merge(
            Engine(
                name=engine.name, host=engine.host, python_version=engine.python_version,
                language_revision=engine.language_revision, pid=engine.pid, last_seen=now,
            )
        )  # fmt: skip
        session.flush()
