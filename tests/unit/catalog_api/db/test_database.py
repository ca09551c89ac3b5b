"""One database of each kind: transactions, retries, clock."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from oslo_db import exception as oslo

from catalog_api.db import schema
from catalog_api.db.database import repeated_if_there, with_driver
from catalog_api.db.models import ConfigurationSession, Environment, NamedLock
from catalog_api.services import locks


@pytest.fixture
def database(database):
    schema.sync(database)
    return database


def names(database):
    with database.reader() as session:
        return sorted(session.scalars(sa.select(NamedLock.name)))


def test_a_transaction_is_whole_or_not_at_all(database):
    def fail(session):
        session.add(NamedLock(name="a"))
        session.flush()
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        database.transact(fail)
    assert names(database) == []
    database.transact(lambda session: session.add(NamedLock(name="b")))
    assert names(database) == ["b"]


@pytest.mark.parametrize("error", [oslo.DBDeadlock(), oslo.RetryRequest(ValueError("x"))])
def test_what_the_database_undid_is_done_again(database, error):
    tries = []

    def work(session):
        session.add(NamedLock(name=f"try {len(tries)}"))
        tries.append(1)
        if len(tries) < 3:
            raise error
        return "done"

    assert database.transact(work) == "done"
    assert names(database) == ["try 2"]


def test_it_is_not_done_again_for_ever(database):
    tries = []

    def work(_session):
        tries.append(1)
        raise oslo.DBDeadlock()

    with pytest.raises(oslo.DBDeadlock):
        database.transact(work, attempts=2)
    assert len(tries) == 3


def test_writers_that_count_do_not_lose_a_count(database):
    with database.writer() as session:
        made = Environment(name="e", project_id="p", user_id="u", description={})
        session.add(made)
        session.flush()
        key = made.id
    start = threading.Barrier(4)

    def count(_number):
        start.wait(30)
        for _ in range(5):
            database.transact(add)

    def add(session):
        session.get(Environment, key, with_for_update=True).version += 1

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count, range(4)))
    with database.reader() as session:
        assert session.get(Environment, key).version == 20


def test_a_named_lock_lets_one_in_at_a_time(database):
    start, inside, most = threading.Barrier(4), [], []

    def enter(session):
        locks.take(session, "door")
        inside.append(1)
        most.append(len(inside))
        inside.pop()

    def run(_number):
        start.wait(30)
        for _ in range(5):
            database.transact(enter)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, range(4)))
    assert max(most) == 1


def test_a_row_that_another_made_meanwhile_is_found_the_next_time(database):
    database.transact(lambda session: session.add(NamedLock(name="a")))
    tries = []

    def work(session):
        tries.append(1)
        if len(tries) == 1:
            with repeated_if_there():
                session.add(NamedLock(name="a"))
                session.flush()
        return session.get(NamedLock, "a").name

    assert database.transact(work) == "a"
    assert len(tries) == 2


def test_the_clock_is_the_databases_and_goes_on_within_a_transaction(database):
    with database.reader() as session:
        first = database.now(session)
        while (second := database.now(session)) == first:
            continue
    assert second > first
    assert abs(second - datetime.now(UTC).replace(tzinfo=None)) < timedelta(minutes=1)


def test_deleting_a_row_deletes_what_belongs_to_it(database):
    with database.writer() as session:
        made = Environment(name="e", project_id="p", user_id="u", description={})
        session.add(made)
        session.flush()
        session.add(
            ConfigurationSession(
                environment_id=made.id, user_id="u", state="opened", version=0, description={}
            )
        )
    with database.writer() as session:
        session.execute(sa.delete(Environment))
    with database.reader() as session:
        assert session.scalars(sa.select(ConfigurationSession)).all() == []


def end_idle_connections(database):
    """What a restart of the server or its timeout does to connections that nobody uses."""
    if database.backend == "postgresql":
        statement = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        with database.engine.connect() as connection:
            connection.exec_driver_sql(statement)
        return
    with database.engine.connect() as connection:
        query = (
            "SELECT id FROM information_schema.processlist"
            " WHERE db = DATABASE() AND id <> CONNECTION_ID()"
        )
        for number in connection.exec_driver_sql(query).scalars().all():
            connection.exec_driver_sql(f"KILL CONNECTION {number}")


def test_reading_outlives_the_end_of_its_idle_connections(database):
    if database.backend == "sqlite":
        return  # a file, without a server that ends connections
    database.transact(lambda session: session.add(NamedLock(name="a")))
    query = sa.select(NamedLock.name)
    assert database.read(lambda session: session.scalars(query).all()) == ["a"]
    end_idle_connections(database)
    assert database.read(lambda session: session.scalars(query).all()) == ["a"]


def test_each_reading_sees_what_was_written_before(database):
    query = sa.select(NamedLock.name).order_by(NamedLock.name)
    for count, name in enumerate("abc"):
        assert len(database.read(lambda session: session.scalars(query).all())) == count
        database.transact(lambda session, name=name: session.add(NamedLock(name=name)))


def test_a_reading_leaves_no_transaction_open(database):
    def commits_by_itself(session):
        session.execute(sa.select(NamedLock.name)).all()
        connection = session.connection()
        return connection.dialect.detect_autocommit_setting(connection.connection.dbapi_connection)

    assert database.read(commits_by_itself)


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("postgresql://u@h/d", "postgresql+psycopg2"), ("mysql://u@h/d", "mysql+pymysql"),
        ("mariadb://u@h/d", "mysql+pymysql"), ("sqlite:///x", "sqlite"),
        ("mysql+mysqldb://u@h/d", "mysql+mysqldb"),
    ],
)  # fmt: skip
def test_a_url_without_a_driver_gets_ours(url, driver):
    assert with_driver(url).drivername == driver
