"""Reports: lines of progress of a deployment, numbered in the order in which they came."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_api.db.models import Deployment, Report, utc_now
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
                deployment_id=deployment_id, number=number, text=_storable(line.text),
                entity_id=None if line.object_id is None else _storable(line.object_id),
                level=line.level,
                details=None if line.details is None else _storable(line.details),
                created=_moment(line.time),
            )
        )  # fmt: skip
    session.flush()
    return len(reported)


def _storable(text: str) -> str:
    """The text without what databases do not take: package code may say anything."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def _moment(epoch: float | None) -> datetime:
    if epoch is None:
        return utc_now()
    return datetime.fromtimestamp(epoch, UTC).replace(tzinfo=None)
