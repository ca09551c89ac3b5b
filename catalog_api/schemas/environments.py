"""Environments, their models and their sessions."""

from __future__ import annotations

from typing import Final

from catalog_api.schemas.components import COMPONENT, SHOWN_COMPONENT
from catalog_api.schemas.deployments import REPORT
from catalog_api.schemas.operations import Body, Operation, Table
from catalog_api.schemas.values import (
    ANY,
    BOOLEAN,
    COUNT,
    ERROR,
    OBJECT,
    STORED,
    TEXT,
    TEXT_OR_NULL,
    Named,
    listed,
    members,
    name_of,
    nullable,
    text,
)

NAME_LENGTH: Final = 255
NAME: Final = name_of(
    "Environment", NAME_LENGTH, "Please, specify a name of the environment to create"
)
NEW: Final = Named("NewEnvironment", members(
    {"name": NAME},
    {
        "description_text": text("description_text must be a text"),
        "?": {"type": "object", ERROR: "'?' must be an object"},
        "services": listed({"type": "object", ERROR: "services must be a list of objects"},
                           **{ERROR: "services must be a list of objects"}),
        "defaultNetworks": ANY,
    },
    description="Other members become members of the model's environment object.",
))  # fmt: skip
_HEAD: Final = {
    **STORED, "name": TEXT, "description_text": TEXT, "tenant_id": TEXT, "version": COUNT,
}  # fmt: skip
STATUS: Final = {
    "type": "string",
    "enum": ["ready", "pending", "deploying", "deploy failure", "deleting", "delete failure"],
}
ENVIRONMENT: Final = Named("Environment", members(_HEAD))
LISTED: Final = Named("ListedEnvironment", members({**_HEAD, "status": STATUS}))
WHOLE: Final = Named("EnvironmentWithServices", members({
    **_HEAD, "status": STATUS, "acquired_by": TEXT_OR_NULL,
    "services": listed(SHOWN_COMPONENT),
}))  # fmt: skip
MADE: Final = Named("CreatedEnvironment", members(
    _HEAD, description="With the other members of the request.", additionalProperties=True,
))  # fmt: skip
SESSION: Final = Named("Session", members({
    **STORED, "environment_id": TEXT, "user_id": TEXT, "version": COUNT,
    "state": {
        "type": "string",
        "enum": ["opened", "deploying", "deployed", "deploy failure", "deleting",
                 "delete failure"],
    },
}))  # fmt: skip
_OPERATION: Final = "An operation of a patch needs a "
PATCH: Final = listed(
    members(
        {
            "op": text(_OPERATION + "text under 'op'"),
            "path": text(_OPERATION + "text under 'path'"),
            "value": {ERROR: _OPERATION + "value, also one that removes"},
        },
        **{ERROR: "An operation of a patch is a JSON object"},
    ),
    minItems=1,
    **{ERROR: {"minItems": "The patch has no operation",
               "": "A patch is a JSON array of operations"}},
)  # fmt: skip

_ROOT, _ONE = "/environments", "/environments/{id}"
_ENVIRONMENTS: Final[Table] = {
    ("GET", _ROOT): Operation(
        "environments", "List environments", members({"environments": listed(LISTED)}),
        query={"all_tenants": BOOLEAN, "tenant": TEXT},
    ),
    ("POST", _ROOT): Operation(
        "environments", "Create an environment", MADE, body=Body(NEW), errors=(409,)
    ),
    ("GET", _ONE): Operation(
        "environments", "Show an environment with its components", WHOLE, in_session=True
    ),
    ("PUT", _ONE): Operation(
        "environments", "Rename an environment", ENVIRONMENT,
        body=Body(Named("EnvironmentName", members({"name": NAME}))), errors=(409,),
    ),
    ("DELETE", _ONE): Operation(
        "environments", "Delete an environment by a deployment, or abandon it", None,
        query={"abandon": BOOLEAN},
    ),
    ("GET", _ONE + "/lastStatus"): Operation(
        "environments", "Newest report about each component",
        members({"lastStatuses": {"type": "object", "additionalProperties": nullable(REPORT)}}),
        in_session=True,
    ),
    ("GET", _ONE + "/model/{path}"): Operation(
        "environments", "Read a part of the model", in_session=True
    ),
    ("PATCH", _ONE + "/model/{path}"): Operation(
        "environments", "Change the model of a session", nullable(OBJECT),
        body=Body(PATCH, "application/env-model-json-patch"), in_session=True,
    ),
}  # fmt: skip
_SESSIONS: Final[Table] = {
    ("POST", _ONE + "/configure"): Operation("sessions", "Open a session", SESSION),
    ("GET", _ONE + "/sessions/{id}"): Operation("sessions", "Show a session", SESSION),
    ("DELETE", _ONE + "/sessions/{id}"): Operation("sessions", "Delete a session", None),
    ("POST", _ONE + "/sessions/{id}/deploy"): Operation("sessions", "Deploy a session", None),
}
OPERATIONS: Final[Table] = {**_ENVIRONMENTS, **_SESSIONS}

__all__ = ["COMPONENT", "ENVIRONMENT", "NAME", "NAME_LENGTH", "NEW", "OPERATIONS"]
