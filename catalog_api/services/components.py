"""Components of an environment, as drafts in a session."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session

from catalog_api.db.models import ConfigurationSession, Environment, utc_now
from catalog_api.schemas.checking import Checker
from catalog_api.schemas.components import COMPONENT
from catalog_api.schemas.values import listed
from catalog_api.services import documents, environments, paths, sessions
from catalog_api.services.callers import Caller
from catalog_api.services.errors import BadRequest, Forbidden, NotFound

_LIST = Checker(listed(COMPONENT))


def read(model: Any, path: str, status: str) -> Any:
    """Components of a model, or what stands at a path below them.

    :param status: status of the environment, which each component of the whole list shows.
    """
    objects = (model or {}).get("Objects")
    if objects is None:
        return None
    if "services" not in objects:
        return []
    parts = paths.segments(path)
    if parts:
        return paths.read(objects["services"], parts)
    return [_with_status(component, status) for component in objects["services"] or []]


def object_ids(model: Any) -> dict[str, list[str]]:
    """Id of each component -> ids of all objects inside of it, its own first."""
    services = ((model or {}).get("Objects") or {}).get("services") or []
    found: dict[str, list[str]] = {}
    for component in services:
        ids = list(_ids(component))
        if ids:
            found[ids[0]] = ids
    return found


def _ids(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            header = item.get("?")
            if isinstance(header, dict) and isinstance(header.get("id"), str):
                yield header["id"]
            waiting.extend(reversed(list(item.values())))
        elif isinstance(item, list):
            waiting.extend(reversed(item))


def _with_status(component: Any, status: str) -> Any:
    if not isinstance(component, dict) or not isinstance(component.get("?"), dict):
        return component
    return {**component, "?": {**component["?"], "status": status}}


def editable(
    session: Session, caller: Caller, environment_id: str, session_id: str | None
) -> tuple[Environment, ConfigurationSession]:
    """Environment and session for a change, locked.

    :raises BadRequest: no session is named.
    :raises NotFound: there is no such session or environment.
    :raises Forbidden: the session may not be changed any more.
    :raises Conflict: it is another environment's.
    """
    if not session_id:
        raise BadRequest("Session is not specified: send X-Configuration-Session")
    configuration = sessions.find(session, session_id)
    environment = environments.find(session, caller, environment_id, lock=True)
    sessions.check_belongs(configuration, environment.id)
    configuration = sessions.find(session, session_id, whole=True)
    sessions.check_valid(session, configuration, environment.version)
    if configuration.state != sessions.OPENED:
        raise Forbidden(
            f"Session <SessionId {session_id}> is {configuration.state!r} and cannot be changed"
        )
    return environment, configuration


def _objects(configuration: ConfigurationSession) -> tuple[dict[str, Any], dict[str, Any]]:
    model = copy.deepcopy(configuration.description or {})
    objects = model.get("Objects")
    if objects is None:
        raise NotFound("The environment is to be deleted; it has no components")
    return model, objects


def add(configuration: ConfigurationSession, value: Any) -> None:
    """Append components.

    :param value: a component or a list of them, checked.
    :raises BadRequest: an id is in use.
    """
    rows = value if isinstance(value, list) else [value]
    model, objects = _objects(configuration)
    services = objects.setdefault("services", [])
    known = {
        component["?"].get("id")
        for component in services
        if isinstance(component, dict) and isinstance(component.get("?"), dict)
    }
    for row in rows:
        if row["?"]["id"] in known:
            raise BadRequest(f"A component with id {row['?']['id'][:64]} exists already")
        known.add(row["?"]["id"])
        services.append(row)
    configuration.description = model


def put(configuration: ConfigurationSession, path: str, value: Any) -> Any:
    """Replace the list of components, or what stands at a path below it.

    :raises BadRequest: something in the list is no component.
    """
    parts = paths.segments(path)
    model, objects = _objects(configuration)
    if parts:
        documents.check_put(parts, value)
        paths.write(objects.setdefault("services", []), parts, value)
    else:
        value = value or []
        rows = value if isinstance(value, list) else [value]
        problem = _LIST.problem(rows)
        if problem is not None:
            raise BadRequest(problem)
        objects["services"] = rows
    if isinstance(objects.get("?"), dict):
        objects["?"]["updated"] = str(utc_now())
    configuration.description = model
    return value


def remove(configuration: ConfigurationSession, path: str) -> None:
    """Remove a component, or what stands at a path; without a path all components."""
    parts = paths.segments(path)
    model, objects = _objects(configuration)
    if parts:
        paths.remove(objects.get("services", []), parts)
    else:
        objects["services"] = []
    configuration.description = model
