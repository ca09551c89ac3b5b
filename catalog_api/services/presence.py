"""Conductors that are up, and whether they reach the broker: what each tells of itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_api.db.models import ConductorProcess

INTERVAL: Final = 10.0
"""Seconds between two times that a conductor tells."""
ALIVE: Final = timedelta(seconds=45)
"""A conductor that told nothing for so long is not up."""


def seen(
    session: Session, conductor_id: str, host: str, broker: bool | None, now: datetime
) -> None:
    """A conductor is up.

    :param broker: whether it reaches the broker; None: none is configured.
    """
    session.merge(ConductorProcess(id=conductor_id, host=host, broker=broker, last_seen=now))


def left(session: Session, conductor_id: str) -> None:
    """A conductor ends."""
    session.execute(sa.delete(ConductorProcess).where(ConductorProcess.id == conductor_id))


def brokers(session: Session, now: datetime) -> list[bool | None]:
    """What each conductor that is up tells of the broker."""
    return list(
        session.scalars(
            sa.select(ConductorProcess.broker).where(ConductorProcess.last_seen > now - ALIVE)
        )
    )


def forget(session: Session, before: datetime) -> int:
    """Forget conductors that told nothing since a moment; how many."""
    gone = session.execute(
        sa.delete(ConductorProcess)
        .where(ConductorProcess.last_seen < before)
        .execution_options(synchronize_session=False)
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]
