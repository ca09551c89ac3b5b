"""Environment templates."""

from __future__ import annotations

from typing import Final

from catalog_api.schemas.components import COMPONENT, COMPONENTS
from catalog_api.schemas.environments import NAME_LENGTH, NEW
from catalog_api.schemas.operations import Body, Operation, Table
from catalog_api.schemas.values import (
    BOOLEAN,
    COUNT,
    ERROR,
    MOMENT,
    OBJECT,
    STORED,
    TEXT,
    Named,
    flag,
    listed,
    members,
    name_of,
    nullable,
    text,
)

NAME: Final = name_of(
    "Environment template", NAME_LENGTH, "Please, specify a name of the environment template."
)
_TEXT: Final = text("description_text must be a text")
_SERVICES: Final = nullable({**listed(COMPONENT), ERROR: "services must be a list of objects"})
_HEAD: Final = {
    **STORED, "name": TEXT, "description_text": TEXT, "tenant_id": TEXT, "version": COUNT,
    "is_public": BOOLEAN,
}  # fmt: skip
TEMPLATE: Final = Named("Template", members(_HEAD))
WITH_SERVICES: Final = Named("TemplateWithServices", members(_HEAD, {"services": listed(OBJECT)}))
WITHOUT_ONE: Final = Named("TemplateAfterRemoval", members({
    "id": TEXT, "name": TEXT, "tenant_id": TEXT, "description_text": TEXT, "updated": MOMENT,
    "services": listed(OBJECT),
}))  # fmt: skip
NEW_TEMPLATE: Final = Named("NewTemplate", members(
    {"name": NAME},
    {"description_text": _TEXT, "is_public": flag("is_public"), "services": _SERVICES},
))  # fmt: skip
CHANGE: Final = Named("TemplateChange", members(
    {"name": NAME}, {"description_text": _TEXT, "is_public": flag("is_public")}
))  # fmt: skip
CLONE: Final = Named("TemplateCopy", members({"name": NAME}, {"is_public": flag("is_public")}))

_ROOT, _ONE = "/templates", "/templates/{id}"
OPERATIONS: Final[Table] = {
    ("GET", _ROOT): Operation(
        "templates", "List templates", members({"templates": listed(TEMPLATE)}),
        query={"is_public": BOOLEAN},
    ),
    ("POST", _ROOT): Operation(
        "templates", "Create a template", WITH_SERVICES, body=Body(NEW_TEMPLATE), errors=(409,)
    ),
    ("GET", _ONE): Operation("templates", "Show a template with its applications", WITH_SERVICES),
    ("PUT", _ONE): Operation(
        "templates", "Change a template", TEMPLATE, body=Body(CHANGE), errors=(409,)
    ),
    ("DELETE", _ONE): Operation("templates", "Delete a template", None),
    ("POST", _ONE + "/create-environment"): Operation(
        "templates", "Create an environment and a session from a template",
        members({"environment_id": TEXT, "session_id": TEXT}), body=Body(NEW), errors=(409,),
    ),
    ("POST", _ONE + "/clone"): Operation(
        "templates", "Copy a public template", WITH_SERVICES, body=Body(CLONE), errors=(409,)
    ),
    ("GET", _ONE + "/services"): Operation("templates", "List applications"),
    ("GET", _ONE + "/services/{path}"): Operation("templates", "Read a part of the applications"),
    ("POST", _ONE + "/services"): Operation(
        "templates", "Add applications", {"anyOf": [COMPONENT, COMPONENTS]},
        body=Body({"anyOf": [COMPONENT, COMPONENTS]}),
    ),
    ("PUT", _ONE + "/services/{path}"): Operation(
        "templates", "Replace an application", COMPONENT, body=Body(COMPONENT)
    ),
    ("DELETE", _ONE + "/services/{path}"): Operation(
        "templates", "Remove an application", WITHOUT_ONE
    ),
}  # fmt: skip
