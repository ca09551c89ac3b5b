"""Deployments, their reports, and actions of deployed objects."""

from __future__ import annotations

from typing import Final

from catalog_api.schemas.operations import Body, Operation, Table
from catalog_api.schemas.values import (
    ANY,
    COUNT,
    ERROR,
    MOMENT,
    MOMENT_OR_NULL,
    OBJECT,
    STORED,
    TEXT,
    TEXT_OR_NULL,
    Named,
    listed,
    members,
)

REPORT: Final = Named("Report", members({
    **STORED, "task_id": TEXT, "entity_id": TEXT_OR_NULL, "entity": TEXT_OR_NULL, "text": TEXT,
    "level": {"type": "string"}, "details": TEXT_OR_NULL,
}))  # fmt: skip
ATTEMPT: Final = members({
    "number": COUNT, "engine": TEXT_OR_NULL, "claimed_at": MOMENT, "ended_at": MOMENT_OR_NULL,
    "outcome": TEXT_OR_NULL,
})  # fmt: skip
USED_PACKAGE: Final = members({"name": TEXT, "version": TEXT, "digest": TEXT})
DEPLOYMENT: Final = Named("Deployment", members({
    **STORED, "environment_id": TEXT, "description": {"type": ["object", "null"]},
    "action": {"type": ["object", "null"]}, "started": MOMENT_OR_NULL,
    "finished": MOMENT_OR_NULL, "result": OBJECT,
    "state": {
        "type": "string",
        "enum": ["running", "running_w_errors", "running_w_warnings", "success",
                 "completed_w_errors", "completed_w_warnings"],
    },
    "attempts": listed(ATTEMPT), "packages": listed(USED_PACKAGE),
}))  # fmt: skip
DEPLOYMENTS: Final = members({"deployments": listed(DEPLOYMENT)})
RESULT: Final = members(
    {}, {"isException": {"type": "boolean"}, "result": ANY},
    description="Empty while the action runs.",
)  # fmt: skip

_ONE: Final = "/environments/{id}"
_ARGUMENTS: Final = {
    "type": "object", ERROR: "The arguments of an action are a JSON object",
}  # fmt: skip
OPERATIONS: Final[Table] = {
    ("GET", "/deployments"): Operation(
        "deployments", "List deployments of all environments of the project", DEPLOYMENTS
    ),
    ("GET", _ONE + "/deployments"): Operation(
        "deployments", "List deployments of an environment", DEPLOYMENTS
    ),
    ("GET", _ONE + "/deployments/{id}"): Operation(
        "deployments", "List reports of a deployment", members({"reports": listed(REPORT)}),
        query={"service_id": listed(TEXT)},
    ),
    ("POST", _ONE + "/actions/{id}"): Operation(
        "actions", "Call an action", members({"task_id": TEXT}),
        body=Body({"anyOf": [_ARGUMENTS, {"type": "null"}],
                   ERROR: "The arguments of an action are a JSON object"}, required=False),
    ),
    ("GET", _ONE + "/actions/{id}"): Operation("actions", "Read the result of an action", RESULT),
}  # fmt: skip
