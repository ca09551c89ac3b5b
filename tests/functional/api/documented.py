"""Holds answers of the API against the document with which it describes itself."""

from __future__ import annotations

import copy
import json
import re

import webtest
from jsonschema import Draft202012Validator

from catalog_api.controllers.routes import TABLE
from catalog_api.schemas.document import document, path_of

OUTSIDE = {405}
"""What a request of an undocumented method is answered."""


def closed(schema):
    """The schema with no members but those it names: an answer has none that is not documented."""
    if isinstance(schema, dict):
        schema = {key: closed(value) for key, value in schema.items()}
        if "properties" in schema and schema.get("type") == "object":
            schema.setdefault("additionalProperties", False)
        return schema
    return [closed(value) for value in schema] if isinstance(schema, list) else schema


class Documented:
    """The document, asked about answers."""

    def __init__(self):
        made = document("0")
        self._components = {"components": closed(made["components"])}
        self._routes = []
        for method, route, _handler in TABLE:
            path, _names = path_of(method, route)
            pattern = re.escape("/v1" + route).replace(r"\{id\}", "[^/]+")
            pattern = re.compile(pattern.replace(r"\{path\}", ".*"))
            self._routes.append((method, pattern, made["paths"][path][method.lower()]))
        self._validators = {}

    def problem(self, method, raw_path, status, content_type, body):
        """What an answer has that the document does not tell of; None when there is nothing."""
        operation = next(
            (found for own, pattern, found in self._routes
             if own == method and pattern.fullmatch(raw_path)), None
        )  # fmt: skip
        if operation is None:
            known = status in (401, 403, 404, 405, 413)
            return None if known else f"no operation answers {status}"
        described = operation["responses"].get(str(status))
        if described is None:
            return f"status {status} is not documented"
        content = described.get("content")
        if content is None:
            return f"a body of {len(body)} bytes where none is documented" if body else None
        if content_type not in content:
            return f"content type {content_type!r} is not documented"
        schema = content[content_type].get("schema")
        return None if schema is None else self._mismatch(schema, json.loads(body))

    def _mismatch(self, schema, value):
        key = json.dumps(schema, sort_keys=True)
        if key not in self._validators:
            whole = {**closed(copy.deepcopy(schema)), **self._components}
            self._validators[key] = Draft202012Validator(whole)
        errors = [
            f"{list(error.absolute_path)}: {error.message[:300]}"
            for error in self._validators[key].iter_errors(value)
        ]
        return "; ".join(errors) or None


DOCUMENTED = Documented()


class Client(webtest.TestApp):
    """A client that takes no answer which the document does not tell of."""

    def do_request(self, req, status=None, expect_errors=None):
        """Send, and hold the answer against the document."""
        answer = super().do_request(req, status="*", expect_errors=True)
        if req.path.startswith("/v1/") and req.method not in ("HEAD", "OPTIONS"):
            problem = DOCUMENTED.problem(
                req.method, req.path, answer.status_int, answer.content_type, answer.body
            )
            assert problem is None, f"{req.method} {req.path} → {answer.status_int}: {problem}"
        if not expect_errors:
            self._check_status(status, answer)
        return answer
