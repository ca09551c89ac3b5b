"""The migrations make what the models describe."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from catalog_api.db import schema
from catalog_api.db.database import Database
from catalog_api.db.encryption import Cipher
from catalog_api.db.models import Base


@pytest.fixture
def database(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/catalog.db", Cipher())
    yield database
    database.close()


def test_migrations_make_the_tables_of_the_models(database):
    schema.sync(database)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_syncing_twice_changes_nothing(database):
    schema.sync(database)
    schema.sync(database)
    assert schema.current_revision(database) == schema.head_revision()


def test_an_unsynced_database_is_refused_with_the_remedy(database):
    with pytest.raises(schema.SchemaError, match="burano-manage db sync"):
        schema.require_current(database)
    schema.sync(database)
    schema.require_current(database)
