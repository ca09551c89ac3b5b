"""The document with which the API describes itself, and requests that are made from it."""

from __future__ import annotations

import json
import os

import hypothesis
import pytest
import requests
import schemathesis
import webtest
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from catalog_api.controllers.routes import TABLE
from catalog_api.schemas.document import document, path_of
from catalog_api.schemas.table import OPERATIONS
from tests.functional.api.documented import DOCUMENTED
from tests.functional.api.raw import ENVIRONMENTS, PACKAGES, Raw

#: These ask an engine, so that they wait for one.
ASKING = ("/v1/actions", "/v1/schemas/{class_name}", "/v1/schemas/{class_name}/{methods}")
EXAMPLES = int(os.environ.get("BURANO_GENERATED_EXAMPLES", "12"))
"""Requests of each operation, of those that fit and of those that do not; more find more."""


@schemathesis.serializer(*{
    row.body.media_type for row in OPERATIONS.values()
    if row.body is not None and row.body.media_type.endswith("-json-patch")
})  # fmt: skip
def patch_as_json(_context, value):
    """Our kinds of patches are JSON."""
    return json.dumps(value).encode()


class TestDocument:
    def test_it_is_valid(self):
        validate(document("1"), cls=OpenAPIV31SpecValidator)

    def test_it_has_every_route_and_no_other(self):
        assert list(OPERATIONS) and set(OPERATIONS) == {row[:2] for row in TABLE}
        described = {
            (method.upper(), path)
            for path, item in document("1")["paths"].items()
            for method in item
        }
        assert described == {
            (method, path_of(method, route)[0]) for method, route, _handler in TABLE
        }

    def test_operations_have_names_of_their_own(self):
        names = [
            operation["operationId"]
            for item in document("1")["paths"].values()
            for operation in item.values()
        ]
        assert len(names) == len(set(names))

    def test_it_is_served_without_a_token(self, application):
        app = webtest.TestApp(application)
        answer = app.get("/v1/openapi.json")
        assert answer.json["openapi"] == "3.1.0"
        assert answer.json["paths"] == json.loads(json.dumps(document("1")["paths"]))
        headers = {"If-None-Match": answer.headers["ETag"]}
        assert app.get("/v1/openapi.json", headers=headers, status=304).body == b""
        assert app.post("/v1/openapi.json", status=405).headers["Allow"] == "GET, HEAD"


@pytest.fixture
def things(demo, package, engine):
    """One thing of each kind, by the name that the document has for its id."""
    environment = demo.post_json(ENVIRONMENTS, {"name": "generated"}).json["id"]
    root = f"{ENVIRONMENTS}/{environment}"
    held = {"X-Configuration-Session": demo.post(f"{root}/configure").json["id"]}
    component = {"?": {"id": "a" * 32, "type": "org.example.App"}, "text": "t", "list": [1]}
    demo.post_json(f"{root}/services", component, headers=held)
    demo.post(f"{root}/sessions/{held['X-Configuration-Session']}/deploy")
    task = engine.claim()
    engine.count(task, "an-instance")
    engine.finish(task)
    template = demo.post_json("/v1/templates", {"name": "generated", "is_public": True}).json["id"]
    demo.post_json(f"/v1/templates/{template}/services", component)
    published = demo.post(PACKAGES, upload_files=[("file", "p.zip", package())]).json["id"]
    category = demo.get("/v1/catalog/categories").json["categories"][0]["id"]
    return {
        "environment_id": environment, "deployment_id": task.task_id, "action_id": task.task_id,
        "session_id": demo.post(f"{root}/configure").json["id"], "instance_id": "an-instance",
        "template_id": template, "package_id": published, "category_id": category,
        "path": "a" * 32,
    }  # fmt: skip


def operations():
    """The operations of the document that no engine answers."""
    loaded = schemathesis.openapi.from_dict(document("1"))
    found = [result.ok() for result in loaded.get_all_operations()]
    return [row for row in found if row.path not in ASKING]


OFFERED = operations()


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("operation", OFFERED, ids=[row.label for row in OFFERED])
def test_generated_requests(application, tokens, things, operation, mode):
    """Requests that fit the document, and some that do not: no answer is outside of it."""
    send = Raw(application, tokens("admin", "demo"))

    @hypothesis.settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )  # fmt: skip
    @hypothesis.given(
        case=operation.as_strategy(generation_mode=mode), known=st.booleans(), data=st.data()
    )
    def send_all(case, known, data):
        if known:
            case.path_parameters = {**(case.path_parameters or {}), **{
                name: value for name, value in things.items()
                if name in (case.path_parameters or {})
            }}  # fmt: skip
            case.headers["X-Configuration-Session"] = things["session_id"]
        check(send, case)

    send_all()


def check(send, case):
    """Send a request, and hold the answer against the document."""
    wire = case.as_transport_kwargs(base_url="http://localhost")
    request = requests.Request(**wire).prepare()
    path, _question, query = request.path_url.partition("?")
    body = request.body or b""
    headers = {
        f"HTTP_{name.upper().replace('-', '_')}": value
        for name, value in request.headers.items()
        if name.lower() not in ("content-type", "content-length", "x-auth-token")
    }
    answer = send(
        request.method, path, query, body=body.encode() if isinstance(body, str) else body,
        kind=request.headers.get("Content-Type"), **headers,
    )  # fmt: skip
    problem = DOCUMENTED.problem(
        request.method, path, answer.status_int, answer.content_type, answer.body
    )
    assert problem is None, f"{request.method} {request.path_url} {body!r}: {problem}"
