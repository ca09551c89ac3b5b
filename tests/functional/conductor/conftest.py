"""The conductor's services over each database; time is a parameter, nothing waits."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest

from catalog_api.db import schema
from catalog_api.db.database import Database
from catalog_api.db.encryption import Cipher
from tests import services
from tests.functional.conductor.catalog import KEY, RULES, Catalog, clear

KINDS = ("sqlite", "postgresql", "mariadb")


@pytest.fixture(scope="session")
def databases(tmp_path_factory) -> Iterator[Any]:
    """Databases by kind, each made when it is first asked for."""
    made: dict[str, Database] = {}
    with contextlib.ExitStack() as stack:

        def get(kind: str) -> Database:
            if kind not in made:
                if kind == "sqlite":
                    url = f"sqlite:///{tmp_path_factory.mktemp('database')}/burano.sqlite"
                else:
                    url = stack.enter_context(getattr(services, kind)(services.unique_name()))
                made[kind] = Database(url, Cipher([KEY]))
                stack.callback(made[kind].close)
                schema.sync(made[kind])
            return made[kind]

        yield get


@pytest.fixture(params=KINDS)
def database(request, databases) -> Iterator[Database]:
    """An empty database of each kind."""
    database = databases(request.param)
    yield database
    clear(database)


@pytest.fixture
def wipe(database) -> Any:
    """Forgets all that is in the database."""
    return lambda: clear(database)


@pytest.fixture
def catalog(database) -> Catalog:
    return Catalog(database)


@pytest.fixture
def make_catalog(database) -> Any:
    """A conductor of other rules on the same database."""
    return lambda **rules: Catalog(database, dataclasses.replace(RULES, **rules))
