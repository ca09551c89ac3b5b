"""Counted instances: once, whoever repeats it, and for as long as they were there."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from catalog_api.db import models
from catalog_api.services import environments, instances
from catalog_api.services.tasks import ClaimLost, TaskEnded


@pytest.fixture
def task(catalog):
    catalog.deploy()
    return catalog.claimed()


@pytest.fixture
def rows(catalog):
    """What is shown so many seconds later."""

    def show(task, later=0.0, read=instances.listed):
        with catalog.database.reader() as session:
            return read(session, task.environment_id, catalog.now(later))

    return show


def age(catalog, seconds):
    """Have everything that is counted begin, and end, so much earlier."""

    def work(session):
        for row in session.query(models.InstanceStatistics):
            row.created -= timedelta(seconds=seconds)
            if row.destroyed is not None:
                row.destroyed -= timedelta(seconds=seconds)

    catalog.database.transact(work)


def test_what_is_tracked_is_shown(catalog, task, rows):
    given = {"instance_type": 100, "type_title": "T\u00fctel \U0001f600", "unit_count": 2}
    assert catalog.count(task, "a", **given) == {"recorded": 1}
    age(catalog, 100)
    (row,) = rows(task)
    assert 100 <= row.pop("duration") < 200
    assert row == {
        "type": 100, "type_name": "io.test.Server", "unit_count": 2, "instance_id": "a",
        "type_title": given["type_title"], "active": True,
    }  # fmt: skip


def test_a_repetition_changes_nothing(catalog, task, rows):
    for number in (5, 5, 6):
        assert catalog.count(task, "a", number=number) == {"recorded": 1}
        age(catalog, 50)
    (row,) = rows(task)
    assert row["duration"] >= 150
    for number in (7, 7):
        assert catalog.count(task, "a", "untrack", number=number) == {"recorded": 1}
    (ended,) = rows(task, 1000)
    assert catalog.count(task, "a", "untrack") == {"recorded": 0}
    assert rows(task, 5000) == [ended]
    assert not ended["active"]
    assert ended["duration"] < 1000


def test_tracking_again_tells_of_what_has_changed(catalog, task, rows):
    catalog.count(task, "a", unit_count=1, type_title="old")
    catalog.count(task, "a", unit_count=5)
    (row,) = rows(task)
    assert (row["unit_count"], row["type_title"]) == (5, None)


def test_what_is_made_anew_goes_on_being_counted(catalog, task, rows):
    catalog.count(task, "a")
    age(catalog, 100)
    catalog.count(task, "a", "untrack")
    age(catalog, 10_000)
    catalog.count(task, "a")
    age(catalog, 30)
    (row,) = rows(task)
    assert row["active"]
    assert 130 <= row["duration"] < 1000


def test_what_is_of_another_type_or_unknown_is_not_untracked(catalog, task, rows):
    catalog.count(task, "a", instance_type=100)
    assert catalog.count(task, "a", "untrack", instance_type=200) == {"recorded": 0}
    assert catalog.count(task, "b", "untrack") == {"recorded": 0}
    assert [(row["instance_id"], row["active"]) for row in rows(task)] == [("a", True)]


def test_sums_by_type(catalog, task, rows):
    for name, kind in (("a", 200), ("b", 100), ("c", 200)):
        catalog.count(task, name, instance_type=kind)
    age(catalog, 100)
    catalog.count(task, "c", "untrack")
    sums = rows(task, read=instances.aggregated)
    assert [(row["type"], row["count"]) for row in sums] == [(100, 1), (200, 2)]
    assert set(sums[0]) == {"type", "duration", "count"}
    assert sums[0]["duration"] >= 100
    assert sums[1]["duration"] >= 200


def test_who_lost_the_claim_counts_nothing(catalog, task, rows):
    catalog.release(task)
    with pytest.raises(ClaimLost):
        catalog.count(task, "a")
    successor = catalog.claimed()
    assert catalog.count(successor, "a") == {"recorded": 1}
    catalog.finish(successor)
    with pytest.raises(TaskEnded):
        catalog.count(successor, "b")
    assert [row["instance_id"] for row in rows(task)] == ["a"]


def test_they_go_with_their_environment(catalog, task, rows):
    catalog.count(task, "a")

    def abandon(session):
        environments.abandon(session, session.get(models.Environment, task.environment_id))

    catalog.database.transact(abandon)
    assert catalog.rows(models.InstanceStatistics) == []
    assert catalog.count(task, "b") == {"recorded": 0}
    assert catalog.rows(models.InstanceStatistics) == []


def test_calls_have_none(catalog):
    catalog.call()
    assert catalog.count(catalog.claimed(), "a") == {"recorded": 0}


def test_their_number_is_bounded(catalog, task, rows, monkeypatch):
    monkeypatch.setattr(instances, "MAX_INSTANCES", 2)
    assert [catalog.count(task, name)["recorded"] for name in "abc"] == [1, 1, 0]
    assert catalog.count(task, "a", "untrack") == {"recorded": 1}
    assert len(rows(task)) == 2


@pytest.mark.parametrize(
    "text", ["a\0b", "half a pair: \ud800", "\U0001f600 ü", "'; --", "x" * 255]
)
def test_package_code_may_say_anything(catalog, task, rows, text):
    catalog.count(task, text, type_name=text, type_title=text)
    assert catalog.count(task, text, "untrack") == {"recorded": 1}
    (row,) = rows(task)
    assert len(row["instance_id"]) == len(text)
    assert "\0" not in row["type_title"]


def test_tasks_of_one_environment_at_a_time(catalog, task):
    """An action beside a deployment would be refused; numbers of one attempt may come at once."""
    errors = []

    def count(number):
        try:
            catalog.count(task, "a" if number % 2 else f"i{number}", number=number)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=count, args=(number,)) for number in range(1, 13)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    assert len(catalog.rows(models.InstanceStatistics)) == 7
