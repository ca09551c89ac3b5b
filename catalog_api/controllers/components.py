"""``/environments/{id}/services``: components of an environment."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session
from webob import Response

from catalog_api.controllers.calls import Call, done, reply
from catalog_api.services import components, environments
from catalog_api.services.errors import NotFound


def show(call: Call, environment_id: str, path: str = "") -> Response:
    """Read components, or a part of one."""

    def work(session: Session) -> Any:
        found = environments.find(session, call.caller, environment_id, whole=True)
        model = environments.visible_model(session, found, call.session_id)
        status = environments.status(session, found.id)
        return components.read(model, path, status)

    return reply(call.read(work))


def add(call: Call, environment_id: str, path: str = "") -> Response:
    """Append components."""
    body = call.body()
    if path.strip("/"):
        raise NotFound("Components are added to the list itself")

    def work(session: Session) -> None:
        _environment, found = components.editable(
            session, call.caller, environment_id, call.session_id
        )
        components.add(found, body)

    call.write(work)
    return reply(body)


def put(call: Call, environment_id: str, path: str = "") -> Response:
    """Replace all components, or a part of one."""
    body = call.body()

    def work(session: Session) -> Any:
        _environment, found = components.editable(
            session, call.caller, environment_id, call.session_id
        )
        return components.put(found, path, body)

    return reply(call.write(work))


def remove(call: Call, environment_id: str, path: str = "") -> Response:
    """Remove components, or a part of one."""

    def work(session: Session) -> None:
        _environment, found = components.editable(
            session, call.caller, environment_id, call.session_id
        )
        components.remove(found, path)

    call.write(work)
    return done()
