"""A conductor's looks at the database: each by itself, one thing's failure nobody else's."""

from __future__ import annotations

import types
from datetime import timedelta

import pytest
import sqlalchemy as sa

from catalog_api.conductor.loops import Loops
from catalog_api.db import models
from catalog_api.services import presence, request_stats, revocations, tasks, watch
from catalog_api.services.request_stats import Counts, Load

OPTIONS = types.SimpleNamespace(
    watch_interval=2.0, purge_interval=60.0, revocation_interval=30.0, journal_retention_days=1.0
)


class Keystone:
    """Trusts that are to be revoked, some of which cannot be."""

    def __init__(self):
        self.revoked, self.refusing = [], set()

    def revoke(self, trust_id):
        if trust_id in self.refusing:
            raise RuntimeError(f"no answer for {trust_id}")
        self.revoked.append(trust_id)


class Conductor:
    """Loops that are turned by hand, by a clock that the test holds."""

    def __init__(self, catalog):
        self.keystone, self.woken, self._now = Keystone(), [], 0.0
        trusts: object = self.keystone
        self._loops = Loops(
            catalog.database, catalog.rules, OPTIONS, trusts, self.woken.append, lambda: self._now
        )
        self.purge, self.revoke = self._loops.purge, self._loops.revoke

    def look(self, seconds=5.0):
        self._now += seconds
        self._loops.watch()

    def be_up(self):
        """Look regularly for longer than a lease."""
        for _ in range(6):
            self.look()


@pytest.fixture
def conductor(catalog):
    return Conductor(catalog)


def expire(catalog, task):
    with catalog.database.writer() as session:
        session.get(models.Task, task.task_id).lease_expires = catalog.now(-1)


def test_no_lease_ends_before_the_conductor_was_up_for_a_whole_one(catalog, conductor):
    catalog.deploy()
    task = catalog.claimed()
    expire(catalog, task)
    for _ in range(4):
        conductor.look()
        assert catalog.head(task.task_id).state == tasks.RUNNING
    conductor.look()
    assert catalog.head(task.task_id).state == tasks.QUEUED
    assert conductor.woken == [task.task_id]
    assert catalog.head(task.task_id).attempts_without_result == 1


def test_an_outage_of_the_database_burns_no_attempt(catalog, conductor, monkeypatch):
    catalog.deploy()
    task = catalog.claimed()
    conductor.be_up()
    with monkeypatch.context() as away:
        away.setattr(watch, "lapsed", fail)
        with pytest.raises(ConnectionError):
            conductor.look()
    expire(catalog, task)  # nobody could renew it meanwhile
    conductor.look()
    assert catalog.head(task.task_id).state == tasks.RUNNING
    catalog.renew(task)
    conductor.be_up()
    assert catalog.head(task.task_id).state == tasks.RUNNING


def fail(*_arguments):
    raise ConnectionError("the database is away")


def test_a_task_that_cannot_be_helped_keeps_no_other_back(catalog, conductor):
    broken, other = catalog.deploy(), catalog.deploy()
    for task in (catalog.claimed(), catalog.claimed()):
        expire(catalog, task)
    with catalog.database.writer() as session:
        session.get(models.Task, broken).attempts_without_result = 3
        session.get(models.Task, broken).lease_expires = catalog.now(-10)
        # What another release wrote, or a key that is gone.
        session.execute(sa.text("UPDATE tasks SET model = :model"), {"model": b"?"})
    conductor.be_up()
    assert catalog.head(broken).state == tasks.RUNNING
    assert catalog.head(other).state == tasks.QUEUED


def test_tasks_that_nobody_wants_are_ended_at_once(catalog, conductor):
    task_id = catalog.deploy()
    catalog.cancel(task_id)
    conductor.look()
    assert catalog.head(task_id).state == tasks.ENDED


def test_trusts_are_revoked_and_failures_stay_in_the_queue(catalog, conductor):
    for trust_id in ("one", "two", "three"):
        catalog.database.transact(
            lambda session, trust_id=trust_id: revocations.schedule(
                session, trust_id, "e", catalog.database.now(session)
            )
        )
    conductor.keystone.refusing = {"two"}
    conductor.revoke()
    assert sorted(conductor.keystone.revoked) == ["one", "three"]
    (row,) = catalog.rows(models.TrustRevocation)
    assert (row.trust_id, row.attempts, row.last_error) == ("two", 1, "no answer for two")
    conductor.revoke()  # it is not due yet
    assert catalog.rows(models.TrustRevocation)[0].attempts == 1


def test_a_purge_goes_on_until_nothing_is_left(catalog, conductor, monkeypatch):
    monkeypatch.setattr("catalog_api.services.purging.BATCH", 2)
    for number in range(5):
        with catalog.database.writer() as session:
            session.add(models.Archive(digest=f"{number}" * 64, body=b"zip", size=3))
    conductor.purge()
    assert catalog.rows(models.Archive) == []


def test_a_purge_forgets_who_tells_nothing_any_more(catalog, conductor):
    counts = Counts(1, 0, 0.1, {"p": 1}, timedelta(minutes=5))
    for name, days in (("silent", 31), ("quiet", 29)):
        moment = catalog.now(-days * 86400)

        def tell(session, name=name, moment=moment):
            presence.seen(session, name, "h", None, moment)
            request_stats.record(session, name, counts, Load(1, 0.0), moment, timedelta(minutes=5))

        catalog.database.transact(tell)
    conductor.purge()
    assert [row.id for row in catalog.rows(models.ConductorProcess)] == ["quiet"]
    assert [row.host for row in catalog.rows(models.RequestStatistics)] == ["quiet"]
