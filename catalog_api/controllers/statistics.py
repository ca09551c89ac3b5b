"""``/stats`` and ``/environments/{id}/instance-statistics``: what was asked, and what is there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session
from webob import Response

from catalog_api.controllers.calls import Call, reply
from catalog_api.services import environments, instances, request_stats

Read = Callable[[Session, datetime], list[dict[str, Any]]]


def requests(call: Call) -> Response:
    """List what the API's hosts answered."""
    call.authorise("get_request_statistics")
    return reply(call.read(request_stats.listed))


def raw(call: Call, environment_id: str) -> Response:
    """List the instances of an environment."""
    return _of_environment(
        call, environment_id, "get_statistics",
        lambda session, now: instances.listed(session, environment_id, now),
    )  # fmt: skip


def instance(call: Call, environment_id: str, instance_id: str) -> Response:
    """List one instance of an environment; nothing when it has none of that id."""
    return _of_environment(
        call, environment_id, "get_instance_statistics",
        lambda session, now: instances.listed(session, environment_id, now, instance_id),
    )  # fmt: skip


def aggregated(call: Call, environment_id: str) -> Response:
    """Sum up the instances of an environment by their types."""
    return _of_environment(
        call, environment_id, "get_aggregated_statistics",
        lambda session, now: instances.aggregated(session, environment_id, now),
    )  # fmt: skip


def _of_environment(call: Call, environment_id: str, rule: str, read: Read) -> Response:
    def work(session: Session) -> list[dict[str, Any]]:
        environments.find(session, call.caller, environment_id)
        call.authorise(rule, environment_id=environment_id)
        return read(session, call.database.now(session))

    return reply(call.read(work))
