"""``/actions`` and ``/schemas``: static methods of classes, and schemas for their forms."""

from __future__ import annotations

from webob import Response

from catalog_api.controllers.calls import Call, reply
from catalog_api.services import engine_calls

DEFAULT_VERSION = "=0"


def execute(call: Call) -> Response:
    """Call a static action; its value is the answer."""
    call.authorise("execute_action")
    body = call.body()
    action = {
        "class_name": body["className"], "method": body["methodName"],
        "args": body.get("parameters") or {}, "pkg_name": body.get("packageName"),
        "class_version": engine_calls.check_version(body.get("classVersion") or DEFAULT_VERSION),
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
