"""Patches of an environment's model: which operations are taken, and what they do."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import jsonpatch
import jsonpointer
from jsonschema import Draft202012Validator

from catalog_api.services import documents
from catalog_api.services.errors import BadRequest, Forbidden, NotFound

EVERYTHING: Final = frozenset(("add", "replace", "remove"))
_REPLACED: Final = frozenset(("replace",))
_NOTHING: Final[frozenset[str]] = frozenset()
OPERATIONS: Final[Mapping[tuple[str, ...], frozenset[str]]] = {
    (): _NOTHING,
    ("defaultNetworks",): _REPLACED,
    ("defaultNetworks", "environment"): _REPLACED,
    ("defaultNetworks", "environment", "?", "id"): _NOTHING,
    ("defaultNetworks", "flat"): _REPLACED,
    ("name",): _REPLACED,
    ("region",): _REPLACED,
    ("?", "type"): _REPLACED,
    ("?", "id"): _NOTHING,
}
"""Operations that a path takes; other paths take everything."""

_TEXT: Final = {"type": "string"}
_HEADER: Final = {
    "type": "object",
    "properties": {"id": _TEXT, "name": _TEXT, "type": _TEXT, "_actions": {"type": "object"}},
    "required": ["id", "type"],
}
SCHEMA: Final[Mapping[str, Any]] = {
    "type": "object",
    "properties": {
        "?": _HEADER,
        "name": _TEXT,
        "region": {"type": ["string", "null"]},
        "regions": {"type": "object"},
        "defaultNetworks": {
            "type": "object",
            "properties": {
                "environment": {
                    "type": "object",
                    "properties": {
                        "name": _TEXT,
                        "?": {"type": "object", "properties": dict.fromkeys(
                            ("type", "id", "name"), _TEXT)},
                        "autoUplink": {"type": "boolean"},
                        "autogenerateSubnet": {"type": "boolean"},
                        "dnsNameServers": {"type": "array"},
                        **dict.fromkeys(
                            ("externalRouterId", "subnetCidr", "openstackId", "regionName"), _TEXT
                        ),
                    },
                    "required": ["name", "?"],
                },
                "flat": {"type": ["boolean", "null"]},
            },
            "required": ["environment", "flat"],
        },
        "services": {"type": "array", "items": {"type": "object"}},
    },
}  # fmt: skip
"""What values must be where a path ends inside of it."""

_ESCAPE: Final = re.compile("~[^01]|~$")


def checked(document: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Operations of a patch, their paths in canonical form.

    :param document: as :data:`catalog_api.schemas.environments.PATCH` has it.
    :raises BadRequest: a path is malformed, or a value has the wrong type.
    :raises Forbidden: an operation is not for its path.
    """
    return [_checked(item) for item in document]


def _checked(item: Mapping[str, Any]) -> dict[str, Any]:
    parts = segments(item["path"])
    if item["op"] not in OPERATIONS.get(parts, EVERYTHING):
        raise Forbidden(f"Operation {item['op'][:20]!r} is not for the path {item['path'][:200]!r}")
    documents.check_put(parts, item["value"])
    _check_value(parts, item["value"])
    path = jsonpointer.JsonPointer.from_parts(parts).path
    return {"op": item["op"], "path": path, "value": item["value"]}


def segments(path: str) -> tuple[str, ...]:
    """Parts of a pointer, without the blanks around each.

    :raises BadRequest: it is malformed.
    """
    if not path.startswith("/"):
        raise BadRequest(f"The path {path[:200]!r} must start with '/'")
    if path == "/":
        return ()
    if "//" in path or path.endswith("/"):
        raise BadRequest(f"The path {path[:200]!r} has an empty part")
    if _ESCAPE.search(path):
        raise BadRequest(f"In the path {path[:200]!r} '~' must be followed by 0 or 1")
    return tuple(part.replace("~1", "/").replace("~0", "~").strip() for part in path[1:].split("/"))


def _check_value(parts: tuple[str, ...], value: Any) -> None:
    schema: Any = SCHEMA
    for part in parts:
        if schema.get("type") == "array":
            schema = schema.get("items")
        else:
            schema = schema.get("properties", {}).get(part)
        if schema is None:
            return
    error = next(Draft202012Validator(schema).iter_errors(value), None)
    if error is not None:
        place = "/".join((*parts, *map(str, error.absolute_path)))
        raise BadRequest(f"{place[:200]}: {error.message[:300]}")


def applied(objects: Any, operations: list[dict[str, Any]]) -> Any:
    """The objects of a model after all operations.

    :raises NotFound: something is not there.
    :raises BadRequest: an index is no number.
    """
    try:
        return jsonpatch.JsonPatch(operations).apply(copy.deepcopy(objects))
    except jsonpatch.JsonPatchConflict as error:
        raise NotFound(f"The patch does not fit the model: {error}") from error
    except jsonpointer.JsonPointerException as error:
        raise NotFound(f"The patch does not fit the model: {error}") from error
    except jsonpatch.InvalidJsonPatch as error:
        raise BadRequest(f"The patch is malformed: {error}") from error
