"""Which task an engine gets, and that each is held by one engine at a time."""

from __future__ import annotations

import dataclasses
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from catalog_api.db import models
from catalog_api.db.database import Database
from catalog_api.db.encryption import Cipher
from catalog_api.services import dispatch, tasks
from tests.functional.conductor.catalog import KEY, RULES, Catalog, request


def claim_ids(catalog, count):
    found = [catalog.claim() for _ in range(count)]
    return [task and task.task_id for task in found]


def test_the_oldest_is_first(catalog):
    queued = [catalog.deploy() for _ in range(3)]
    assert claim_ids(catalog, 4) == [*queued, None]


def test_calls_are_first(catalog):
    deployment, call = catalog.deploy(), catalog.call()
    assert claim_ids(catalog, 2) == [call, deployment]


def test_projects_take_turns(catalog):
    many = [catalog.deploy(project="many") for _ in range(3)]
    few = [catalog.deploy(project="few") for _ in range(2)]
    assert claim_ids(catalog, 5) == [many[0], few[0], many[1], few[1], many[2]]


def test_a_project_has_its_limit_and_calls_have_none(make_catalog):
    catalog = make_catalog(limits=dispatch.Limits(project_tasks=1))
    first, second = catalog.deploy(), catalog.deploy()
    other = catalog.deploy(project="other")
    running = catalog.claimed()
    assert running.task_id == first
    assert claim_ids(catalog, 2) == [other, None]
    call = catalog.call()
    assert claim_ids(catalog, 2) == [call, None]
    catalog.finish(running)
    assert claim_ids(catalog, 1) == [second]


def test_an_engine_takes_the_kinds_it_asks_for(catalog):
    deployment, call = catalog.deploy(), catalog.call()
    assert catalog.claim(kinds=["deployment"]).task_id == deployment
    assert catalog.claim(kinds=["deployment"]) is None
    assert catalog.claim(kinds=["call"]).task_id == call


def test_a_claim_carries_the_whole_task(catalog):
    task_id = catalog.deploy(action={"object_id": "o", "method": "do", "args": {"a": ["ü"]}})
    task = catalog.claimed()
    row = catalog.task(task_id)
    assert (task.kind, task.attempt, task.trust_id) == ("deployment", 1, "trust")
    assert (task.project_id, task.user_id, task.seed) == ("p", "user", row.seed)
    assert task.action == {"object_id": "o", "method": "do", "args": {"a": ["ü"]}}
    assert task.model["Objects"]["?"]["id"] == task.environment_id == row.environment_id
    assert task.model["Objects"]["applications"] == []
    assert (task.token, task.journal, task.packages) == (None, (), {})
    assert task.lease_seconds == 20
    with catalog.database.reader() as session:
        attempt = session.scalars(sa.select(models.Attempt)).one()
        assert (attempt.number, attempt.engine, attempt.outcome) == (1, "engine-1", None)


def test_a_task_without_journal_goes_to_any_engine_again(catalog):
    catalog.deploy()
    task = catalog.claim(python="3.11")
    catalog.release(task)
    assert catalog.claim(python="3.12", revision=2) is not None


def test_a_task_with_a_journal_goes_to_engines_of_its_language(catalog):
    catalog.deploy()
    task = catalog.claim(python="3.11")
    catalog.journal(task, {"value": 1})
    catalog.release(task)
    assert catalog.claim(python="3.12") is None
    assert catalog.claim(revision=2) is None
    again = catalog.claim()
    assert again.attempt == 2
    assert [entry.value for entry in again.journal] == [1]


def test_what_is_cancelled_before_its_first_attempt_is_not_taken(catalog):
    task_id = catalog.deploy()
    catalog.cancel(task_id)
    assert catalog.claim() is None


def test_what_is_cancelled_between_attempts_is_taken_to_be_cleaned_up(catalog):
    task_id = catalog.deploy()
    task = catalog.claimed()
    catalog.release(task)
    catalog.cancel(task_id)
    again = catalog.claimed()
    assert catalog.renew(again).cancel


def test_a_call_that_nobody_waits_for_is_not_taken(catalog):
    catalog.call(deadline=catalog.now(-1))
    assert catalog.claim() is None
    catalog.call(deadline=catalog.now(60))
    assert catalog.claim().deadline is not None


def test_a_task_that_cannot_be_read_keeps_no_other_back(catalog):
    other = Database(
        str(catalog.database.engine.url.render_as_string(hide_password=False)),
        Cipher(["b3RoZXIta2V5LWZvci10ZXN0cy0zMi1ieXRlcyEhISE="]),
    )
    unreadable = Catalog(other).deploy()
    other.close()
    readable = catalog.deploy()
    assert claim_ids(catalog, 2) == [readable, None]
    row = catalog.head(unreadable)
    assert row.state == tasks.QUEUED
    assert row.attempts_without_result == 0
    assert row.available_at > catalog.now(30)


@pytest.mark.parametrize("limit", [0, 2])
def test_many_engines_share_the_tasks_without_taking_one_twice(database, databases, limit):
    """Several conductors, each with a pool of its own, on one database."""
    url = str(database.engine.url.render_as_string(hide_password=False))
    others = [Database(url, Cipher([KEY]), max_pool_size=4) for _ in range(3)]
    rules = {"limits": dispatch.Limits(project_tasks=limit)}
    conductors = [Catalog(one, dataclasses.replace(RULES, **rules)) for one in others]
    queued = [conductors[0].deploy(project=f"p{number % 3}") for number in range(12)]
    start = threading.Barrier(8)

    def engine(number):
        conductor = conductors[number % len(conductors)]
        start.wait(30)
        found = []
        while (task := conductor.claim(f"engine-{number}")) is not None:
            found.append(task)
        return found

    with ThreadPoolExecutor(8) as pool:
        claimed = [task for found in pool.map(engine, range(8)) for task in found]
    for one in others:
        one.close()
    ids = [task.task_id for task in claimed]
    assert len(ids) == len(set(ids))
    assert len(ids) == (3 * limit if limit else len(queued))
    assert len({task.claim for task in claimed}) == len(ids)
    assert {task.attempt for task in claimed} == {1}


def test_slots_of_one_engine_say_at_once_that_they_are_there(catalog):
    start = threading.Barrier(6)

    def say(_number):
        start.wait(30)
        catalog.recorder.seen(request("engine-1"))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(say, range(6)))
    with catalog.database.reader() as session:
        assert session.scalars(sa.select(models.Engine.name)).all() == ["engine-1"]
