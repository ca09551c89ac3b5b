"""Locks by name, which all processes on one database share."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_api.db.database import repeated_if_there
from catalog_api.db.models import NamedLock, utc_now


def take(session: Session, name: str) -> None:
    """Wait until no other transaction holds the lock, and hold it to the end of this one."""
    moved = session.execute(
        sa.update(NamedLock)
        .where(NamedLock.name == name)
        .values(taken=utc_now())
        .execution_options(synchronize_session=False)
    )
    if not moved.rowcount:  # type: ignore[attr-defined]
        with repeated_if_there():
            session.add(NamedLock(name=name))
            session.flush()
