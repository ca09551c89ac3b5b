"""What engines are asked: static actions, schemas of classes."""

from __future__ import annotations

from typing import Any, Final

from catalog_api.schemas.operations import Body, Operation, Table
from catalog_api.schemas.values import ERROR, TEXT, Named, members, text

_OPTIONAL: Final = {"type": ["string", "null"]}


def _optional(name: str) -> dict[str, Any]:
    return {**_OPTIONAL, ERROR: f"{name} must be a text or null"}


STATIC_ACTION: Final = Named("StaticAction", members(
    {
        "className": text("className must be a text", minLength=1),
        "methodName": text("methodName must be a text", minLength=1),
    },
    {
        "packageName": _optional("packageName"), "classVersion": _optional("classVersion"),
        "parameters": {"type": ["object", "null"], ERROR: "parameters must be an object"},
    },
))  # fmt: skip
_QUERY: Final = {"packageName": TEXT, "classVersion": TEXT}
OPERATIONS: Final[Table] = {
    ("POST", "/actions"): Operation(
        "classes", "Call a static action; its value is the answer", body=Body(STATIC_ACTION),
        errors=(404, 504),
    ),
    ("GET", "/schemas/{id}"): Operation(
        "classes", "Schemas of a class and of its model builders", query=_QUERY, errors=(504,)
    ),
    ("GET", "/schemas/{id}/{id}"): Operation(
        "classes", "Schemas of some methods of a class", query=_QUERY, errors=(504,)
    ),
}  # fmt: skip
