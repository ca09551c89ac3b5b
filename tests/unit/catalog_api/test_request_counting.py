"""Counting of requests: what is counted, when it is written, and by whom."""

from __future__ import annotations

import json
import threading
from datetime import timedelta

import pytest

from catalog_api.db import schema
from catalog_api.db.database import Database
from catalog_api.db.encryption import Cipher
from catalog_api.request_counting import RequestCounting
from catalog_api.services import request_stats

PERIOD = timedelta(minutes=5)


@pytest.fixture
def database(tmp_path):
    made = Database(f"sqlite:///{tmp_path}/burano.sqlite", Cipher([]))
    schema.sync(made)
    yield made
    made.close()


class Site:
    """A layer over an application that answers what a test wants, and a clock."""

    def __init__(self, database, host="h"):
        self.time = 1000.0
        self.takes = 0.0
        self.status = "200 OK"
        self.layer = RequestCounting(self._answer, database, PERIOD, host, lambda: self.time)

    def _answer(self, environ, start_response):
        self.time += self.takes
        if self.status is None:
            raise RuntimeError("broken")
        start_response(self.status, [])
        return [b"body"]

    def begin(self, project="p"):
        """The body of an answer that the server has not sent yet."""
        environ = {"HTTP_X_PROJECT_ID": project}
        return self.layer(environ, lambda status, headers, *rest: None)

    def ask(self, project="p"):
        body = self.begin(project)
        assert b"".join(body) == b"body"
        getattr(body, "close", lambda: None)()


@pytest.fixture
def site(database):
    return Site(database)


@pytest.fixture
def rows(database):
    def show():
        with database.reader() as session:
            return request_stats.listed(session)

    return show


def test_nothing_is_written_within_a_period(site, rows):
    for _ in range(100):
        site.ask()
    assert rows() == []


def test_the_first_answer_after_a_period_has_all_written(site, rows):
    site.takes = 0.5
    site.ask()
    site.status = "404 Not Found"
    site.ask("q")
    site.status = "302 Found"
    site.time += PERIOD.total_seconds()
    body = site.begin()
    assert rows() == []
    body.close()
    (row,) = rows()
    assert (row["request_count"], row["error_count"]) == (3, 1)
    assert row["average_response_time"] == pytest.approx(0.5)
    assert json.loads(row["requests_per_tenant"]) == {"p": 2, "q": 1}
    assert row["requests_per_second"] == pytest.approx(3 / 301.5, rel=0.01)


def test_periods_follow_one_another(site, rows):
    for _ in range(3):
        site.ask()
        site.time += PERIOD.total_seconds()
        site.ask()
    assert rows()[0]["request_count"] == 6


def test_an_application_that_breaks_is_an_error(site, rows):
    site.status = None
    with pytest.raises(RuntimeError):
        site.ask()
    site.status = "200 OK"
    site.time += PERIOD.total_seconds()
    site.ask()
    assert (rows()[0]["request_count"], rows()[0]["error_count"]) == (2, 1)


def test_workers_of_a_host_share_its_row(database, rows):
    for site in (Site(database), Site(database), Site(database, "other")):
        site.time += PERIOD.total_seconds()
        site.ask()
    assert [(row["host"], row["request_count"]) for row in rows()] == [("h", 2), ("other", 1)]


def test_what_could_not_be_written_is_written_later(site, database, rows, monkeypatch):
    def away(work, **given):
        raise OSError("gone")

    site.time += PERIOD.total_seconds()
    with monkeypatch.context() as patch:
        patch.setattr(database, "transact", away)
        site.ask("q")
    site.ask()
    assert rows() == []
    site.time += PERIOD.total_seconds()
    site.ask()
    (row,) = rows()
    assert json.loads(row["requests_per_tenant"]) == {"q": 1, "p": 2}


def test_threads_lose_nothing(site, rows):
    def work():
        for _ in range(200):
            site.ask()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    site.time += PERIOD.total_seconds()
    site.ask()
    assert rows()[0]["request_count"] == 801
