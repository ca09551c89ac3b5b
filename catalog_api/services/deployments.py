"""Deployments: accepting them, and what is known of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, load_only

from catalog_api.db.models import (
    Attempt,
    ConfigurationSession,
    Deployment,
    Environment,
    Report,
    new_id,
    utc_now,
)
from catalog_api.services import (
    environments,
    notifications,
    object_models,
    reports,
    revocations,
    sessions,
    tasks,
)
from catalog_api.services.callers import Caller
from catalog_api.services.errors import BadRequest, Forbidden, NotFound

_SHOWN = (
    Deployment.id, Deployment.environment_id, Deployment.session_id, Deployment.description,
    Deployment.action, Deployment.created, Deployment.updated, Deployment.started,
    Deployment.finished, Deployment.result, Deployment.packages,
)  # fmt: skip


def accept(
    session: Session, caller: Caller, environment: Environment,
    configuration: ConfigurationSession, trust_id: str, action: Mapping[str, Any] | None = None,
) -> str | None:  # fmt: skip
    """Freeze a session and queue its task, in the caller's transaction; the task's id.

    The environment's row must be locked. None: it was never deployed and is to be deleted, so it
    is removed at once.

    :param action: what to call; the environment's ``deploy`` without one.
    :raises Forbidden: the session may not be deployed (any more).
    """
    sessions.check_valid(session, configuration, environment.version)
    model = configuration.description or {}
    is_deletion = model.get("Objects") is None
    if environment.trust_id not in (None, trust_id):
        revocations.discard(session, environment.trust_id, environment.id)
    environment.trust_id = trust_id
    if is_deletion:
        notifications.deleted(session, environment, utc_now())
    if is_deletion and not model.get("ObjectsCopy"):
        environments.abandon(session, environment)
        return None
    busy = sessions.transient_of(session, environment.id)
    if busy is not None:
        raise Forbidden(
            f"Environment {environment.id} is {busy.state} in another session; wait for its end"
        )
    if not sessions.transition(session, "delete" if is_deletion else "deploy", configuration):
        raise Forbidden(f"Session {configuration.id} was deployed meanwhile")
    if not is_deletion and action is None:
        action = {"object_id": environment.id, "method": "deploy", "args": {}}
    task_id = new_id()
    session.add(
        Deployment(
            id=task_id, environment_id=environment.id, session_id=configuration.id,
            description=object_models.described(model), action=action,
        )
    )  # fmt: skip
    session.flush()
    method = None if action is None else action["method"]
    reports.add(session, task_id, f"Action {method} is scheduled")
    tasks.enqueue(
        session, kind="deployment", task_id=task_id, environment_id=environment.id,
        project_id=environment.project_id, user_id=caller.user_id, action=action,
        model=object_models.for_engine(model, environment.id), trust_id=trust_id,
    )  # fmt: skip
    return task_id


# ---------------------------------------------------------------- actions


def find_action(
    environment: Environment, action_id: str, args: Mapping[str, Any]
) -> dict[str, Any]:
    """The action of an id anywhere in the deployed model, as a task carries it.

    :raises NotFound: there is none.
    :raises BadRequest: it is disabled.
    """
    waiting = [(environment.description or {}).get("Objects")]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(reversed(value))
        elif isinstance(value, dict):
            header = value.get("?")
            header = header if isinstance(header, dict) else {}
            actions = header.get("_actions")
            if isinstance(actions, dict) and action_id in actions:
                return _action(header["id"], actions[action_id], args)
            waiting.extend(reversed([item for key, item in value.items() if key != "?"]))
    raise NotFound(f"Action {action_id[:255]} is not found")


def _action(object_id: str, found: Mapping[str, Any], args: Mapping[str, Any]) -> dict[str, Any]:
    if not found.get("enabled", True):
        raise BadRequest(f"Action {found.get('name')} is disabled")
    return {"object_id": object_id, "method": found["name"], "args": dict(args)}


def action_result(session: Session, environment_id: str, task_id: str) -> dict[str, Any]:
    """What a task's action returned; empty while it runs.

    :raises NotFound: the environment has no such task.
    """
    found = session.scalars(
        sa.select(Deployment)
        .where(Deployment.id == task_id, Deployment.environment_id == environment_id)
        .options(load_only(Deployment.id, Deployment.result))
    ).one_or_none()
    if found is None:
        raise NotFound(f"Task {task_id[:64]} is not found")
    result: dict[str, Any] = found.result or {}
    return result


# ---------------------------------------------------------------- what is known


def listed(session: Session, *conditions: Any) -> list[dict[str, Any]]:
    """Deployments, newest first, with states and attempts; a fixed number of statements."""
    found = session.scalars(
        sa.select(Deployment)
        .where(*conditions)
        .options(load_only(*_SHOWN))
        .order_by(Deployment.created.desc(), Deployment.id)
    ).all()
    ids = [deployment.id for deployment in found]
    worst, attempts = _levels(session, ids), _attempts(session, ids)
    return [
        shown(deployment, worst.get(deployment.id, set()), attempts.get(deployment.id, []))
        for deployment in found
    ]


def of_environment(session: Session, environment_id: str) -> list[dict[str, Any]]:
    """Deployments of one environment."""
    return listed(session, Deployment.environment_id == environment_id)


def of_project(session: Session, project_id: str) -> list[dict[str, Any]]:
    """Deployments of all environments of a project."""
    own = sa.select(Environment.id).where(Environment.project_id == project_id)
    return listed(session, Deployment.environment_id.in_(own))


def shown(
    deployment: Deployment, levels: set[str], attempts: list[dict[str, Any]]
) -> dict[str, Any]:
    """A deployment as clients see it."""
    return {
        "id": deployment.id,
        "environment_id": deployment.environment_id,
        "description": deployment.description,
        "action": deployment.action,
        "created": moment(deployment.created),
        "updated": moment(deployment.updated),
        "started": moment(deployment.started),
        "finished": moment(deployment.finished),
        "result": deployment.result or {},
        "state": state_of(deployment.finished is not None, levels, deployment.result),
        "attempts": attempts,
        "packages": deployment.packages or [],
    }


def moment(value: Any) -> str | None:
    """A time as clients see it; of a list that was read as texts, the text (``as_text``)."""
    if isinstance(value, str):
        return value[:19].replace(" ", "T")
    return None if value is None else str(value.isoformat(timespec="seconds"))


def state_of(is_finished: bool, levels: set[str], result: Any) -> str:
    """State of a deployment, computed from its reports."""
    suffix = ""
    if "error" in levels or (result or {}).get("isException"):
        suffix = "_w_errors"
    elif "warning" in levels:
        suffix = "_w_warnings"
    if is_finished:
        return f"completed{suffix}" if suffix else "success"
    return f"running{suffix}"


def _levels(session: Session, ids: Sequence[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    rows = session.execute(
        sa.select(Report.deployment_id, Report.level)
        .where(Report.deployment_id.in_(ids), Report.level.in_(("error", "warning")))
        .distinct()
    )
    for deployment_id, level in rows:
        found.setdefault(deployment_id, set()).add(level)
    return found


def _attempts(session: Session, ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    rows = session.scalars(
        sa.select(Attempt).where(Attempt.task_id.in_(ids)).order_by(Attempt.task_id, Attempt.number)
    )
    for row in rows:
        found.setdefault(row.task_id, []).append(
            {
                "number": row.number,
                "engine": row.engine,
                "claimed_at": moment(row.claimed_at),
                "ended_at": moment(row.ended_at),
                "outcome": row.outcome,
            }
        )
    return found


def reports_of(
    session: Session, environment_id: str, deployment_id: str, components: Sequence[str]
) -> list[Report]:
    """Reports of a deployment, oldest first.

    :param components: ids of components whose reports (and those of objects in them) are wanted;
        none: all.
    :raises NotFound: there is no such deployment.
    :raises BadRequest: it is another environment's.
    """
    deployment = session.scalars(
        sa.select(Deployment)
        .where(Deployment.id == deployment_id)
        .options(load_only(Deployment.id, Deployment.environment_id, Deployment.description))
    ).one_or_none()
    if deployment is None:
        raise NotFound(f"Deployment with id {deployment_id[:64]} not found")
    if deployment.environment_id != environment_id:
        raise BadRequest(
            f"Deployment {deployment_id} is not tied with environment {environment_id[:255]}"
        )
    query = sa.select(Report).where(Report.deployment_id == deployment_id).order_by(Report.number)
    if components:
        wanted = _objects_in(deployment.description, set(components))
        query = query.where(Report.entity_id.in_(wanted))
    return list(session.scalars(query))


def _objects_in(description: Any, components: set[str]) -> set[str]:
    found: set[str] = set()
    for component in (description or {}).get("services") or ():
        ids = object_ids(component)
        if ids and ids[0] in components:
            found.update(ids)
    return found


def object_ids(value: Any) -> list[str]:
    """Ids of an object and of all objects in it, its own first."""
    ids: list[str] = []
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            header = item.get("?")
            if isinstance(header, dict) and isinstance(header.get("id"), str):
                ids.append(header["id"])
            waiting.extend(reversed(list(item.values())))
        elif isinstance(item, list):
            waiting.extend(reversed(item))
    return ids
