"""Versions, errors, bodies, tokens."""

import pytest
import webtest


def test_versions_need_no_token(application):
    answer = webtest.TestApp(application).get("/", status=300)
    (version,) = answer.json["versions"]
    assert version["id"] == "v1.0"
    assert version["links"][0]["href"].endswith("/v1/")


def test_health_needs_no_token(application):
    assert webtest.TestApp(application).get("/healthcheck").json == {"status": "ok"}


def test_without_a_token(application):
    webtest.TestApp(application).get("/v1/environments", status=401)


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"name": NaN}', "application/json", 400),
        (b'{"name": "\xff"}', "application/json", 400),
        (b'{"name": "a\\u0000"}', "application/json", 400),
        (b'{"name": "a\\ud800"}', "application/json", 400),
        (b'{"name": 5}', "application/json", 400),
        (b'{"name": " "}', "application/json", 400),
        (b'{"name": "x"}', "text/plain", 415),
        (b"<x/>", "application/xml", 415),
    ],
)
def test_malformed_bodies(demo, body, content_type, status):
    answer = demo.post("/v1/environments", body, content_type=content_type, status=status)
    error = answer.json["error"]
    assert error["code"] == status
    assert error["message"]
    assert error["request_id"].startswith("req-")


def test_too_large_bodies_are_refused_before_they_are_read(demo):
    answer = demo.post(
        "/v1/environments", b"{}", headers={"Content-Length": str(1 << 40)}, status=413
    )
    assert answer.json["error"]["code"] == 413


def test_unknown_routes_and_methods(demo):
    assert demo.get("/v1/nothing", status=404).json["error"]["code"] == 404
    assert demo.get("/v1/environments/", status=404).json["error"]["code"] == 404
    assert demo.patch("/v1/environments", status=405).json["error"]["code"] == 405


def test_not_acceptable(demo):
    demo.get("/v1/environments", headers={"Accept": "text/plain"}, status=406)


def test_the_page_may_read_answers(application):
    answer = webtest.TestApp(application).options(
        "/v1/environments",
        headers={"Origin": "http://page", "Access-Control-Request-Method": "GET"},
    )
    assert answer.headers["Access-Control-Allow-Origin"] == "http://page"
