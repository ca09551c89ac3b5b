"""Bringing a database to the schema of this release, and asking which one it has."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from catalog_api.db.database import Database


def sync(database: Database, revision: str = "head") -> None:
    """Run the missing migrations up to ``revision``; nothing to do is no error.

    Safe to run from several hosts at once: PostgreSQL and MariaDB hold a lock meanwhile, SQLite
    its own.
    """
    config = _config()
    with (
        database.engine.execution_options(burano_writes=True).connect() as connection,
        _tables_copied_whole(connection),
    ):
        _lock(connection)
        try:
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
            connection.commit()
        finally:
            _unlock(connection)


def current_revision(database: Database) -> str | None:
    """The revision the database is at; None when it was never synced."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head_revision() -> str:
    """The revision this release needs."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


class SchemaError(Exception):
    """The database has not the schema this release needs."""


def require_current(database: Database) -> None:
    """Refuse a database that was not synced to this release.

    :raises SchemaError: it is at another revision.
    """
    found, needed = current_revision(database), head_revision()
    if found != needed:
        raise SchemaError(
            f"The database is at schema revision {found or 'none'}, this release needs {needed}: "
            "run burano-manage db sync"
        )


def make_revision(database: Database, message: str) -> Any:
    """Write a new migration from what the models have and the database lacks (development)."""
    config = _config()
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        return command.revision(config, message=message, autogenerate=True)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


@contextmanager
def _tables_copied_whole(connection: sa.Connection) -> Iterator[None]:
    """Let SQLite drop a table that was copied without deleting what refers to it."""
    if connection.dialect.name != "sqlite":
        yield
        return
    # Below SQLAlchemy, which would begin a transaction, in which this cannot be changed.
    plain = connection.connection.dbapi_connection
    assert plain is not None
    plain.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        connection.rollback()
        plain.execute("PRAGMA foreign_keys=ON")


_LOCK_NAME = "burano_schema"
_LOCK_NUMBER = 0x627572616E6F


def _lock(connection: sa.Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_lock(_LOCK_NUMBER)))
    elif connection.dialect.name in ("mysql", "mariadb"):
        connection.execute(sa.select(sa.func.get_lock(_LOCK_NAME, 300)))


def _unlock(connection: sa.Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_unlock(_LOCK_NUMBER)))
        connection.commit()
    elif connection.dialect.name in ("mysql", "mariadb"):
        connection.execute(sa.select(sa.func.release_lock(_LOCK_NAME)))
        connection.commit()
