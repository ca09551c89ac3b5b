"""Events for auditing and billing: noted in the transaction that makes them, published later."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, load_only

from catalog_api.db.database import repeated_if_there
from catalog_api.db.models import Deployment, Environment, NamedLock, Notification, Report, new_id

EXISTS: Final = "murano.environment.exists"
DEPLOY_END: Final = "murano.environment.deploy.end"
DELETE_END: Final = "murano.environment.delete.end"
BATCH: Final = 100
TAKEN_FOR: Final = timedelta(minutes=10)
"""How long one conductor has for publishing what it took before another does."""
_TOLD: Final = (Environment.id, Environment.project_id, Environment.created)
_CLOCK: Final = "environment audit"


def deployed(
    session: Session, environment: Environment, deployment: Deployment, now: datetime
) -> None:
    """A deployment ended without errors and warnings."""
    more = {
        "deployment_started": _moment(deployment.started),
        "deployment_finished": _moment(deployment.finished),
    }
    _note(session, DEPLOY_END, environment, now, more)


def deleted(session: Session, environment: Environment, now: datetime) -> None:
    """The deletion of an environment was accepted."""
    _note(session, DELETE_END, environment, now, {"deleted_at": _moment(now)})


def existing(session: Session, now: datetime, period: timedelta) -> int:
    """Note all environments that were ever deployed well, once a period; how many.

    Of several conductors one does it.
    """
    if not _is_due(session, now, period):
        return 0
    told = sa.exists().where(
        Report.deployment_id == Deployment.id, Report.level.in_(("error", "warning"))
    )
    ended = session.execute(
        sa.select(Deployment.environment_id, Deployment.result)
        .where(Deployment.finished.is_not(None), ~told)
        .execution_options(yield_per=500)
    )
    well = {identifier for identifier, result in ended if not (result or {}).get("isException")}
    found = session.scalars(
        sa.select(Environment)
        .where(Environment.id.in_(well))
        .options(load_only(*_TOLD))
        .order_by(Environment.id)
    ).all()
    for environment in found:
        _note(session, EXISTS, environment, now, {})
    return len(found)


def _is_due(session: Session, now: datetime, period: timedelta) -> bool:
    moved = session.execute(
        sa.update(NamedLock)
        .where(NamedLock.name == _CLOCK, NamedLock.taken <= now - period)
        .values(taken=now)
        .execution_options(synchronize_session=False)
    )
    if moved.rowcount:  # type: ignore[attr-defined]
        return True
    if session.get(NamedLock, _CLOCK) is not None:
        return False
    with repeated_if_there():
        session.add(NamedLock(name=_CLOCK, taken=now))
        session.flush()
    return True


def _note(
    session: Session, event_type: str, environment: Environment, now: datetime, more: dict[str, Any]
) -> None:
    identifier = new_id()
    payload = {
        "id": identifier, "level": "info", "environment_id": environment.id,
        "tenant_id": environment.project_id, "created_at": _moment(environment.created),
        "deleted_at": None, "launched_at": None, "timestamp": _moment(now),
        "deployment_started": None, "deployment_finished": None, **more,
    }  # fmt: skip
    session.add(Notification(id=identifier, event_type=event_type, payload=payload, created=now))


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()


# ---------------------------------------------------------------- publishing


def take(session: Session, now: datetime) -> list[tuple[str, str, dict[str, Any]]]:
    """Take what waits, oldest first, for this conductor alone: ids, event types, payloads."""
    free = sa.or_(Notification.taken.is_(None), Notification.taken < now - TAKEN_FOR)
    rows = session.scalars(
        sa.select(Notification)
        .where(free)
        .order_by(Notification.created, Notification.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        row.taken = now
    return [(row.id, row.event_type, row.payload) for row in rows]


def published(session: Session, identifier: str) -> None:
    """Forget what was published."""
    session.execute(sa.delete(Notification).where(Notification.id == identifier))


def forget(session: Session, before: datetime | None = None) -> int:
    """Forget what nobody publishes; how many rows.

    :param before: only what was noted before it.
    """
    old = sa.true() if before is None else Notification.created < before
    identifiers = session.scalars(sa.select(Notification.id).where(old).limit(BATCH)).all()
    session.execute(sa.delete(Notification).where(Notification.id.in_(identifiers)))
    return len(identifiers)
