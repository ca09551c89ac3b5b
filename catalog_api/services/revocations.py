"""Trusts that are to be revoked: a queue that outlives environments and outages of Keystone."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_api.db.database import repeated_if_there
from catalog_api.db.models import Environment, Task, TrustRevocation, utc_now
from catalog_api.services import tasks

BATCH = 100
LONGEST_PAUSE = timedelta(hours=1)


def schedule(session: Session, trust_id: str, environment_id: str, now: datetime) -> None:
    """Have a trust revoked once nothing uses it."""
    with repeated_if_there():
        session.merge(
            TrustRevocation(trust_id=trust_id, environment_id=environment_id, not_before=now)
        )
        session.flush()


def discard(session: Session, trust_id: str, environment_id: str) -> None:
    """Have a trust revoked that its environment does not keep (any more)."""
    schedule(session, trust_id, environment_id, utc_now())


def due(session: Session, now: datetime) -> list[str]:
    """Trusts to revoke now: no environment keeps them, and no open task uses them."""
    kept = sa.exists().where(Environment.trust_id == TrustRevocation.trust_id)
    used = sa.exists().where(Task.trust_id == TrustRevocation.trust_id, Task.state != tasks.ENDED)
    return list(
        session.scalars(
            sa.select(TrustRevocation.trust_id)
            .where(TrustRevocation.not_before <= now, ~kept, ~used)
            .order_by(TrustRevocation.not_before, TrustRevocation.trust_id)
            .limit(BATCH)
        )
    )


def done(session: Session, trust_id: str) -> None:
    """A trust is gone."""
    session.execute(sa.delete(TrustRevocation).where(TrustRevocation.trust_id == trust_id))


def failed(session: Session, trust_id: str, error: str, now: datetime, pause: timedelta) -> None:
    """A trust could not be revoked; try again later, ever more seldom, up to an hour."""
    row = session.get(TrustRevocation, trust_id, with_for_update=True)
    if row is None:
        return
    row.attempts += 1
    row.last_error = error[:10_000]
    row.not_before = now + min(pause * 2 ** min(row.attempts - 1, 20), LONGEST_PAUSE)
