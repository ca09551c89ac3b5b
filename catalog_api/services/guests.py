"""Guest records: what engines must know of a guest, written once and kept for its life."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_api.db.database import repeated_if_there
from catalog_api.db.models import Guest


def get(session: Session, name: str) -> tuple[str, dict[str, Any]] | None:
    """Environment and record of a guest, or None."""
    found = session.get(Guest, name)
    return None if found is None else (found.environment_id, found.record)


def put(
    session: Session, name: str, environment_id: str, record: Mapping[str, Any]
) -> tuple[str, dict[str, Any]]:
    """Store a record unless there is one; environment and record that are stored."""
    found = session.execute(
        sa.select(Guest).where(Guest.name == name).with_for_update()
    ).scalar_one_or_none()
    if found is None:
        found = Guest(name=name, environment_id=environment_id, record=dict(record))
        with repeated_if_there():
            session.add(found)
            session.flush()
    return found.environment_id, found.record


def forget(session: Session, environment_id: str) -> None:
    """Forget the guests of an environment that is gone."""
    session.execute(sa.delete(Guest).where(Guest.environment_id == environment_id))
