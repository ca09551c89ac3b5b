"""Every route with another project's token, and with tokens of every role."""

from __future__ import annotations

import json
import uuid

import pytest

from catalog_api.controllers.routes import TABLE
from tests.functional.api.test_packages import upload

MANIFEST = """
Format: 1.4
Type: Library
FullName: org.example.Secret
Name: Secret thing
Classes: {org.example.Secret: Main.yaml}
"""
SECRET = "org.example.Secret"
OWN = {
    ("GET", "/environments"), ("POST", "/environments"), ("GET", "/deployments"),
    ("GET", "/templates"), ("POST", "/templates"), ("GET", "/catalog/packages"),
    ("POST", "/catalog/packages"),
}  # fmt: skip
"""Routes that show and make what is the caller's."""
COMMON = {
    ("GET", "/catalog/categories"), ("GET", "/catalog/categories/{id}"),
    ("POST", "/catalog/categories"), ("DELETE", "/catalog/categories/{id}"),
}  # fmt: skip
"""Routes to what belongs to nobody."""
CALLS = {
    ("POST", "/actions"), ("GET", "/schemas/{id}"), ("GET", "/schemas/{id}/{id}"),
}  # fmt: skip
"""Routes that an engine answers; it resolves classes over the packages' routes."""
ADMINISTRATORS = {("GET", "/stats")}
"""Routes to what concerns all projects."""
ROUTES = [(method, path) for method, path, _handler in TABLE]
SHUT = [route for route in ROUTES if route not in CALLS]
READERS = [route for route in ROUTES if route not in CALLS or route[0] != "GET"]


def component():
    return {"?": {"id": uuid.uuid4().hex, "type": "org.example.App", "name": "secret"}}


@pytest.fixture
def world(client, demo, engine, package):
    """What the project demo has, by the kind of thing: ids as paths name them."""
    environment = demo.post_json("/v1/environments", {"name": "secret"}).json["id"]
    root = f"/v1/environments/{environment}"
    first = demo.post_json(f"{root}/configure", {}).json["id"]
    held = {"X-Configuration-Session": first}
    made = demo.post_json(f"{root}/services", component(), headers=held).json["?"]["id"]
    demo.post_json(f"{root}/sessions/{first}/deploy", {})
    task = engine.claim()
    engine.count(task, "secret")
    engine.finish(task)
    session = demo.post_json(f"{root}/configure", {}).json["id"]
    template = demo.post_json("/v1/templates", {"name": "secret"}).json["id"]
    shelved = component()
    demo.post_json(f"/v1/templates/{template}/services", shelved)
    upload(demo, package(SECRET, manifest=MANIFEST))
    (own,) = demo.get("/v1/catalog/packages").json["packages"]
    shelf = client("admin").get("/v1/catalog/categories").json["categories"][0]["id"]
    return {
        "environment": environment, "session": session, "deployment": task.task_id,
        "environment component": made, "template": template,
        "template component": shelved["?"]["id"], "package": own["id"], "category": shelf,
    }  # fmt: skip


def path_of(route: str, world) -> str:
    """A route with the ids of what demo has in it."""
    kinds = {
        "/environments/{id}": ["environment"], "/environments/{id}/sessions/{id}":
        ["environment", "session"], "/environments/{id}/sessions/{id}/deploy":
        ["environment", "session"], "/environments/{id}/deployments/{id}":
        ["environment", "deployment"], "/environments/{id}/actions/{id}":
        ["environment", "deployment"], "/catalog/categories/{id}": ["category"],
    }.get(route)  # fmt: skip
    if kinds is None:
        first = route.split("/")[1]
        kinds = [{"environments": "environment", "templates": "template"}.get(first, "package")]
    ids = iter([world[kind] for kind in kinds])
    parts = []
    for part in route.split("/"):
        if part == "{id}":
            parts.append(next(ids, "x"))
        elif part == "{path}":
            owner = "template" if "/templates" in route else "environment"
            parts.append(world[f"{owner} component"] if "/services" in route else "")
        else:
            parts.append(part)
    return "/v1" + "/".join(parts)


def ask(client, method, path, session):
    """One request, whatever comes of it."""
    return client.request(
        path, method=method, body=b"" if method in ("GET", "DELETE") else json.dumps({}).encode(),
        headers={"X-Configuration-Session": session, "Content-Type": "application/json"},
        expect_errors=True,
    )  # fmt: skip


def everything(demo, world) -> list:
    """What demo sees of its own."""
    root = f"/v1/environments/{world['environment']}"
    paths = (
        root, f"{root}/services", f"{root}/sessions/{world['session']}", f"{root}/deployments",
        f"/v1/templates/{world['template']}", f"/v1/catalog/packages/{world['package']}",
    )  # fmt: skip
    return [demo.get(path).json for path in paths]


@pytest.mark.parametrize(("method", "route"), SHUT)
def test_another_project(client, demo, world, method, route):
    before = everything(demo, world)
    answer = ask(client("other"), method, path_of(route, world), world["session"])
    assert answer.status_int < 500
    if (method, route) in OWN:
        assert "secret" not in answer.text.lower()
    elif (method, route) in COMMON:
        assert answer.status_int == (200 if method == "GET" else 403)
    else:
        assert answer.status_int in (400, 401, 403, 404), answer.text
        assert "secret" not in answer.text.lower()
    assert everything(demo, world) == before


@pytest.mark.parametrize(("method", "route"), READERS)
def test_a_reader(client, demo, world, method, route):
    before = everything(demo, world)
    # Sessions are their user's alone, whatever the role.
    session = "" if method == "GET" else world["session"]
    answer = ask(client("reader"), method, path_of(route, world), session)
    if method == "GET":
        expected = 401 if "/sessions/" in route else 200
        if (method, route) in ADMINISTRATORS:
            expected = 403
        assert answer.status_int == expected, answer.text
    else:
        assert answer.status_int == 403, answer.text
        assert "project_member" in answer.text
    assert everything(demo, world) == before


@pytest.mark.parametrize("user", ["demo", "colleague", "manager", "guest"])
def test_all_others_of_the_project_may_change_it(client, world, user):
    one = client(user)
    root = f"/v1/environments/{world['environment']}"
    session = one.post_json(f"{root}/configure", {}).json["id"]
    held = {"X-Configuration-Session": session}
    one.post_json(f"{root}/services", component(), headers=held)
    one.post_json(f"{root}/sessions/{session}/deploy", {}, status=200)


@pytest.mark.parametrize("environment", ["own", "foreign"])
@pytest.mark.parametrize("session", ["own", "foreign"])
def test_a_session_opens_its_own_environment_alone(client, demo, world, session, environment):
    other = client("other")
    foreign = other.post_json("/v1/environments", {"name": "theirs"}).json["id"]
    theirs = other.post_json(f"/v1/environments/{foreign}/configure", {}).json["id"]
    second = demo.post_json("/v1/environments", {"name": "second"}).json["id"]
    used = theirs if session == "foreign" else world["session"]
    target = foreign if environment == "foreign" else second
    for path in ("", "/services", "/model/", "/lastStatus"):
        answer = demo.get(
            f"/v1/environments/{target}{path}", headers={"X-Configuration-Session": used},
            expect_errors=True,
        )  # fmt: skip
        assert answer.status_int in (400, 403, 404, 409), (path, answer.text)
    demo.post_json(f"/v1/environments/{target}/sessions/{used}/deploy", {}, status="4*")
