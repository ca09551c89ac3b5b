"""Statistics over HTTP: who may read them, and that the API counts what it answers."""

from __future__ import annotations

import json
import socket

import pytest
import webtest

from catalog_api import app as api
from catalog_api.services.trusts import Trusts
from tests.functional.api.conftest import Woken


@pytest.fixture
def admin(client):
    return client("admin", "admin")


@pytest.fixture
def counting(conf, database, tokens):
    """A client of an API that writes its counts with every request."""
    conf.set_override("period", 0, group="stats")
    application = api.make(conf, database, Trusts(conf), Woken())

    def make(name, project=None):
        app = webtest.TestApp(application)
        app.extra_environ = {"HTTP_X_AUTH_TOKEN": tokens(name, project)}
        return app

    return make


def test_what_is_answered_is_counted_by_project(counting, admin, cloud):
    demo = counting("demo")
    project = demo.post_json("/v1/environments", {"name": "e"}).json["tenant_id"]
    demo.get("/v1/environments/none", status=404)
    demo.get("/v1/catalog/categories")
    counting("other").get("/v1/environments")
    (row,) = admin.get("/v1/stats").json
    assert row["host"] == socket.gethostname()
    assert (row["request_count"], row["error_count"]) == (4, 1)
    assert row["average_response_time"] > 0
    assert row["cpu_count"] > 0
    per_project = json.loads(row["requests_per_tenant"])
    assert per_project[project] == 3
    assert sum(per_project.values()) == 4


def test_who_has_no_token_is_not_counted(counting, admin):
    app = webtest.TestApp(counting("demo").app)
    app.get("/v1/environments", status=401)
    app.get("/healthcheck")
    assert admin.get("/v1/stats").json == []


def test_nothing_is_written_before_a_period_is_over(demo, admin):
    demo.get("/v1/environments")
    assert admin.get("/v1/stats").json == []


def test_instances_of_a_deployment(demo, engine):
    environment = demo.post_json("/v1/environments", {"name": "e"}).json["id"]
    base = f"/v1/environments/{environment}"
    statistics = f"{base}/instance-statistics"
    assert demo.get(f"{statistics}/raw").json == []
    assert demo.get(f"{statistics}/aggregated").json == []
    session = demo.post(f"{base}/configure").json["id"]
    demo.post(f"{base}/sessions/{session}/deploy")
    task = engine.claim()
    engine.count(task, "server", number=1)
    engine.count(task, "app:1", number=2, instance_type=100, type_title="App", unit_count=None)
    (server, app) = sorted(demo.get(f"{statistics}/raw").json, key=lambda row: -row["type"])
    assert {**server, "duration": 0} == {
        "type": 200, "duration": 0, "type_name": "io.test.Server", "unit_count": 1,
        "instance_id": "server", "type_title": None, "active": True,
    }  # fmt: skip
    assert (app["instance_id"], app["type_title"], app["unit_count"]) == ("app:1", "App", None)
    assert demo.get(f"{statistics}/raw/server").json == [server]
    assert len(demo.get(f"{statistics}/raw/app%3A1").json) == 1
    assert demo.get(f"{statistics}/raw/none").json == []
    assert demo.get(f"{statistics}/raw/%25").json == []
    sums = [(row["type"], row["count"]) for row in demo.get(f"{statistics}/aggregated").json]
    assert sums == [(100, 1), (200, 1)]
    engine.finish(task)
    demo.delete(f"{base}?abandon=true")
    demo.get(f"{statistics}/raw", status=404)


@pytest.mark.parametrize("path", ["raw", "raw/server", "aggregated"])
def test_policies(conf, database, tokens, demo, path, tmp_path):
    environment = demo.post_json("/v1/environments", {"name": "e"}).json["id"]
    rules = dict.fromkeys(
        ("get_statistics", "get_instance_statistics", "get_aggregated_statistics"), "!"
    )
    policy = tmp_path / "policy.yaml"
    policy.write_text(json.dumps(rules))
    conf.set_override("policy_file", str(policy), group="oslo_policy")
    shut = webtest.TestApp(api.make(conf, database, Trusts(conf), Woken()))
    shut.extra_environ = {"HTTP_X_AUTH_TOKEN": tokens("demo")}
    shut.get(f"/v1/environments/{environment}/instance-statistics/{path}", status=403)


@pytest.mark.parametrize(
    ("path", "method"), [("/stats", "POST"), ("/stats", "DELETE"),
                         ("/environments/e/instance-statistics/raw", "PUT")]
)  # fmt: skip
def test_they_are_read_only(demo, path, method):
    demo.request(f"/v1{path}", method=method, status=405)
