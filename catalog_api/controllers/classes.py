"""``/actions`` and ``/schemas``: static methods of classes, and schemas for their forms."""

from __future__ import annotations

from typing import Any

from webob import Response

from catalog_api.controllers.calls import Call, reply
from catalog_api.services import engine_calls
from catalog_api.services.errors import BadRequest

DEFAULT_VERSION = "=0"


def execute(call: Call) -> Response:
    """Call a static action; its value is the answer."""
    call.authorise("execute_action")
    body = call.members()
    action = {
        "class_name": _text(body, "className"), "method": _text(body, "methodName"),
        "args": _parameters(body.get("parameters")), "pkg_name": _optional(body, "packageName"),
        "class_version": engine_calls.check_version(
            _optional(body, "classVersion") or DEFAULT_VERSION
        ),
    }  # fmt: skip
    return reply(engine_calls.ask(call.database, call.caller, action, call.app.conductor.wake))


def schemas(call: Call, class_name: str, methods: str | None = None) -> Response:
    """Schemas of a class and of its model builders, or of some of them."""
    call.authorise("get_schema")
    query = call.request.GET
    action = {
        "class_name": class_name, "pkg_name": query.get("packageName") or None,
        "class_version": engine_calls.check_version(query.get("classVersion")),
        "schema": None
        if methods is None
        else [name.strip() for name in methods.split(",") if name.strip()],
    }  # fmt: skip
    wake = call.app.conductor.wake
    return reply(call.app.schemas.get(call.database, call.caller, action, wake))


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise BadRequest(f"{name} must be a text")
    return value


def _optional(body: dict[str, Any], name: str) -> str | None:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise BadRequest(f"{name} must be a text or null")
    return value


def _parameters(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadRequest("parameters must be an object")
    return value
