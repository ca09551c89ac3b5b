"""Checks 212 and 213: statistics."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from catalog_api.services import request_stats
from catalog_api.services.request_stats import Counts, Load

ROWS = {
    "id", "host", "request_count", "error_count", "average_response_time", "requests_per_tenant",
    "requests_per_second", "errors_per_second", "cpu_count", "cpu_percent", "created", "updated",
}  # fmt: skip
PATHS = ("raw", "raw/server", "aggregated")


@pytest.fixture
def environment(demo, engine):
    """An environment with a server that is counted."""
    made = demo.post_json("/v1/environments", {"name": "counted"}).json["id"]
    session = demo.post(f"/v1/environments/{made}/configure").json["id"]
    demo.post(f"/v1/environments/{made}/sessions/{session}/deploy")
    task = engine.claim()
    engine.count(task, "server")
    engine.finish(task)
    return made


def test_212_request_statistics(client, database):
    admin = client("admin", "admin")
    assert admin.get("/v1/stats").json == []
    counts = Counts(10, 2, 1.0, {"p": 10}, timedelta(minutes=5))
    for host in ("one", "two"):
        database.transact(
            lambda session, host=host: request_stats.record(
                session, host, counts, Load(2, 50.0), database.now(session), timedelta(minutes=5)
            )
        )
    rows = admin.get("/v1/stats").json
    assert [row["host"] for row in rows] == ["one", "two"]
    assert set(rows[0]) == ROWS
    assert json.loads(rows[0]["requests_per_tenant"]) == {"p": 10}
    assert rows[0]["average_response_time"] == 0.1
    # Defect D-4: the reference shows every user how much every project asks.
    for user in ("demo", "reader", "manager", "other"):
        client(user).get("/v1/stats", status=403)


@pytest.mark.parametrize("path", PATHS)
def test_213_instance_statistics(client, demo, environment, path):
    url = f"/v1/environments/{environment}/instance-statistics/{path}"
    (row,) = demo.get(url).json
    assert row["type"] == 200
    if path == "aggregated":
        assert set(row) == {"type", "duration", "count"}
    else:
        assert set(row) == {
            "type", "duration", "type_name", "unit_count", "instance_id", "type_title", "active",
        }  # fmt: skip
    assert client("admin", "admin").get(url).json
    # Defect D-3: the reference shows any project's.
    client("other").get(url, status=403)
    demo.get(f"/v1/environments/none/instance-statistics/{path}", status=404)


def test_213_an_instance_that_is_not_there(demo, environment):
    assert demo.get(f"/v1/environments/{environment}/instance-statistics/raw/none").json == []
