"""Forgetting what nobody needs any more: journals, calls, archives, guests of lost environments."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_api.db.models import (
    Archive,
    CallAnswer,
    Deployment,
    DeploymentPackage,
    Environment,
    Guest,
    JournalEntry,
    JournalValue,
    Package,
    Task,
)
from catalog_api.services import tasks

BATCH = 100


def ended_tasks(session: Session, now: datetime, retention: timedelta) -> int:
    """Forget journals and answers of tasks that ended long ago; how many tasks.

    The tasks themselves go with them when they were calls, or their environment is gone.
    """
    orphaned = sa.or_(Task.kind == "call", ~sa.exists().where(Deployment.id == Task.id))
    ids = session.scalars(
        sa.select(Task.id)
        .where(
            Task.state == tasks.ENDED,
            Task.ended < now - retention,
            sa.or_(
                orphaned,
                sa.exists().where(JournalEntry.task_id == Task.id),
                sa.exists().where(CallAnswer.task_id == Task.id),
            ),
        )
        .limit(BATCH)
    ).all()
    for table in (JournalEntry, JournalValue, CallAnswer):
        _delete(session, table.task_id.in_(ids), table)
    _delete(session, sa.and_(Task.id.in_(ids), orphaned), Task)
    return len(ids)


def archives(session: Session) -> int:
    """Forget archives that neither a package nor a deployment names; how many."""
    unnamed = sa.and_(
        ~sa.exists().where(Package.archive_digest == Archive.digest),
        ~sa.exists().where(DeploymentPackage.digest == Archive.digest),
    )
    ids = session.scalars(sa.select(Archive.digest).where(unnamed).limit(BATCH)).all()
    # Asked again: one of them may have been published anew meanwhile.
    return _delete(session, sa.and_(Archive.digest.in_(ids), unnamed), Archive)


def guests(session: Session) -> int:
    """Forget guests whose environment is gone, once no task can ask for them; how many."""
    unknown = sa.and_(
        ~sa.exists().where(Environment.id == Guest.environment_id),
        ~sa.exists().where(
            Task.environment_id == Guest.environment_id, Task.state != tasks.ENDED
        ),
    )  # fmt: skip
    names = session.scalars(sa.select(Guest.name).where(unknown).limit(BATCH)).all()
    return _delete(session, sa.and_(Guest.name.in_(names), unknown), Guest)


def _delete(session: Session, condition: sa.ColumnElement[bool], table: type) -> int:
    deleted = session.execute(
        sa.delete(table).where(condition).execution_options(synchronize_session=False)
    )
    return int(deleted.rowcount)  # type: ignore[attr-defined]
