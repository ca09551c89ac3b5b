"""The API over real PostgreSQL and MariaDB: one database of each for all tests, emptied between."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from catalog_api.db import schema
from catalog_api.db.database import Database
from catalog_api.db.encryption import Cipher
from catalog_api.db.models import Category
from tests import services
from tests.functional.api.conftest import (  # noqa: F401
    KEY,
    application,
    client,
    cloud,
    conf,
    demo,
    engine,
    package,
    tokens,
    woken,
)
from tests.functional.conductor.catalog import clear


class Emptied:
    """A database that is brought back to what it was after its migrations."""

    def __init__(self, url: str) -> None:
        self.database = Database(url, Cipher([KEY]))
        schema.sync(self.database)
        table = Category.__table__
        with self.database.reader() as session:
            self._first = [dict(row._mapping) for row in session.execute(sa.select(table))]

    def empty(self) -> None:
        clear(self.database)
        with self.database.writer() as session:
            session.execute(sa.insert(Category), self._first)


@pytest.fixture(scope="session")
def databases() -> Iterator[Any]:
    """Databases by kind, each made when it is first asked for."""
    made: dict[str, Emptied] = {}
    with contextlib.ExitStack() as stack:

        def get(kind: str) -> Emptied:
            if kind not in made:
                url = stack.enter_context(getattr(services, kind)(services.unique_name()))
                made[kind] = Emptied(url)
                stack.callback(made[kind].database.close)
            return made[kind]

        yield get


@pytest.fixture(params=["postgresql", "mariadb"])
def database(request, databases) -> Iterator[Database]:
    """An empty database of each kind."""
    emptied = databases(request.param)
    yield emptied.database
    emptied.empty()
