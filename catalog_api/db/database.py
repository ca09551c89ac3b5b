"""One database as an object: engine, short reading and writing transactions, retries, clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from oslo_db import api as oslo_api
from oslo_db import exception as oslo_exceptions
from oslo_db.sqlalchemy import engines, exc_filters
from sqlalchemy import event
from sqlalchemy.orm import Session, sessionmaker

from catalog_api.db.encryption import Cipher
from catalog_api.db.slow_queries import SlowQueries
from catalog_api.db.types import CIPHER_ATTRIBUTE

T = TypeVar("T")

#: What ``transact`` tries again: the database undid the work and invites to repeat it.
RETRIABLE = (oslo_exceptions.DBDeadlock, oslo_exceptions.RetryRequest)


class Database:
    """A catalog database. Any number may live in one process.

    :param url: SQLAlchemy URL: ``sqlite:///…``, ``postgresql://…`` or ``mysql+pymysql://…``.
    :param cipher: seals the encrypted columns.
    :param max_retries: attempts of the first connection (-1 for ever), ``[database] max_retries``.
    :param slow_query_seconds: statements that take longer are told in the log; 0: none.
    :raises oslo_db.exception.DBConnectionError: not reachable after the retries.
    """

    def __init__(
        self,
        url: str,
        cipher: Cipher,
        *,
        max_retries: int = 0,
        retry_interval: int = 2,
        max_pool_size: int | None = None,
        max_overflow: int | None = None,
        pool_timeout: int | None = None,
        connection_recycle_time: int = 3600,
        slow_query_seconds: float = 0.0,
    ) -> None:
        address = with_driver(url)
        self.backend = address.get_backend_name()
        if self.backend == "sqlite":
            # Its connections are files that are opened when needed: there is no pool to bound.
            max_pool_size = max_overflow = pool_timeout = None
        self.engine = engines.create_engine(
            address.render_as_string(hide_password=False),
            sqlite_fk=True,
            mysql_sql_mode="TRADITIONAL",
            max_retries=max_retries,
            retry_interval=retry_interval,
            max_pool_size=max_pool_size,
            max_overflow=max_overflow,
            pool_timeout=pool_timeout,
            connection_recycle_time=connection_recycle_time,
            thread_checkin=False,
            connection_parameters=_missing_parameter(address),
        )
        self._reading = self.engine
        if self.backend != "sqlite":
            pool = {
                "pool_size": max_pool_size, "max_overflow": max_overflow,
                "pool_timeout": pool_timeout, "pool_recycle": connection_recycle_time,
            }  # fmt: skip
            self._reading = _reading_engine(address, pool)
        for engine in (self.engine, self._reading):
            setattr(engine.dialect, CIPHER_ATTRIBUTE, cipher)
        if self.backend == "sqlite":
            event.listen(self.engine, "connect", _configure_sqlite)
            # Before oslo.db's own listener, which then finds the transaction begun.
            event.listen(self.engine, "begin", _begin_immediate, insert=True)
        elif self.backend == "mysql":
            event.listen(self.engine, "connect", _configure_mysql)
            event.listen(self._reading, "connect", _configure_mysql)
        if slow_query_seconds:
            for engine in {self.engine, self._reading}:
                SlowQueries(engine, slow_query_seconds)
        writing = self.engine.execution_options(burano_writes=True)
        self._readers = sessionmaker(self.engine, expire_on_commit=False, autoflush=False)
        self._statements = sessionmaker(self._reading, expire_on_commit=False, autoflush=False)
        self._writers = sessionmaker(writing, expire_on_commit=False)

    @contextmanager
    def reader(self) -> Iterator[Session]:
        """One reading transaction; objects stay usable after it."""
        with self._readers() as session:
            yield session

    def read(self, work: Callable[[Session], T]) -> T:
        """Run ``work(session)``, which only reads; again when its connection was lost.

        Each statement sees what is committed by then, as in :meth:`reader` of the servers. It
        costs no more than its statements: nothing asks whether an idle connection still lives,
        and no transaction is begun or rolled back.

        :raises oslo_db.exception.DBConnectionError: a new connection was lost too.
        """
        try:
            with self._statements() as session:
                return work(session)
        except oslo_exceptions.DBConnectionError:
            # A restart of the server or a timeout ended what lay idle; with one, all of them.
            with self._statements() as session:
                return work(session)

    @contextmanager
    def writer(self) -> Iterator[Session]:
        """One writing transaction: committed at the end, rolled back when the block raises.

        On SQLite it takes the write lock at its start, so that what it reads stays true until it
        writes. Elsewhere lock the rows that a decision rests on (``with_for_update``) or
        compare and swap.
        """
        with self._writers() as session, session.begin():
            yield session

    def transact(self, work: Callable[[Session], T], *, attempts: int = 10) -> T:
        """Run ``work(session)`` in a writing transaction, again when a deadlock undid it.

        ``work`` may run several times: it must do nothing but use its session.

        :raises oslo_db.exception.DBDeadlock: undone ``attempts`` times in a row.
        """

        @oslo_api.wrap_db_retry(
            max_retries=attempts,
            retry_interval=0.02,
            inc_retry_interval=True,
            max_retry_interval=0.5,
            jitter=True,
            exception_checker=_is_retriable,
        )
        def once() -> T:
            with self.writer() as session:
                return work(session)

        return once()

    def now(self, session: Session) -> datetime:
        """The database's own clock, as naive UTC: what leases are measured with."""
        value = session.execute(_CLOCKS[self.backend]).scalar_one()
        return value if isinstance(value, datetime) else datetime.fromisoformat(value)

    def statement_bytes(self) -> int | None:
        """Bytes of the largest statement that the server takes; None for as many as one likes."""
        if self.backend != "mysql":
            return None
        with self.engine.connect() as connection:
            return int(connection.execute(sa.text("SELECT @@max_allowed_packet")).scalar_one())

    def close(self) -> None:
        """Give back all idle connections."""
        self.engine.dispose()
        self._reading.dispose()


