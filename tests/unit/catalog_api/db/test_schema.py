"""The migrations make what the models describe, and keep what is there."""

import json

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.dialects import mysql

from catalog_api.db import schema
from catalog_api.db.models import Base, Deployment, Report, utc_now


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


def test_deployments_and_reports_of_the_first_schema_stay(database):
    schema.sync(database, "0001")
    rows = {
        "environments": {
            "id": "e", "name": "e", "description_text": "", "project_id": "p", "user_id": "u",
            "version": 0, "description": b"", "created": utc_now(), "updated": utc_now(),
        },
        "deployments": {
            "id": "d", "environment_id": "e", "description": json.dumps({"services": ["ü"]}),
            "action": json.dumps({"args": {"password": "secret"}}), "created": utc_now(),
            "updated": utc_now(),
        },
    }  # fmt: skip
    with database.writer() as session:
        for table, row in rows.items():
            insert(session, table, row)
        for number, moment in enumerate(("2026-01-01 00:00:02", "2026-01-01 00:00:01")):
            insert(session, "reports", {
                "id": f"r{number}", "deployment_id": "d", "text": moment, "level": "info",
                "created": moment, "updated": moment,
            })  # fmt: skip
    schema.sync(database)
    with database.reader() as session:
        found = session.get(Deployment, "d")
        assert found.description == {"services": ["ü"]}
        assert found.action == {"args": {"password": "secret"}}
        stored = session.execute(sa.text("SELECT action FROM deployments")).scalar_one()
        assert b"secret" not in bytes(stored)
        numbered = session.execute(sa.select(Report.number, Report.id).order_by(Report.number))
        assert list(numbered) == [(1, "r1"), (2, "r0")]


def test_names_are_equal_only_to_themselves(database):
    """As the columns of an upgraded database and as the models make them."""
    columns = [
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if "VARCHAR" in str(column.type.compile(mysql.dialect()))
        and "utf8mb4_bin" in str(column.type.compile(mysql.dialect()))
    ]
    assert ("environments", "name") in columns and ("tags", "name") in columns
    schema.sync(database)
    if database.backend != "mysql":
        return
    query = (
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = DATABASE() AND collation_name = 'utf8mb4_bin'"
    )
    with database.engine.connect() as connection:
        found = [tuple(row) for row in connection.exec_driver_sql(query)]
    assert sorted(found) == sorted(columns)


def insert(session, table, row):
    names = ", ".join(row)
    values = ", ".join(f":{name}" for name in row)
    session.execute(sa.text(f"INSERT INTO {table} ({names}) VALUES ({values})"), row)
