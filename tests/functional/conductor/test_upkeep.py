"""Guests, purging and the queue of trusts to revoke."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from catalog_api.db import models
from catalog_api.services import deployments, environments, purging, revocations, sessions, tasks
from catalog_api.services.callers import Caller

DAY = timedelta(days=1)


def purge(catalog, later=0.0):
    now = catalog.now(later)
    return catalog.database.transact(lambda session: purging.ended_tasks(session, now, DAY))


def finished(catalog):
    """A deployment that recorded something, and its end."""
    catalog.deploy()
    task = catalog.claimed()
    catalog.journal(task, {"value": "x" * 500})
    catalog.finish(task, model=task.model)
    return task


# ---------------------------------------------------------------- guests


def test_the_first_record_of_a_guest_stays(catalog):
    assert catalog.recorder.guest("g") is None
    first = catalog.recorder.remember_guest("g", "e", {"key": "1"})
    assert first == {"environment_id": "e", "record": {"key": "1"}}
    assert catalog.recorder.remember_guest("g", "other", {"key": "2"}) == first
    assert catalog.recorder.guest("g") == first


def test_engines_that_remember_a_guest_at_once_agree(catalog):
    start = threading.Barrier(6)

    def remember(number):
        start.wait(30)
        return catalog.recorder.remember_guest("g", "e", {"key": number})

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(remember, range(6)))
    assert all(answer == answers[0] for answer in answers)
    assert catalog.recorder.guest("g") == answers[0]


def test_guests_of_lost_environments_are_forgotten(catalog):
    task_id = catalog.deploy()
    task = catalog.claimed()
    kept = catalog.environment()
    catalog.recorder.remember_guest("kept", kept, {})
    with catalog.database.writer() as session:
        environments.abandon(session, session.get(models.Environment, task.environment_id))
    # Its engine goes on for a while.
    catalog.recorder.remember_guest("late", task.environment_id, {})
    assert catalog.database.transact(purging.guests) == 0
    catalog.finish(task, model=task.model)
    assert catalog.database.transact(purging.guests) == 1
    assert catalog.recorder.guest("late") is None
    assert catalog.recorder.guest("kept") is not None
    assert catalog.head(task_id).state == tasks.ENDED


# ---------------------------------------------------------------- purging


def test_journals_are_kept_for_some_days(catalog):
    task = finished(catalog)
    assert purge(catalog, 3600) == 0
    assert catalog.entries(task.task_id)
    assert purge(catalog, 90_000) == 1
    assert catalog.entries(task.task_id) == []
    assert catalog.rows(models.JournalValue) == catalog.rows(models.CallAnswer) == []
    assert catalog.row(models.Deployment, task.task_id).final_model is not None
    assert purge(catalog, 90_000) == 0


def test_what_runs_is_not_purged(catalog):
    catalog.deploy()
    task = catalog.claimed()
    catalog.journal(task, {"value": 1})
    assert purge(catalog, 1e6) == 0
    assert catalog.entries(task.task_id)


def test_calls_and_tasks_of_lost_environments_go_whole(catalog):
    call_id = catalog.call()
    catalog.finish(catalog.claimed())
    task = finished(catalog)
    with catalog.database.writer() as session:
        environments.abandon(session, session.get(models.Environment, task.environment_id))
    assert purge(catalog, 90_000) == 2
    assert catalog.rows(models.Task) == catalog.rows(models.Attempt) == []
    assert call_id


def test_archives_are_kept_while_something_names_them(catalog):
    digests = {name: name * 64 for name in "abc"}
    with catalog.database.writer() as session:
        for digest in digests.values():
            session.add(models.Archive(digest=digest, body=b"zip", size=3))
        session.flush()
        session.add(
            models.Package(
                owner_id="p", fully_qualified_name="a", version="1", name="a", type="Library",
                description="", supplier={}, archive_digest=digests["a"],
            )
        )  # fmt: skip
    catalog.deploy()
    task = catalog.claimed()
    used = {"name": "b", "version": "1", "digest": digests["b"]}
    catalog.finish(task, model=task.model, packages=[used])
    assert catalog.database.transact(purging.archives) == 1
    assert catalog.recorder.archive(digests["c"]) is None
    with catalog.database.writer() as session:
        environments.abandon(session, session.get(models.Environment, task.environment_id))
    assert catalog.database.transact(purging.archives) == 1
    assert catalog.recorder.archive(digests["a"]) == b"zip"


# ---------------------------------------------------------------- revocations


def due(catalog, later=0.0):
    with catalog.database.reader() as session:
        return revocations.due(session, catalog.now(later))


def schedule(catalog, trust_id):
    now = catalog.now(-1)
    catalog.database.transact(
        lambda session: revocations.schedule(session, trust_id, "e", now)
    )  # fmt: skip


def test_a_trust_is_revoked_when_no_task_and_no_environment_has_it(catalog):
    catalog.deploy(trust="t")
    task = catalog.claimed()
    schedule(catalog, "t")
    assert due(catalog) == []
    catalog.finish(task, model=task.model)
    assert due(catalog) == []
    with catalog.database.writer() as session:
        environments.abandon(session, session.get(models.Environment, task.environment_id))
    assert due(catalog, 1) == ["t"]
    catalog.database.transact(lambda session: revocations.done(session, "t"))
    assert due(catalog, 1e6) == []


def test_a_trust_that_cannot_be_revoked_is_tried_ever_more_seldom(catalog):
    schedule(catalog, "t")
    pause, pauses = timedelta(seconds=30), []
    now = catalog.now()
    for _ in range(10):
        catalog.database.transact(
            lambda session: revocations.failed(session, "t", "away", now, pause)
        )
        row = catalog.row(models.TrustRevocation, "t")
        pauses.append((row.not_before - now).total_seconds())
    assert pauses == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]
    assert (row.attempts, row.last_error) == (10, "away")
    assert due(catalog) == []
    assert due(catalog, 3700) == ["t"]


def test_scheduling_twice_is_scheduling_once(catalog):
    schedule(catalog, "t")
    schedule(catalog, "t")
    assert due(catalog) == ["t"]


def test_a_trust_that_was_replaced_is_revoked(catalog):
    first = catalog.deploy(trust="old")
    task = catalog.claimed()
    catalog.finish(task, model=task.model)
    second = catalog.deploy(task.environment_id, trust="new")
    assert catalog.environment_of(second).trust_id == "new"
    assert due(catalog, 1) == ["old"]
    assert catalog.head(first).trust_id == "old"


def test_an_environment_that_never_had_stacks_is_removed_with_its_trust(catalog):
    environment_id = catalog.environment()
    with catalog.database.writer() as session:
        environment = session.get(models.Environment, environment_id)
        draft = sessions.opened(session, environment, "user", {"Objects": None})
        caller = Caller("user", "p")
        assert deployments.accept(session, caller, environment, draft, "made for nothing") is None
    assert catalog.row(models.Environment, environment_id) is None
    assert due(catalog, 1) == ["made for nothing"]
