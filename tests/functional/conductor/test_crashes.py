"""A conductor that dies in the middle of a call, and its engine that asks again."""

from __future__ import annotations

import contextlib

import pytest

from catalog_api.conductor.recorder import Recorder
from catalog_api.db import models
from catalog_api.services import watch

USED = {"name": "a", "version": "1", "digest": "ab" * 32}
ENTRIES = ({"kind": "package", "value": USED}, {"value": "x" * 500})
CALLS = {
    "renew": lambda catalog, task: catalog.renew(task),
    "release": lambda catalog, task: catalog.release(task),
    "journal": lambda catalog, task: catalog.journal(task, *ENTRIES, number=1, first=0),
    "reports": lambda catalog, task: catalog.report(task, "one", "two", number=1),
    "result": lambda catalog, task: catalog.finish(task, model=task.model, number=1),
    "guest": lambda catalog, task: catalog.recorder.remember_guest("g", "e", {"k": 1}),
}
SHOWN = (
    models.Task.state, models.Task.outcome, models.Task.attempt, models.Task.claimed_by,
    models.Task.attempts_without_result,
)  # fmt: skip


class Died(Exception):
    """The process ended here."""


def world(catalog):
    """All that a call may change, but times and random values."""
    with catalog.database.reader() as session:
        found = {"tasks": sorted(map(str, session.query(*SHOWN)))}
        for kind, columns in {
            models.Deployment: ("result", "packages"),
            models.Environment: ("version",),
            models.ConfigurationSession: ("state",),
            models.Report: ("number", "text", "level"),
            models.Attempt: ("number", "engine", "outcome"),
            models.CallAnswer: ("number", "body"),
            models.JournalValue: ("digest",),
            models.DeploymentPackage: ("name", "version", "digest"),
            models.Guest: ("name", "record"),
        }.items():
            rows = session.query(kind)
            found[kind.__tablename__] = sorted(
                str([getattr(row, name) for name in columns]) for row in rows
            )
        ids = [row.id for row in session.query(models.Task.id)]
    found["journals"] = sorted(str(catalog.entries(task_id)) for task_id in ids)
    return found


class Dying:
    """A database whose next writing transaction is the process's last."""

    def __init__(self, database, *, durable):
        self._database = database
        self._durable = durable
        self.reader, self.now = database.reader, database.now

    def transact(self, work):
        with contextlib.suppress(Died), self._database.writer() as session:
            work(session)
            if not self._durable:
                raise Died()
        raise Died()


def prepared(catalog):
    catalog.deploy(trust="t")
    catalog.deploy(trust="t")
    return catalog.claimed()


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("durable", [False, True])
def test_a_repeated_call_leaves_the_world_as_one_call_does(catalog, wipe, call, durable):
    task = prepared(catalog)
    answer = CALLS[call](catalog, task)
    expected = world(catalog)
    wipe()
    task = prepared(catalog)
    living = catalog.recorder
    catalog.recorder = Recorder(Dying(catalog.database, durable=durable), catalog.rules)
    with pytest.raises(Died):
        CALLS[call](catalog, task)
    catalog.recorder = living
    assert CALLS[call](catalog, task) == answer
    assert world(catalog) == expected


def test_a_claim_whose_answer_was_lost_is_missed_like_a_dead_engine(catalog):
    task_id = catalog.deploy()
    living = catalog.recorder
    catalog.recorder = Recorder(Dying(catalog.database, durable=True), catalog.rules)
    with pytest.raises(Died):
        catalog.claim()
    catalog.recorder = living
    assert catalog.claim("engine-2") is None
    now = catalog.now(21)
    with catalog.database.reader() as session:
        assert watch.lapsed(session, now) == [task_id]
    catalog.database.transact(
        lambda session: watch.take_back(session, task_id, now, catalog.rules.leases)
    )
    with catalog.database.writer() as session:
        session.get(models.Task, task_id).available_at = None
    assert catalog.claim("engine-2").attempt == 2


@pytest.mark.parametrize("durable", [False, True])
def test_taking_a_task_back_twice_is_taking_it_back_once(catalog, wipe, durable):
    def take_back(database):
        now = catalog.now(21)
        database.transact(
            lambda session: watch.take_back(session, task.task_id, now, catalog.rules.leases)
        )

    task = prepared(catalog)
    take_back(catalog.database)
    expected = world(catalog)
    wipe()
    task = prepared(catalog)
    with pytest.raises(Died):
        take_back(Dying(catalog.database, durable=durable))
    take_back(catalog.database)
    assert world(catalog) == expected
