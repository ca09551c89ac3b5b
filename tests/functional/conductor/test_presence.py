"""What conductors tell of themselves in the database."""

from __future__ import annotations

from datetime import timedelta

import pytest

from catalog_api.conductor.presence import Presence
from catalog_api.db import models
from catalog_api.services import presence


@pytest.fixture
def told(database):
    """What conductors that are up tell, so many seconds later."""

    def ask(later=0.0):
        with database.reader() as session:
            moment = database.now(session) + timedelta(seconds=later)
            return sorted(presence.brokers(session, moment), key=str)

    return ask


def test_each_tells_and_takes_leave(database, told):
    state = [False]
    one, two = Presence(database, lambda: state[0]), Presence(database, lambda: None)
    one.look()
    two.look()
    assert told() == [False, None]
    state[0] = True
    one.look()
    assert told() == [None, True]
    assert told(60) == []
    one.start()
    two.start()
    one.close()
    assert told() == [None]
    two.close()
    assert told() == []


def test_who_was_killed_is_forgotten(catalog, database):
    Presence(database, lambda: None).look()
    database.transact(lambda session: presence.forget(session, catalog.now(-60)))
    assert len(catalog.rows(models.ConductorProcess)) == 1
    database.transact(lambda session: presence.forget(session, catalog.now(60)))
    assert catalog.rows(models.ConductorProcess) == []
