"""Instance statistics: which applications and servers an environment has, and for how long."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_api.db.database import repeated_if_there
from catalog_api.db.models import Environment, InstanceStatistics
from catalog_api.services.texts import storable
from catalog_common.contract.instances import InstanceChange

LOG = logging.getLogger(__name__)
MAX_INSTANCES: Final = 10_000
"""Instances of one environment that are kept, those that are gone included."""


def record(
    session: Session, environment_id: str | None, change: InstanceChange, now: datetime
) -> int:
    """Begin or end to count an instance; how many were changed.

    One that is counted already goes on being counted, and one that is not stays so: a change may
    be recorded again. None for an environment that is gone, or a task that has none.
    """
    if environment_id is None:
        return 0
    # Locked, so that it is not removed before its instance is there.
    kept = session.execute(
        sa.select(Environment.id).where(Environment.id == environment_id).with_for_update()
    ).scalar_one_or_none()
    if kept is None:
        return 0
    instance_id = storable(change.instance_id)
    found = session.get(InstanceStatistics, (environment_id, instance_id), with_for_update=True)
    if change.change == "untrack":
        return _untrack(found, change, now)
    if found is None:
        return _add(session, environment_id, instance_id, change, now)
    if found.destroyed is not None:
        found.earlier_seconds += _seconds(found.created, found.destroyed)
        found.created, found.destroyed = now, None
        found.instance_type = change.instance_type
    found.type_name = storable(change.type_name)
    found.type_title = None if change.type_title is None else storable(change.type_title)
    found.unit_count = change.unit_count
    return 1


def _untrack(found: InstanceStatistics | None, change: InstanceChange, now: datetime) -> int:
    if (
        found is None
        or found.destroyed is not None
        or found.instance_type != change.instance_type
    ):  # fmt: skip
        return 0
    found.destroyed = now
    return 1


def _add(
    session: Session, environment_id: str, instance_id: str, change: InstanceChange, now: datetime
) -> int:
    count = session.execute(
        sa.select(sa.func.count()).where(InstanceStatistics.environment_id == environment_id)
    ).scalar_one()
    if count >= MAX_INSTANCES:
        LOG.warning(
            "environment %s has had %s instances; %s is not counted", environment_id, count,
            instance_id,
        )  # fmt: skip
        return 0
    made = InstanceStatistics(
        environment_id=environment_id, instance_id=instance_id,
        instance_type=change.instance_type, type_name=storable(change.type_name),
        type_title=None if change.type_title is None else storable(change.type_title),
        unit_count=change.unit_count, created=now,
    )  # fmt: skip
    with repeated_if_there():
        session.add(made)
        session.flush()
    return 1


def listed(
    session: Session, environment_id: str, now: datetime, instance_id: str | None = None
) -> list[dict[str, Any]]:
    """Instances of an environment, or the one of an id, the oldest first."""
    query = sa.select(InstanceStatistics).where(InstanceStatistics.environment_id == environment_id)
    if instance_id is not None:
        query = query.where(InstanceStatistics.instance_id == instance_id)
    query = query.order_by(InstanceStatistics.created, InstanceStatistics.instance_id)
    return [
        {
            "type": row.instance_type, "duration": _duration(row, now),
            "type_name": row.type_name, "unit_count": row.unit_count,
            "instance_id": row.instance_id, "type_title": row.type_title,
            "active": row.destroyed is None,
        }
        for row in session.scalars(query)
    ]  # fmt: skip


def aggregated(session: Session, environment_id: str, now: datetime) -> list[dict[str, Any]]:
    """Number and summed duration of an environment's instances of each type."""
    return _by_type(listed(session, environment_id, now))


def _by_type(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for row in rows:
        kind = row["type"]
        total = found.setdefault(kind, {"type": kind, "duration": 0, "count": 0})
        total["duration"] += row["duration"]
        total["count"] += 1
    return [found[kind] for kind in sorted(found)]


def _duration(row: InstanceStatistics, now: datetime) -> int:
    return row.earlier_seconds + _seconds(row.created, row.destroyed or now)


def _seconds(start: datetime, end: datetime) -> int:
    """Whole seconds; never fewer than none, whatever clocks do."""
    return max(0, int((end - start).total_seconds()))
