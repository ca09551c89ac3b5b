"""Looking after tasks: leases that ended, tasks to cancel, trusts to revoke, old journals.

Each look is one function of a session and the database's time; loops and clocks stand apart.
"""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_api.db.models import (
    Archive,
    CallAnswer,
    DeploymentPackage,
    JournalEntry,
    JournalValue,
    Package,
    Task,
    TrustRevocation,
)
from catalog_api.services import outcomes, reports, tasks
from catalog_common.contract.results import ActionResult

BATCH = 100
CANCELLED_TEXT = "The deployment was cancelled before an engine took it."
LATE_TEXT = "No engine answered in time."


@dataclasses.dataclass(frozen=True)
class Looked:
    """What a look found: tasks to tell engines of."""

    queued: tuple[str, ...] = ()


def ended_leases(session: Session, now: datetime, rules: tasks.LeaseRules) -> Looked:
    """Queue tasks again whose engine is gone; give up those that make no progress."""
    ids = session.scalars(
        sa.select(Task.id)
        .where(Task.state == tasks.RUNNING, Task.lease_expires < now)
        .order_by(Task.lease_expires)
        .limit(BATCH)
    ).all()
    queued = []
    for task_id in ids:
        task = tasks.lock(session, task_id)
        if task.state != tasks.RUNNING or task.lease_expires is None or task.lease_expires >= now:
            continue
        if task.kind == "call" or task.attempts_without_result >= rules.attempts_limit:
            give_up(session, task, now)
        elif tasks.requeue(session, task, "lose", now, task.lease_expires + rules.request_timeout):
            queued.append(task.id)
            reports.add(
                session, task.id,
                f"Engine {task.claimed_by} lost its lease in attempt {task.attempt}; the task is"
                " queued again.", "info",
            )  # fmt: skip
    return Looked(tuple(queued))


def give_up(session: Session, task: Task, now: datetime) -> None:
    """End a task whose attempts come to nothing."""
    text = LATE_TEXT
    if task.kind == "deployment":
        text = outcomes.LOST_TEXT.format(count=task.attempts_without_result)
        reports.add(session, task.id, text, "error")
    failed = ActionResult({"message": text, "details": text}, True)
    outcomes.conclude(session, task, "give up", outcomes.Ending("lost", failed), now)


def unwanted(session: Session, now: datetime) -> None:
    """End tasks that no engine has taken: cancelled ones, and calls that nobody waits for."""
    never = sa.and_(Task.cancel_requested.is_(True), Task.attempt == 0)
    late = sa.and_(Task.kind == "call", Task.deadline.is_not(None), Task.deadline < now)
    ids = session.scalars(
        sa.select(Task.id).where(Task.state == tasks.QUEUED, sa.or_(never, late)).limit(BATCH)
    ).all()
    for task_id in ids:
        task = tasks.lock(session, task_id)
        text = CANCELLED_TEXT if task.cancel_requested else LATE_TEXT
        if task.kind == "deployment":
            reports.add(session, task.id, text, "warning")
        failed = ActionResult({"message": text, "details": text}, True)
        outcomes.conclude(session, task, "give up", outcomes.Ending("cancelled", failed), now)


# ---------------------------------------------------------------- purging


def purge(session: Session, now: datetime, retention: timedelta) -> int:
    """Forget journals, answers and calls of tasks that ended long ago; how many tasks."""
    ids = session.scalars(
        sa.select(Task.id)
        .where(
            Task.state == tasks.ENDED,
            Task.ended < now - retention,
            sa.or_(
                Task.kind == "call",
                sa.exists().where(JournalEntry.task_id == Task.id),
                sa.exists().where(CallAnswer.task_id == Task.id),
            ),
        )
        .limit(BATCH)
    ).all()
    for table in (JournalEntry, JournalValue, CallAnswer):
        session.execute(sa.delete(table).where(table.task_id.in_(ids)))
    session.execute(sa.delete(Task).where(Task.id.in_(ids), Task.kind == "call"))
    return len(ids)


def purge_archives(session: Session) -> int:
    """Forget archives that neither a package nor a deployment names; how many."""
    ids = session.scalars(
        sa.select(Archive.digest)
        .where(
            ~sa.exists().where(Package.archive_digest == Archive.digest),
            ~sa.exists().where(DeploymentPackage.digest == Archive.digest),
        )
        .limit(BATCH)
    ).all()
    session.execute(sa.delete(Archive).where(Archive.digest.in_(ids)))
    return len(ids)


# ---------------------------------------------------------------- trusts


def due_revocations(session: Session, now: datetime) -> list[str]:
    """Trusts to revoke now: their environment is gone, and no task uses them."""
    used = sa.exists().where(Task.trust_id == TrustRevocation.trust_id, Task.state != tasks.ENDED)
    return list(
        session.scalars(
            sa.select(TrustRevocation.trust_id)
            .where(TrustRevocation.not_before <= now, ~used)
            .order_by(TrustRevocation.not_before)
            .limit(BATCH)
        )
    )


def revoked(session: Session, trust_id: str) -> None:
    """A trust is gone."""
    session.execute(sa.delete(TrustRevocation).where(TrustRevocation.trust_id == trust_id))


def not_revoked(
    session: Session, trust_id: str, error: str, now: datetime, pause: timedelta
) -> None:
    """A trust could not be revoked; try again later, ever more seldom, up to an hour."""
    row: Any = session.get(TrustRevocation, trust_id, with_for_update=True)
    if row is None:
        return
    row.attempts += 1
    row.last_error = error[:10_000]
    row.not_before = now + min(pause * 2 ** min(row.attempts - 1, 20), timedelta(hours=1))
