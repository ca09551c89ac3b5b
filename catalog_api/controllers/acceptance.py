"""Accepting deployments: check, get a trust, freeze and queue, tell a conductor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from catalog_api.controllers.calls import Call
from catalog_api.services import deployments, environments, revocations, sessions
from catalog_api.services.records import ConfigurationSession, Environment

Prepare = Callable[[Session, Environment], ConfigurationSession]


def deploy(call: Call, environment_id: str, session_id: str) -> None:
    """Deploy a session."""

    def prepare(session: Session, environment: Environment) -> ConfigurationSession:
        found = sessions.find(session, session_id, whole=True)
        sessions.check_belongs(found, environment.id)
        return found

    def check(session: Session) -> Environment:
        configuration = sessions.find(session, session_id)
        sessions.check_belongs(configuration, environment_id)
        environment = environments.find(session, call.caller, environment_id)
        sessions.check_valid(session, configuration, environment.version)
        sessions.check_opened(configuration)
        return environment

    _accept(call, call.read(check), prepare, None)


def delete(call: Call, environment_id: str) -> None:
    """Delete an environment: deploy a session of its own in which nothing is left."""

    def prepare(session: Session, environment: Environment) -> ConfigurationSession:
        model = {**(environment.description or {}), "Objects": None}
        return sessions.opened(session, environment, call.caller.user_id, model)

    environment = call.read(lambda session: environments.find(session, call.caller, environment_id))
    _accept(call, environment, prepare, None)


def act(call: Call, environment_id: str, action_id: str, args: Mapping[str, Any]) -> str:
    """Call an action of an object; the id of its task."""
    actions: list[dict[str, Any]] = []

    def check(session: Session) -> Environment:
        environment = environments.find(session, call.caller, environment_id, whole=True)
        call.authorise("execute_action", environment_id=environment_id)
        sessions.check_idle(session, environment.id)
        actions.append(deployments.find_action(environment, action_id, args))
        return environment

    def prepare(session: Session, environment: Environment) -> ConfigurationSession:
        actions.append(deployments.find_action(environment, action_id, args))
        return sessions.opened(session, environment, call.caller.user_id)

    environment = call.read(check)
    task_id = _accept(call, environment, prepare, lambda: actions[-1])
    assert task_id is not None
    return task_id


def _accept(
    call: Call, seen: Environment, prepare: Prepare, action: Callable[[], dict[str, Any]] | None
) -> str | None:
    """Queue a task in one transaction, with a trust that was made before it."""
    caller = call.caller
    trust_id = call.app.trusts.obtain(
        seen.trust_id, token=caller.token, user_id=caller.user_id,
        project_id=seen.project_id, roles=caller.roles,
    )  # fmt: skip

    def work(session: Session) -> str | None:
        environment = environments.find(session, caller, seen.id, whole=True, lock=True)
        configuration = prepare(session, environment)
        return deployments.accept(
            session, caller, environment, configuration, trust_id,
            None if action is None else action(),
        )  # fmt: skip

    try:
        task_id = call.write(work)
    except Exception:
        if trust_id != seen.trust_id:
            call.write(lambda session: revocations.discard(session, trust_id, seen.id))
        raise
    if task_id is not None:
        call.app.conductor.wake(task_id)
    return task_id
