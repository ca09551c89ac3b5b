"""Notifications: noted with what they tell, published once, kept while nobody can hear them."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from catalog_api.conductor.notices import Notices
from catalog_api.db import models
from catalog_api.services import environments, notifications

HOUR = timedelta(hours=1)


class Heard:
    """A notifier that remembers what it was given, or fails."""

    def __init__(self):
        self.events, self.failing = [], False

    def info(self, _context, event_type, payload):
        if self.failing:
            raise RuntimeError("no broker")
        self.events.append((event_type, payload))

    def types(self):
        return [event_type for event_type, _payload in self.events]


@pytest.fixture
def heard():
    return Heard()


@pytest.fixture
def notices(catalog, heard):
    made = Notices(catalog.database, heard, HOUR)
    made.look()
    return made


def end(catalog, outcome="succeeded"):
    """What an engine does with the next task."""
    task = catalog.claimed()
    model = {**task.model, "ObjectsCopy": task.model["Objects"]}
    catalog.finish(task, outcome, model=model)


def waiting(catalog):
    with catalog.database.reader() as session:
        return session.execute(sa.select(sa.func.count(models.Notification.id))).scalar()


def test_a_deployment_that_went_well(catalog, notices, heard):
    environment = catalog.environment()
    catalog.deploy(environment)
    end(catalog)
    notices.look()
    notices.look()
    ((event_type, payload),) = heard.events
    assert event_type == "murano.environment.deploy.end"
    assert payload["environment_id"] == environment
    assert payload["tenant_id"] == "p"
    assert payload["level"] == "info"
    assert payload["deployment_started"] <= payload["deployment_finished"] <= payload["timestamp"]
    assert payload["deleted_at"] is payload["launched_at"] is None
    assert waiting(catalog) == 0


def test_one_that_failed_is_not_told(catalog, notices, heard):
    catalog.deploy()
    end(catalog, "failed")
    notices.look()
    assert heard.events == []


def test_a_deletion_is_told_when_it_is_accepted(catalog, notices, heard):
    environment = catalog.environment()
    catalog.deploy(environment)
    end(catalog)
    catalog.deploy(environment, delete=True)
    notices.look()
    assert heard.types() == ["murano.environment.deploy.end", "murano.environment.delete.end"]
    assert heard.events[1][1]["deleted_at"] == heard.events[1][1]["timestamp"]


def test_what_exists_once_a_period(catalog, notices, heard):
    well, ill = catalog.environment(), catalog.environment()
    catalog.environment()
    for environment, failed in ((well, False), (ill, True)):
        catalog.deploy(environment)
        end(catalog, "failed" if failed else "succeeded")
    notices.look()
    heard.events.clear()
    with catalog.database.writer() as session:
        session.execute(sa.update(models.NamedLock).values(taken=catalog.now(-3601)))
    notices.look()
    Notices(catalog.database, heard, HOUR).look()
    ((event_type, payload),) = heard.events
    assert (event_type, payload["environment_id"]) == ("murano.environment.exists", well)


def test_what_was_not_published_is_published_later_by_whoever_can(catalog, notices, heard):
    catalog.deploy()
    end(catalog)
    heard.failing = True
    with pytest.raises(RuntimeError):
        notices.look()
    heard.failing = False
    notices.look()
    assert heard.events == []
    with catalog.database.writer() as session:
        session.execute(sa.update(models.Notification).values(taken=catalog.now(-601)))
    Notices(catalog.database, heard, HOUR).look()
    assert heard.types() == ["murano.environment.deploy.end"]
    assert waiting(catalog) == 0


def test_nobody_hears_them(catalog):
    catalog.deploy()
    end(catalog)
    assert waiting(catalog) == 1
    Notices(catalog.database, None, HOUR).look()
    assert waiting(catalog) == 0


def test_old_ones_are_forgotten(catalog):
    catalog.deploy()
    end(catalog)
    forget = notifications.forget
    assert catalog.database.transact(lambda session: forget(session, catalog.now(-60))) == 0
    assert catalog.database.transact(lambda session: forget(session, catalog.now(60))) == 1


def test_an_event_that_was_undone_is_not_told(catalog, notices, heard):
    environment = catalog.environment()

    def work(session):
        found = session.get(models.Environment, environment)
        notifications.deleted(session, found, catalog.now())
        environments.abandon(session, found)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        catalog.database.transact(work)
    notices.look()
    assert heard.events == []