@contextmanager
def repeated_if_there() -> Iterator[None]:
    """Have ``transact`` start anew when a row is there by now that its work found missing."""
    try:
        yield
    except (oslo_exceptions.DBDuplicateEntry, sa.exc.IntegrityError) as error:
        raise oslo_exceptions.RetryRequest(error) from error


def database_from_options(
    database: Any, encryption_keys: Sequence[str], *, max_retries: int | None = None
) -> Database:
    """Make a database from the oslo.config groups ``[database]`` and ``[database_encryption]``."""
    return Database(
        database.connection,
        Cipher(encryption_keys),
        max_retries=database.max_retries if max_retries is None else max_retries,
        retry_interval=database.retry_interval,
        max_pool_size=database.max_pool_size,
        max_overflow=database.max_overflow,
        pool_timeout=database.pool_timeout,
        connection_recycle_time=database.connection_recycle_time,
        slow_query_seconds=database.slow_query_seconds,
    )


def _reading_engine(address: sa.URL, pool: dict[str, int | None]) -> sa.Engine:
    """Connections without transactions, for :meth:`Database.read`."""
    parameter = _missing_parameter(address)
    engine = sa.create_engine(
        address.update_query_string(parameter, append=True) if parameter else address,
        isolation_level="AUTOCOMMIT",
        skip_autocommit_rollback=True,
        **{name: value for name, value in pool.items() if value is not None},
    )
    exc_filters.register_engine(engine)
    return engine


def _missing_parameter(address: sa.URL) -> str | None:
    """What a URL of this kind needs, unless the operator has given it."""
    parameter = _URL_PARAMETERS.get(address.get_backend_name())
    given = parameter is not None and parameter.partition("=")[0] in address.query
    return None if given else parameter


def with_driver(url: str) -> sa.URL:
    """A database URL with the driver we install, where the operator named none."""
    address = sa.make_url(url)
    return address.set(drivername=_DRIVERS.get(address.drivername, address.drivername))


_DRIVERS = {
    "postgresql": "postgresql+psycopg2",
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",
}

_URL_PARAMETERS = {
    # Waiting for another writer's lock ends in an error after that many seconds.
    "sqlite": "timeout=30",
    "mysql": "charset=utf8mb4",
}

_CLOCKS = {
    "sqlite": sa.text("SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')"),
    "postgresql": sa.text("SELECT timezone('utc', clock_timestamp())"),
    "mysql": sa.text("SELECT UTC_TIMESTAMP(6)"),
}


def _is_retriable(error: BaseException) -> bool:
    if isinstance(error, RETRIABLE):
        return True
    # SQLite says so when the wait for the writer's lock was in vain.
    return isinstance(error, sa.exc.OperationalError | oslo_exceptions.DBError) and (
        "database is locked" in str(error)
    )


def _configure_sqlite(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")


def _configure_mysql(connection: Any, _record: Any) -> None:
    with connection.cursor() as cursor:
        # A statement after a lock was had sees what others committed meanwhile, as elsewhere.
        cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")
        cursor.execute("SET SESSION time_zone = '+00:00'")


def _begin_immediate(connection: sa.Connection) -> None:
    if (
        connection.get_execution_options().get("burano_writes")
        and "in_transaction" not in connection.info
    ):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        connection.info["in_transaction"] = True
