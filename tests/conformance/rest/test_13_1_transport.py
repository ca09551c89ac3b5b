"""Checks 1 to 18: transport and common rules."""

from __future__ import annotations

import re

import pytest
import webtest

LIST = "/v1/environments"


@pytest.fixture
def anybody(application):
    return webtest.TestApp(application)


@pytest.mark.parametrize("path", ["/", "/v2", "/foo/bar"])
def test_001_003_versions(anybody, path):
    found = anybody.get(path, status=300).json
    (version,) = found["versions"]
    assert (version["id"], version["status"]) == ("v1.0", "CURRENT")
    (link,) = version["links"]
    assert link["rel"] == "self"
    assert link["href"].endswith("/v1/")


def test_002_versions_by_any_method(anybody):
    assert anybody.post("/", status=300).json == anybody.get("/", status=300).json


def test_004_repeated_slashes(demo):
    demo.get("///v1/environments")


def test_005_without_a_token(anybody):
    answer = anybody.get(LIST, status=401)
    assert isinstance(answer.json["error"], dict)


@pytest.mark.parametrize("path", ["/v1/nope", "/v1/environments/"])
def test_006_007_unknown_routes(demo, path):
    assert isinstance(demo.get(path, status=404).json["error"], dict)


def test_008_unknown_methods(demo):
    assert demo.delete(LIST, status="4*").status_int in (404, 405)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/environments/none", None), ("POST", LIST, {"name": ""}),
        ("GET", "/v1/nope", None), ("DELETE", LIST, None),
    ],
)  # fmt: skip
def test_009_errors_are_objects_in_objects(demo, method, path, body):
    arguments = {} if body is None else {"params": body}
    ask = demo.post_json if body is not None else getattr(demo, method.lower())
    answer = ask(path, status="4*", **arguments)
    assert answer.content_type == "application/json"
    assert all(isinstance(value, dict) for value in answer.json.values())


def test_010_requests_are_named(demo):
    assert demo.get(LIST).headers["X-Openstack-Request-Id"].startswith("req-")


def test_011_a_content_type_without_a_body(demo):
    demo.get(LIST, headers={"Content-Type": "application/octet-stream"})


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("no JSON", "application/json", 400), ('{"name": "a"}', "text/json", 415),
        ('{"name": "a"}', "application/json; charset=utf-8", 200),
        ("name=a", "application/x-www-form-urlencoded", 415), ("<a/>", "application/xml", 415),
    ],
)  # fmt: skip
def test_012_to_015_bodies(demo, body, kind, status):
    demo.post(LIST, body, content_type=kind, status=status)


@pytest.mark.parametrize(
    ("accept", "status"),
    [("text/plain", 406), ("*/*", 200), ("application/json", 200), (None, 200)],
)
def test_016_accept(demo, accept, status):
    demo.get(LIST, headers={} if accept is None else {"Accept": accept}, status=status)


def test_017_018_times_and_ids(demo):
    made = demo.post_json(LIST, {"name": "a"}).json
    for key in ("created", "updated"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", made[key])
    assert re.fullmatch("[0-9a-f]{32}", made["id"])
