"""``/environments/{id}/actions``: public methods of objects."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session
from webob import Response

from catalog_api.controllers import acceptance
from catalog_api.controllers.calls import Call, reply
from catalog_api.services import deployments, environments


def execute(call: Call, environment_id: str, action_id: str) -> Response:
    """Call an action."""
    args = call.body() or {}
    return reply({"task_id": acceptance.act(call, environment_id, action_id, args)})


def result(call: Call, environment_id: str, task_id: str) -> Response:
    """Read what an action returned."""

    def work(session: Session) -> dict[str, Any]:
        environments.find(session, call.caller, environment_id)
        call.authorise("execute_action", environment_id=environment_id)
        return deployments.action_result(session, environment_id, task_id)

    return reply(call.read(work))
