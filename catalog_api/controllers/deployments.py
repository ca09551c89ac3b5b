"""``/deployments`` and ``/environments/{id}/deployments``: what was done, and how it went."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session
from webob import Response

from catalog_api.controllers.calls import Call, reply
from catalog_api.services import deployments, environments
from catalog_api.services.deployments import moment
from catalog_api.services.records import Report


def shown(report: Report) -> dict[str, Any]:
    """A report as clients see it."""
    return {
        "id": report.id,
        "task_id": report.deployment_id,
        "entity_id": report.entity_id,
        "entity": report.entity,
        "text": report.text,
        "level": report.level,
        "details": report.details,
        "created": moment(report.created),
        "updated": moment(report.updated),
    }


def of_project(call: Call) -> Response:
    """List deployments of all environments of the project."""
    call.authorise("list_deployments_all_environments")
    rows = call.read(lambda session: deployments.of_project(session, call.caller.project_id))
    return reply({"deployments": rows})


def index(call: Call, environment_id: str) -> Response:
    """List deployments of an environment."""

    def work(session: Session) -> list[dict[str, Any]]:
        environments.find(session, call.caller, environment_id)
        call.authorise("list_deployments", environment_id=environment_id)
        return deployments.of_environment(session, environment_id)

    return reply({"deployments": call.read(work)})


def reports(call: Call, environment_id: str, deployment_id: str) -> Response:
    """List the reports of a deployment."""
    call.authorise("statuses_deployments", environment_id=environment_id)
    given = call.request.GET.getall("service_id")
    # The published client joins several ids with question marks.
    wanted = [word for text in given for word in text.replace("service_id=", "").split("?")]

    def work(session: Session) -> list[Report]:
        found = deployments.reports_of(session, environment_id, deployment_id, wanted)
        environments.find(session, call.caller, environment_id)
        return found

    return reply({"reports": [shown(report) for report in call.read(work)]})
