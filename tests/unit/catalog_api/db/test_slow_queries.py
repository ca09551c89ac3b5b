"""Slow statements in the log: which, without what, and how many."""

from __future__ import annotations

import logging

import pytest
import sqlalchemy as sa

from catalog_api.db.database import Database
from catalog_api.db.encryption import Cipher
from catalog_api.db.slow_queries import LINES, LINES_SECONDS, SlowQueries


class Clock:
    """Moves on with every statement."""

    def __init__(self):
        self.time, self.step = 0.0, 0.0

    def __call__(self):
        self.time += self.step
        return self.time


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def engine(clock):
    engine = sa.create_engine("sqlite://")
    SlowQueries(engine, 0.5, clock)
    yield engine
    engine.dispose()


@pytest.fixture
def said(caplog):
    caplog.set_level(logging.WARNING, "catalog_api.db.slow_queries")
    return lambda: [record.getMessage() for record in caplog.records]


def ask(engine, text="SELECT :value", **values):
    with engine.connect() as connection:
        connection.execute(sa.text(text), values or {"value": "secret"})


def test_slow_ones_are_told_without_their_values(engine, clock, said):
    ask(engine)
    assert said() == []
    clock.step = 0.75
    ask(engine, "SELECT\n   :value")
    (line,) = said()
    assert line == "slow statement, 0.750 s: SELECT ?"


def test_one_that_fails_is_told_as_well(engine, clock, said):
    clock.step = 0.75
    with pytest.raises(sa.exc.OperationalError):
        ask(engine, "SELECT :value FROM nothing")
    (line,) = said()
    assert line == "slow statement, 0.750 s, which failed: SELECT ? FROM nothing"


def test_long_ones_are_cut(engine, clock, said):
    clock.step = 1.0
    ask(engine, "SELECT :value" + ", 1" * 1000)
    assert len(said()[0]) < 1100


def test_a_log_is_not_flooded(engine, clock, said):
    clock.step = 0.75
    for _ in range(LINES + 25):
        clock.time = 0.0
        ask(engine)
    assert len(said()) == LINES
    clock.time += LINES_SECONDS
    ask(engine)
    assert said()[LINES].endswith("(25 other slow statements were not told)")
    clock.time = LINES_SECONDS
    ask(engine)
    assert "not told" not in said()[LINES + 1]


def test_a_database_tells_when_it_is_configured(tmp_path, said):
    for seconds, expected in ((0.0, 0), (1e-9, 1)):
        database = Database(
            f"sqlite:///{tmp_path}/catalog.db", Cipher([]), slow_query_seconds=seconds
        )
        with database.reader() as session:
            session.execute(sa.text("SELECT 4711 + :value"), {"value": 1})
        database.close()
        assert len([line for line in said() if "4711 + ?" in line]) == expected
