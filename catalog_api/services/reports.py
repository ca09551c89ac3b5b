"""Reports: lines of progress of a deployment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_api.db.models import Deployment, Report, utc_now
from catalog_common.contract.reports import Report as Reported


def add(
    session: Session, deployment_id: str, text: str, level: str = "info", *,
    created: datetime | None = None,
) -> None:  # fmt: skip
    """Add a line of the API's or the conductor's own."""
    session.add(
        Report(deployment_id=deployment_id, text=text, level=level, created=created or utc_now())
    )


def record(session: Session, deployment_id: str, reported: Iterable[Reported]) -> int:
    """Record what an engine reports; how many lines. None for a deployment that is gone."""
    rows = list(reported)
    exists = session.execute(sa.select(sa.exists().where(Deployment.id == deployment_id))).scalar()
    if not exists:
        return 0
    for row in rows:
        session.add(
            Report(
                deployment_id=deployment_id, entity_id=row.object_id, text=row.text,
                level=row.level, details=row.details, created=_moment(row.time),
            )
        )  # fmt: skip
    session.flush()
    return len(rows)


def _moment(epoch: float | None) -> datetime:
    if epoch is None:
        return utc_now()
    return datetime.fromtimestamp(epoch, UTC).replace(tzinfo=None)
