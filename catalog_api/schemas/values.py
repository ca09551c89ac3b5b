"""Pieces that schemas of several resources are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

Schema = Mapping[str, Any]
ERROR: Final = "x-error"
"""Member of a schema: what a request is told that does not fit; a text, or texts by keyword."""


class Named(dict[str, Any]):
    """A schema that the description of the API shows under a name, once."""

    def __init__(self, name: str, schema: Schema) -> None:
        super().__init__(schema)
        self.name = name


def members(
    required: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None, /, **more: Any
) -> dict[str, Any]:
    """A schema of objects with these members, and perhaps others."""
    return {
        "type": "object", "properties": {**required, **(optional or {})},
        **({"required": list(required)} if required else {}), **more,
    }  # fmt: skip


def listed(items: Schema, /, **more: Any) -> dict[str, Any]:
    """A schema of arrays."""
    return {"type": "array", "items": items, **more}


def nullable(schema: Schema) -> dict[str, Any]:
    """The same, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def text(error: str | None = None, **more: Any) -> dict[str, Any]:
    """A schema of texts."""
    return {"type": "string", **more, **({} if error is None else {ERROR: error})}


def flag(name: str) -> dict[str, Any]:
    """A schema of booleans that a request has under a name."""
    return {"type": "boolean", ERROR: f"{name} must be true or false"}


def name_of(what: str, most: int, missing: str) -> dict[str, Any]:
    """A schema of names: not blank, and not longer than its column."""
    return {
        "type": "string", "pattern": r"\S", "maxLength": most,
        ERROR: {"maxLength": f"{what} name should be {most} characters maximum", "": missing},
    }  # fmt: skip


ANY: Final[Schema] = {}
TEXT: Final[Schema] = {"type": "string"}
TEXT_OR_NULL: Final[Schema] = {"type": ["string", "null"]}
BOOLEAN: Final[Schema] = {"type": "boolean"}
COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
COUNT_OR_NULL: Final[Schema] = {"type": ["integer", "null"], "minimum": 0}
NUMBER: Final[Schema] = {"type": "number"}
OBJECT: Final[Schema] = {"type": "object"}
ID: Final[Schema] = {"type": "string", "minLength": 1, "maxLength": 255}
MOMENT: Final[Schema] = {
    "type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$",
    "description": "UTC, without a zone",
}  # fmt: skip
MOMENT_OR_NULL: Final[Schema] = {**MOMENT, "type": ["string", "null"]}
STORED: Final[Mapping[str, Schema]] = {"id": ID, "created": MOMENT, "updated": MOMENT}
"""What every stored thing has."""

FAULT: Final = Named("Error", members({
    "error": members({
        "code": {"type": "integer"}, "title": TEXT, "message": TEXT,
    }, {"type": TEXT, "request_id": TEXT_OR_NULL}),
}))  # fmt: skip
"""What all errors look like."""
