"""What the end of a task means to its deployment, session and environment: one transaction."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog_api.db.models import (
    ConfigurationSession,
    Deployment,
    DeploymentPackage,
    Environment,
    Report,
    Task,
)
from catalog_api.services import (
    guests,
    journals,
    notifications,
    object_models,
    reports,
    revocations,
    sessions,
    tasks,
)
from catalog_common.contract.results import ActionResult, PackageUse

LOST_TEXT = (
    "The deployment was given up: {count} attempts in a row ended without any progress. The engines"
    " that ran it died or lost their conductor; see their logs."
)


@dataclasses.dataclass(frozen=True)
class Ending:
    """How a task ends.

    :ivar outcome: succeeded, failed, cancelled or lost.
    :ivar model: what became of the objects; None: what the journal tells.
    """

    outcome: str
    result: ActionResult
    model: Mapping[str, Any] | None = None
    packages: tuple[PackageUse, ...] = ()


def conclude(session: Session, task: Task, event: str, ending: Ending, now: datetime) -> bool:
    """End a task that is locked, with everything that hangs on it. False if it has ended.

    :param event: ``finish`` by its holder, ``give up`` by the conductor.
    """
    answer = {"result": ending.result.result, "isException": ending.result.isException}
    kept = answer if task.kind == "call" else None
    model = ending.model
    if task.kind == "deployment" and model is None:
        model = journals.left_behind(session, task.id)
    if not tasks.end(session, task, event, ending.outcome, now, kept):
        return False
    if task.kind == "deployment":
        _conclude_deployment(session, task, ending, model or {}, answer, now)
    return True


def _conclude_deployment(
    session: Session, task: Task, ending: Ending, model: Mapping[str, Any],
    answer: Mapping[str, Any], now: datetime,
) -> None:  # fmt: skip
    deployment = session.get(Deployment, task.id)
    environment = (
        session.get(Environment, task.environment_id, with_for_update=True)
        if task.environment_id
        else None
    )
    if deployment is None or environment is None:
        return
    if model.get("Objects") is None and not model.get("ObjectsCopy"):
        remove_environment(session, environment, now)
        return
    deployment.finished = now
    deployment.result = answer
    deployment.final_model = object_models.stored(model)
    journals.keep_packages(
        session, task.id, {(used.name, used.version): used.digest for used in ending.packages}
    )
    deployment.packages = _packages(session, task.id)
    is_deletion = deployment.action is None
    worst = "error" if ending.result.isException else _worst_report(session, task.id)
    _finish_report(session, task.id, is_deletion, worst)
    left_over = is_deletion and model.get("Objects") is None
    if not left_over:
        environment.description = object_models.merged(environment.description, model)
    elif task.attempt:
        # What is left is what the environment consists of: to be deleted, or deployed, again.
        model = {**model, "Objects": model.get("ObjectsCopy")}
        environment.description = object_models.merged(environment.description, model)
    environment.version += 1
    if worst is None and not is_deletion:
        notifications.deployed(session, environment, deployment, now)
    _move_session(session, deployment, left_over or worst == "error")


def _packages(session: Session, deployment_id: str) -> list[dict[str, str]]:
    """Packages that a deployment used, whether its worker or only its journal tells."""
    rows = session.scalars(
        sa.select(DeploymentPackage)
        .where(DeploymentPackage.deployment_id == deployment_id)
        .order_by(DeploymentPackage.name, DeploymentPackage.version)
    )
    return [{"name": row.name, "version": row.version, "digest": row.digest} for row in rows]


def _worst_report(session: Session, deployment_id: str) -> str | None:
    levels = set(
        session.scalars(
            sa.select(Report.level).where(Report.deployment_id == deployment_id).distinct()
        )
    )
    return next((level for level in ("error", "warning") if level in levels), None)


def _finish_report(
    session: Session, deployment_id: str, is_deletion: bool, worst: str | None
) -> None:
    noun = "Deletion" if is_deletion else "Deployment"
    suffix = f" with {worst}s" if worst else ""
    reports.add(session, deployment_id, f"{noun} finished{suffix}")


def _move_session(session: Session, deployment: Deployment, failed: bool) -> None:
    if deployment.session_id is None:
        return
    configuration = session.get(ConfigurationSession, deployment.session_id)
    if configuration is not None and configuration.state in sessions.TRANSIENT:
        sessions.transition(session, "fail" if failed else "succeed", configuration)


def remove_environment(session: Session, environment: Environment, now: datetime) -> None:
    """Remove an environment whose stacks are gone, and have its trust revoked."""
    if environment.trust_id is not None:
        revocations.schedule(session, environment.trust_id, environment.id, now)
    guests.forget(session, environment.id)
    session.delete(environment)
    session.flush()
