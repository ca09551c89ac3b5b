"""Environments: a project's sets of components, with their status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, load_only

from catalog_api.db.models import ConfigurationSession, Environment, new_id, utc_now
from catalog_api.db.types import as_text
from catalog_api.services import outcomes, sessions, tasks
from catalog_api.services.callers import Caller
from catalog_api.services.errors import AlreadyExists, NotFound

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


def _prepared_lists() -> tuple[Any, Any]:
    """Statements that list environments: of all projects, and of one."""
    table = Environment.__table__.c
    columns = (
        table.id, table.name, table.description_text, table.version, as_text(table.created),
        as_text(table.updated),
    )  # fmt: skip
    order = (table.created, table.id)
    of_project = sa.select(*columns).where(table.project_id == sa.bindparam("project_id"))
    return sa.select(*columns, table.project_id).order_by(*order), of_project.order_by(*order)


def _prepared_states(*scope: Any) -> Any:
    """A statement: states of the sessions of environments, without those of an earlier version
    than the last that was deployed, which say nothing of the status any more.
    """
    own, environment = ConfigurationSession.__table__.c, Environment.__table__.c
    same = own.environment_id == environment.id
    last = (
        sa.select(own.environment_id, sa.func.max(own.version).label("version"))
        .where(same, own.state == sessions.DEPLOYED, *scope)
        .group_by(own.environment_id)
        .subquery()
    )
    return (
        sa.select(own.environment_id, own.state)
        .join(Environment.__table__, same)
        .outerjoin(last, last.c.environment_id == own.environment_id)
        .where(own.version >= sa.func.coalesce(last.c.version, 0), *scope)
        .order_by(own.environment_id, own.version.desc(), own.updated.desc())
    )


_ALL, _OF_PROJECT = _prepared_lists()
_STATES_OF_ALL = _prepared_states()
_STATES_OF_PROJECT = _prepared_states(
    Environment.__table__.c.project_id == sa.bindparam("project_id")
)
_STATES_OF_ONE = _prepared_states(Environment.__table__.c.id == sa.bindparam("id"))


class Listed(NamedTuple):
    """What a list tells of an environment; the times are texts of the database."""

    id: str
    name: str
    description_text: str
    version: int
    created: str
    updated: str
    project_id: str
    status: str


def listed(session: Session, project_id: str | None) -> list[Listed]:
    """Environments of a project (of all without one), by two statements however many they are.

    Rows of prepared statements: objects of the session and times read one by one would take more
    than half of the whole request.
    """
    if project_id is None:
        found = session.execute(_ALL).all()
        states = _statuses(session.execute(_STATES_OF_ALL))
        return [Listed._make((*row, states.get(row.id, READY))) for row in found]
    named = {"project_id": project_id}
    found = session.execute(_OF_PROJECT, named).all()
    states = _statuses(session.execute(_STATES_OF_PROJECT, named))
    return [Listed._make((*row, project_id, states.get(row.id, READY))) for row in found]


def status(session: Session, environment_id: str) -> str:
    """Status of an environment."""
    found = _statuses(session.execute(_STATES_OF_ONE, {"id": environment_id}))
    return found.get(environment_id, READY)


def _statuses(rows: Iterable[Any]) -> dict[str, str]:
    """Status by environment, of (environment id, state of a session), the newest first."""
    states: dict[str, list[str]] = {}
    for environment_id, state in rows:
        states.setdefault(environment_id, []).append(state)
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

    :param body: as :data:`catalog_api.schemas.environments.NEW` has it.
    :param networks: networks to use where the request names none; generated without.
    :raises AlreadyExists: the project has one of that name.
    """
    name, header = body["name"], body.get("?", {})
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
        name=name, description_text=body.get("description_text", ""),
        project_id=caller.project_id, user_id=caller.user_id,
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
    name = body["name"]
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
