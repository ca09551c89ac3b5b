"""The OpenAPI document, made of the schemas that requests are held against."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from catalog_api.schemas.operations import JSON, Body, Operation
from catalog_api.schemas.table import OPERATIONS
from catalog_api.schemas.values import FAULT, Named, Schema

PREFIX: Final = "/v1"
ALWAYS: Final = (400, 401, 403, 413, 503)
SESSION_HEADER: Final = "X-Configuration-Session"
_KINDS: Final = {
    "environments": "environment_id", "sessions": "session_id", "deployments": "deployment_id",
    "raw": "instance_id", "schemas": "class_name", "templates": "template_id",
    "packages": "package_id", "categories": "category_id",
}  # fmt: skip
"""What ``{id}`` after a segment is; after another ``{id}`` it is a list of methods."""


def document(version: str) -> dict[str, Any]:
    """The whole document.

    :param version: of this release.
    """
    named: dict[str, Any] = {}
    paths: dict[str, dict[str, Any]] = {}
    for (method, route), operation in OPERATIONS.items():
        path, parameters = path_of(method, route)
        described = _operation(method, route, operation, parameters)
        paths.setdefault(path, {})[method.lower()] = _plain(described, named)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Burano application catalog", "version": version,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            "description": "Application packages, and the environments composed of them.",
        },
        "servers": [{"url": "/", "description": "This service"}],
        "security": [{"token": []}],
        "tags": [{"name": tag} for tag in dict.fromkeys(row.tag for row in OPERATIONS.values())],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(named.items())),
            "securitySchemes": {
                "token": {"type": "apiKey", "in": "header", "name": "X-Auth-Token",
                          "description": "A token of Keystone, scoped to a project"},
            },
        },
    }  # fmt: skip


def path_of(method: str, route: str) -> tuple[str, list[str]]:
    """The path of a route as the document has it, and the names of its parameters."""
    names: list[str] = []
    parts = route.split("/")
    for index, part in enumerate(parts):
        if part == "{id}":
            before = parts[index - 1]
            name = _KINDS.get(before, "methods")
            if before == "actions":
                name = "task_id" if method == "GET" else "action_id"
            names.append(name)
            parts[index] = "{" + name + "}"
        elif part == "{path}":
            names.append("path")
    # One path has one name for its parameter, whatever it is to a method.
    path = "/".join(parts).replace("{task_id}", "{action_id}")
    return PREFIX + path, ["action_id" if name == "task_id" else name for name in names]


def _operation(
    method: str, route: str, operation: Operation, parameters: list[str]
) -> dict[str, Any]:
    words = re.sub(r"[^A-Za-z]+", " ", route).split()
    described: dict[str, Any] = {
        "operationId": "-".join((method.lower(), *words)),
        "summary": operation.summary,
        "tags": [operation.tag],
        "parameters": [
            *(_path_parameter(name) for name in parameters),
            *(_query_parameter(name, schema) for name, schema in operation.query.items()),
        ],
        "responses": _responses(operation, bool(parameters)),
    }
    if operation.in_session:
        described["parameters"].append({
            "name": SESSION_HEADER, "in": "header", "required": False,
            "schema": {"type": "string"}, "description": "Id of the session to read or to change",
        })  # fmt: skip
    if operation.body is not None:
        described["requestBody"] = _body(operation.body)
    return described


def _path_parameter(name: str) -> dict[str, Any]:
    parameter: dict[str, Any] = {
        "name": name, "in": "path", "required": True, "schema": {"type": "string"}
    }  # fmt: skip
    if name == "path":
        parameter["description"] = "May have several segments, or none"
    return parameter


def _query_parameter(name: str, schema: Schema) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema}


def _body(body: Body) -> dict[str, Any]:
    described: dict[str, Any] = {"schema": body.schema}
    if body.media_type == "multipart/form-data":
        described["encoding"] = {"__metadata__": {"contentType": JSON}}
    return {"required": body.required, "content": {body.media_type: described}}


def statuses(operation: Operation, has_parameters: bool) -> list[int]:
    """Statuses of errors that an operation may answer."""
    found = {*ALWAYS, *operation.errors, 406}
    if has_parameters:
        found.add(404)
    if operation.body is not None:
        found.add(415)
    return sorted(found)


def _responses(operation: Operation, has_parameters: bool) -> dict[str, Any]:
    done: dict[str, Any] = {"description": operation.summary}
    if operation.answer is not None:
        done["content"] = {operation.media_type: {"schema": operation.answer}}
    elif operation.media_type != JSON:
        done["content"] = {operation.media_type: {}}
    errors = {
        str(status): {
            "description": HTTPStatus(status).phrase, "content": {JSON: {"schema": FAULT}},
        }
        for status in statuses(operation, has_parameters)
    }  # fmt: skip
    return {"200": done, **errors}


def _plain(value: Any, named: dict[str, Any]) -> Any:
    """A copy with references in place of named schemas, which are collected."""
    if isinstance(value, Named):
        if value.name not in named:
            named[value.name] = None
            named[value.name] = {key: _plain(item, named) for key, item in value.items()}
        return {"$ref": f"#/components/schemas/{value.name}"}
    if isinstance(value, Mapping):
        return {key: _plain(item, named) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, named) for item in value]
    return value
