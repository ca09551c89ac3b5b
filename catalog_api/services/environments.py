"""Environments: a project's sets of components, with their status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, cast

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, load_only

from catalog_api.db.models import ConfigurationSession, Environment, new_id, utc_now
from catalog_api.services import outcomes, sessions, tasks
from catalog_api.services.callers import Caller
from catalog_api.services.errors import AlreadyExists, BadRequest, NotFound

NAME_LENGTH = 255
TYPE = "io.murano.Environment"
READY, PENDING = "ready", "pending"
NETWORKS = {
    True: "io.murano.resources.NeutronNetwork",
    False: "io.murano.resources.NovaNetwork",
}
_ROW_NAMES = frozenset(
    ("id", "version", "created", "updated", "tenant_id", "project_id", "user_id", "status",
     "acquired_by", "trust_id")
)  # fmt: skip
HEAD = (
    Environment.id, Environment.name, Environment.description_text, Environment.project_id,
    Environment.user_id, Environment.version, Environment.trust_id, Environment.created,
    Environment.updated,
)  # fmt: skip
_LISTED = (
    Environment.id, Environment.name, Environment.description_text, Environment.project_id,
    Environment.version, Environment.created, Environment.updated,
)  # fmt: skip


class Listed(Protocol):
    """What a list tells of an environment; :class:`Environment` has all of it."""

    id: Any
    name: Any
    description_text: Any
    project_id: Any
    version: Any
    created: Any
    updated: Any


def checked_name(value: Any) -> str:
    """The name of an environment.

    :raises BadRequest: it is no text, blank or too long.
    """
    if not isinstance(value, str) or not value.strip():
        raise BadRequest("Please, specify a name of the environment to create")
    if len(value) > NAME_LENGTH:
        raise BadRequest(f"Environment name should be {NAME_LENGTH} characters maximum")
    return value


def listed(session: Session, project_id: str | None) -> list[tuple[Listed, str]]:
    """Environments of a project (of all without one), each with its status.

    As plain rows: an object of the session for each would take half of the whole request.
    """
    query = sa.select(*_LISTED).order_by(Environment.created, Environment.id)
    if project_id is not None:
        query = query.where(Environment.project_id == project_id)
    found = session.execute(query).all()
    states = statuses(session, [environment.id for environment in found])
    return [(cast(Listed, row), states[row.id]) for row in found]


def statuses(session: Session, ids: Sequence[str]) -> dict[str, str]:
    """Status of environments by id, by one statement."""
    rows = session.execute(
        sa.select(ConfigurationSession.environment_id, ConfigurationSession.state)
        .where(ConfigurationSession.environment_id.in_(ids))
        .order_by(
            ConfigurationSession.environment_id, ConfigurationSession.version.desc(),
            ConfigurationSession.updated.desc(),
        )
    )  # fmt: skip
    states: dict[str, list[str]] = {environment_id: [] for environment_id in ids}
    for environment_id, state in rows:
        states[environment_id].append(state)
    return {environment_id: status_of(found) for environment_id, found in states.items()}


def status_of(states: Iterable[str]) -> str:
    """Status of an environment, from the states of its sessions, the newest first."""
    result = READY
    for state in states:
        if state == sessions.DEPLOYED:
            break
        if state != sessions.OPENED:
            return state
        result = PENDING
    return result


def find(session: Session, caller: Caller, environment_id: str, *, whole: bool = False,
         lock: bool = False) -> Environment:  # fmt: skip
    """An environment that the caller may see.

    :param whole: with its model.
    :param lock: hold its row to the end of the transaction.
    :raises NotFound: there is none.
    :raises Forbidden: it is another project's.
    """
    query = sa.select(Environment).where(Environment.id == environment_id)
    if not whole:
        query = query.options(load_only(*HEAD))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound(f"Environment with id {environment_id[:255]} was not found")
    caller.check_project(found.project_id, f"environment {environment_id}")
    return found


def create(
    session: Session, caller: Caller, body: Mapping[str, Any], networks: Any = None
) -> Environment:
    """Create an environment.

    :param networks: networks to use where the request names none; generated without.
    :raises BadRequest: a member has a wrong type.
    :raises AlreadyExists: the project has one of that name.
    """
    name = checked_name(body.get("name"))
    text = body.get("description_text", "")
    if not isinstance(text, str):
        raise BadRequest("description_text must be a text")
    header = body.get("?", {})
    if not isinstance(header, dict):
        raise BadRequest("'?' must be an object")
    services = body.get("services", [])
    if not isinstance(services, list) or not all(isinstance(item, dict) for item in services):
        raise BadRequest("services must be a list of objects")
    objects = {key: value for key, value in body.items() if key not in _ROW_NAMES}
    object_id = header.get("id")
    objects["?"] = {
        **header, "id": object_id if isinstance(object_id, str) and object_id else new_id(),
        "type": TYPE, "metadata": {},
    }  # fmt: skip
    objects["defaultNetworks"] = (
        body.get("defaultNetworks") or networks or default_networks(name, caller)
    )
    made = Environment(
        name=name, description_text=text, project_id=caller.project_id, user_id=caller.user_id,
        description={
            "Objects": objects, "Attributes": [], "project_id": caller.project_id,
            "user_id": caller.user_id,
        },
    )  # fmt: skip
    session.add(made)
    flush_unique(session, f"Environment with specified name already exists: {name[:80]!r}")
    return made


def default_networks(name: str, caller: Caller) -> dict[str, Any]:
    """Networks of an environment that names none."""
    return {
        "environment": {
            "?": {"id": new_id(), "type": NETWORKS[caller.has_network]},
            "name": f"{name}-network",
        },
        "flat": None,
    }


def flush_unique(session: Session, text: str) -> None:
    """Write what is pending.

    :raises AlreadyExists: it exists, as *text* says.
    """
    try:
        session.flush()
    except IntegrityError as error:
        raise AlreadyExists(text) from error
    except Exception as error:
        if type(error).__name__ == "DBDuplicateEntry":
            raise AlreadyExists(text) from error
        raise


def rename(session: Session, environment: Environment, body: Mapping[str, Any]) -> None:
    """Rename an environment.

    :raises AlreadyExists: the project has one of that name.
    """
    name = checked_name(body.get("name"))
    environment.name = name
    environment.updated = utc_now()
    flush_unique(session, f"Environment with specified name already exists: {name[:80]!r}")


def abandon(session: Session, environment: Environment) -> None:
    """Forget an environment whatever it is doing; its stacks stay where they are.

    What it is doing is cancelled, so that no more are made.
    """
    tasks.cancel_all(session, environment.id)
    outcomes.remove_environment(session, environment, utc_now())


def visible_model(
    session: Session, environment: Environment, session_id: str | None
) -> Mapping[str, Any]:
    """The model that a read through a session sees.

    :raises NotFound: there is no such session.
    :raises Conflict: it is another environment's.
    """
    if not session_id:
        model: Mapping[str, Any] = environment.description or {}
        return model
    configuration = sessions.find(session, session_id, whole=True)
    sessions.check_belongs(configuration, environment.id)
    if configuration.state == sessions.DEPLOYED or not sessions.is_valid(
        session, configuration, environment.version
    ):
        return environment.description or {}
    return configuration.description or {}


def acquired_by(session: Session, environment_id: str) -> str | None:
    """Id of the session that deploys, or None."""
    found: str | None = session.execute(
        sa.select(ConfigurationSession.id).where(
            ConfigurationSession.environment_id == environment_id,
            ConfigurationSession.state == sessions.DEPLOYING,
        ).limit(1)
    ).scalar_one_or_none()  # fmt: skip
    return found
