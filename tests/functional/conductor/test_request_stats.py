"""Request statistics: one row for each host, whichever of its processes writes."""

from __future__ import annotations

import json
import threading
from datetime import datetime, timedelta

import pytest

from catalog_api.services import request_stats
from catalog_api.services.request_stats import Counts, Load

START = datetime.fromisoformat("2026-01-01")
PERIOD = timedelta(minutes=5)


@pytest.fixture
def write(database):
    """A process's counts, so many seconds after the start."""

    def work(after, requests=10, errors=1, projects=None, host="h", seconds=2.0, span=PERIOD):
        counts = Counts(requests, errors, seconds, projects or {"p": requests}, span)
        now = START + timedelta(seconds=after)
        database.transact(
            lambda session: request_stats.record(
                session, host, counts, Load(4, 12.5), now, PERIOD
            )
        )  # fmt: skip

    return work


@pytest.fixture
def rows(database):
    def show():
        with database.reader() as session:
            return request_stats.listed(session)

    return show


def test_a_host(write, rows):
    write(300, requests=30, errors=3, projects={"p": 20, "q": 10}, seconds=6.0)
    (row,) = rows()
    assert isinstance(row.pop("id"), int)
    assert json.loads(row.pop("requests_per_tenant")) == {"p": 20, "q": 10}
    assert row == {
        "host": "h", "request_count": 30, "error_count": 3, "average_response_time": 0.2,
        "requests_per_second": 0.1, "errors_per_second": 0.01, "cpu_count": 4,
        "cpu_percent": 12.5, "created": "2026-01-01T00:00:00", "updated": "2026-01-01T00:05:00",
    }  # fmt: skip


def test_counts_go_on_and_rates_are_those_of_the_last_period(write, rows):
    write(300, requests=30)
    write(600, requests=60, projects={"p": 50, "q": 10})
    (row,) = rows()
    assert (row["request_count"], row["requests_per_second"]) == (90, 0.2)
    assert json.loads(row["requests_per_tenant"]) == {"p": 80, "q": 10}


def test_processes_of_a_host_add_up(write, rows):
    for period in range(300, 1500, 300):
        write(period, requests=30)
        write(period + 1, requests=60)
    (row,) = rows()
    assert row["request_count"] == 4 * 90
    assert row["requests_per_second"] == pytest.approx(0.3)


def test_hosts_have_rows_of_their_own_until_they_are_silent(database, write, rows):
    write(300, host="b")
    write(301, host="a")
    assert [row["host"] for row in rows()] == ["a", "b"]
    before = START + timedelta(seconds=301)
    assert database.transact(lambda session: request_stats.forget(session, before)) == 1
    assert [row["host"] for row in rows()] == ["a"]


def test_projects_are_bounded(write, rows, monkeypatch):
    monkeypatch.setattr(request_stats, "MAX_PROJECTS", 2)
    write(300, projects={"a": 1, "b": 2, "c": 3})
    write(600, projects={"c": 1, "a": 1, "d": 1})
    (row,) = rows()
    assert json.loads(row["requests_per_tenant"]) == {"a": 2, "b": 2, "other": 5}


def test_nothing_is_lost_when_processes_write_at_once(write, rows):
    errors = []

    def work():
        try:
            for _ in range(5):
                write(100, requests=1, errors=1)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    (row,) = rows()
    assert (row["request_count"], row["error_count"]) == (20, 20)
    assert json.loads(row["requests_per_tenant"]) == {"p": 20}
