"""Reports: lines of progress of a deployment, numbered in the order in which they came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_api.db.models import Deployment, Report, utc_now
from catalog_api.services.texts import storable
from catalog_common.contract.reports import Report as Reported


def add(session: Session, deployment_id: str, text: str, level: str = "info") -> None:
    """Add a line of the API's or the conductor's own; none for a deployment that is gone."""
    record(session, deployment_id, [Reported(text, level)])  # type: ignore[arg-type]


def record(session: Session, deployment_id: str, reported: Sequence[Reported]) -> int:
    """Add lines; how many. None for a deployment that is gone.

    The deployment's task must be locked, or not be there yet.
    """
    exists = session.execute(sa.select(sa.exists().where(Deployment.id == deployment_id))).scalar()
    if not exists:
        return 0
    last = session.execute(
        sa.select(sa.func.max(Report.number)).where(Report.deployment_id == deployment_id)
    ).scalar()
    for number, line in enumerate(reported, (last or 0) + 1):
        session.add(
            Report(
                deployment_id=deployment_id, number=number, text=storable(line.text),
                entity_id=None if line.object_id is None else storable(line.object_id),
                level=line.level,
                details=None if line.details is None else storable(line.details),
                created=_moment(line.time),
            )
        )  # fmt: skip
    session.flush()
    return len(reported)


def newest(
    session: Session, environment_id: str, objects: Mapping[str, Sequence[str]]
) -> dict[str, Report | None]:
    """Component -> the newest report of its environment about an object inside of it."""
    wanted = {entity: component for component, ids in objects.items() for entity in ids}
    found: dict[str, Report | None] = dict.fromkeys(objects)
    latest = (
        sa.select(Report.entity_id, sa.func.max(Report.created).label("created"))
        .join(Deployment, Deployment.id == Report.deployment_id)
        .where(Deployment.environment_id == environment_id, Report.entity_id.is_not(None))
        .group_by(Report.entity_id)
        .subquery()
    )
    rows = session.scalars(
        sa.select(Report)
        .join(Deployment, Deployment.id == Report.deployment_id)
        .join(
            latest,
            sa.and_(
                latest.c.entity_id == Report.entity_id, latest.c.created == Report.created
            ),
        )
        .where(Deployment.environment_id == environment_id)
        .order_by(Report.created, Report.number)
    )  # fmt: skip
    for row in rows:
        component = wanted.get(row.entity_id or "")
        if component is not None:
            found[component] = row
    return found


def _moment(epoch: float | None) -> datetime:
    if epoch is None:
        return utc_now()
    return datetime.fromtimestamp(epoch, UTC).replace(tzinfo=None)
