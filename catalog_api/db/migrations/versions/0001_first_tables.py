"""The first tables, and the categories every catalog starts with."""

import uuid
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
LONG_TEXT = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
LONG_BLOB = sa.LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")
OPTIONS = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4"}

#: The shelves every catalog starts with.
CATEGORIES = (
    "Web",
    "Databases",
    "Message Queue",
    "Application Servers",
    "Microsoft Services",
    "Load Balancers",
    "Big Data",
    "Key-Value Storage",
    "SAP",
)


def upgrade() -> None:
    """The first tables."""
    op.create_table(
        "archives",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("body", LONG_BLOB, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_archives"),
        **OPTIONS,
    )
    categories = op.create_table(
        "categories",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("updated", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_categories"),
        sa.UniqueConstraint("name", name="uq_categories_name"),
        **OPTIONS,
    )
    op.create_table(
        "engines",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("python_version", sa.String(length=16), nullable=False),
        sa.Column("language_revision", sa.Integer(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=True),
        sa.Column("last_seen", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_engines"),
        **OPTIONS,
    )
    op.create_table(
        "environments",
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("description_text", LONG_TEXT, nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("description", LONG_BLOB, nullable=False),
        sa.Column("trust_id", sa.String(length=64), nullable=True),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("updated", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_environments"),
        sa.UniqueConstraint("project_id", "name", name="uq_environments_project_id_name"),
        **OPTIONS,
    )
    op.create_table(
        "guests",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("environment_id", sa.String(length=255), nullable=False),
        sa.Column("record", LONG_BLOB, nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_guests"),
        **OPTIONS,
    )
    op.create_index("ix_guests_environment_id", "guests", ["environment_id"])

    op.create_table(
        "named_locks",
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("taken", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_named_locks"),
        **OPTIONS,
    )
    op.create_table(
        "tags",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tags"),
        sa.UniqueConstraint("name", name="uq_tags_name"),
        **OPTIONS,
    )
    op.create_table(
        "tasks",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("environment_id", sa.String(length=255), nullable=True),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("action", LONG_BLOB, nullable=True),
        sa.Column("model", LONG_BLOB, nullable=True),
        sa.Column("trust_id", sa.String(length=64), nullable=True),
        sa.Column("token", LONG_BLOB, nullable=True),
        sa.Column("seed", sa.String(length=32), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("attempts_without_result", sa.Integer(), nullable=False),
        sa.Column("claim", sa.String(length=64), nullable=True),
        sa.Column("claimed_by", sa.String(length=255), nullable=True),
        sa.Column("lease_expires", MOMENT, nullable=True),
        sa.Column("available_at", MOMENT, nullable=True),
        sa.Column("deadline", MOMENT, nullable=True),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("language_revision", sa.Integer(), nullable=True),
        sa.Column("python_version", sa.String(length=16), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("result", LONG_BLOB, nullable=True),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("started", MOMENT, nullable=True),
        sa.Column("ended", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_tasks"),
        **OPTIONS,
    )
    op.create_index("ix_tasks_environment_id", "tasks", ["environment_id"])
    op.create_index("ix_tasks_lease_expires", "tasks", ["lease_expires"])
    op.create_index("ix_tasks_project_id_state", "tasks", ["project_id", "state"])
    op.create_index("ix_tasks_state_kind_created", "tasks", ["state", "kind", "created"])

    op.create_table(
        "trust_revocations",
        sa.Column("trust_id", sa.String(length=64), nullable=False),
        sa.Column("environment_id", sa.String(length=255), nullable=True),
        sa.Column("not_before", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", LONG_TEXT, nullable=True),
        sa.PrimaryKeyConstraint("trust_id", name="pk_trust_revocations"),
        **OPTIONS,
    )
    op.create_table(
        "attempts",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("task_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("engine", sa.String(length=255), nullable=False),
        sa.Column("claimed_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["task_id"], ["tasks.id"], name="fk_attempts_task_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_attempts"),
        sa.UniqueConstraint("task_id", "number", name="uq_attempts_task_id_number"),
        **OPTIONS,
    )
    op.create_table(
        "call_answers",
        sa.Column("task_id", sa.String(length=32), nullable=False),
        sa.Column("claim", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", LONG_TEXT, nullable=True),
        sa.ForeignKeyConstraint(
            ["task_id"], ["tasks.id"], name="fk_call_answers_task_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("task_id", "claim", "number", name="pk_call_answers"),
        **OPTIONS,
    )
    op.create_table(
        "deployments",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("environment_id", sa.String(length=255), nullable=False),
        sa.Column("session_id", sa.String(length=32), nullable=True),
        sa.Column("description", LONG_TEXT, nullable=False),
        sa.Column("action", LONG_TEXT, nullable=True),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("updated", MOMENT, nullable=False),
        sa.Column("started", MOMENT, nullable=True),
        sa.Column("finished", MOMENT, nullable=True),
        sa.Column("result", LONG_BLOB, nullable=True),
        sa.Column("final_model", LONG_BLOB, nullable=True),
        sa.Column("packages", LONG_TEXT, nullable=True),
        sa.ForeignKeyConstraint(
            ["environment_id"],
            ["environments.id"],
            name="fk_deployments_environment_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_deployments"),
        **OPTIONS,
    )
    op.create_index(
        "ix_deployments_environment_id_created", "deployments", ["environment_id", "created"]
    )

    op.create_table(
        "journal_entries",
        sa.Column("task_id", sa.String(length=32), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("body", LONG_BLOB, nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["task_id"], ["tasks.id"], name="fk_journal_entries_task_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("task_id", "sequence", name="pk_journal_entries"),
        **OPTIONS,
    )
    op.create_table(
        "journal_values",
        sa.Column("task_id", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("body", LONG_BLOB, nullable=False),
        sa.ForeignKeyConstraint(
            ["task_id"], ["tasks.id"], name="fk_journal_values_task_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("task_id", "digest", name="pk_journal_values"),
        **OPTIONS,
    )
    op.create_table(
        "packages",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("owner_id", sa.String(length=64), nullable=False),
        sa.Column("fully_qualified_name", sa.String(length=128), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("description", LONG_TEXT, nullable=False),
        sa.Column("author", sa.String(length=80), nullable=True),
        sa.Column("supplier", LONG_TEXT, nullable=False),
        sa.Column("supplier_logo", LONG_BLOB, nullable=True),
        sa.Column("logo", LONG_BLOB, nullable=True),
        sa.Column("ui_definition", LONG_TEXT, nullable=True),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("archive_digest", sa.String(length=64), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("updated", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["archive_digest"], ["archives.digest"], name="fk_packages_archive_digest"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_packages"),
        sa.UniqueConstraint(
            "fully_qualified_name",
            "version",
            "owner_id",
            name="uq_packages_fully_qualified_name_version_owner_id",
        ),
        **OPTIONS,
    )
    op.create_index("ix_packages_archive_digest", "packages", ["archive_digest"])
    op.create_index("ix_packages_is_public_name", "packages", ["is_public", "name"])
    op.create_index("ix_packages_owner_id_name", "packages", ["owner_id", "name"])

    op.create_table(
        "sessions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("environment_id", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=36), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("description", LONG_BLOB, nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("updated", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["environment_id"],
            ["environments.id"],
            name="fk_sessions_environment_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        **OPTIONS,
    )
    op.create_index("ix_sessions_environment_id", "sessions", ["environment_id"])

    op.create_table(
        "class_definitions",
        sa.Column("package_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.ForeignKeyConstraint(
            ["package_id"],
            ["packages.id"],
            name="fk_class_definitions_package_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("package_id", "name", name="pk_class_definitions"),
        **OPTIONS,
    )
    op.create_index("ix_class_definitions_name", "class_definitions", ["name"])

    op.create_table(
        "deployment_packages",
        sa.Column("deployment_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["deployment_id"],
            ["deployments.id"],
            name="fk_deployment_packages_deployment_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("deployment_id", "name", "version", name="pk_deployment_packages"),
        **OPTIONS,
    )
    op.create_index("ix_deployment_packages_digest", "deployment_packages", ["digest"])

    op.create_table(
        "package_categories",
        sa.Column("package_id", sa.String(length=32), nullable=False),
        sa.Column("category_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"],
            ["categories.id"],
            name="fk_package_categories_category_id",
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["package_id"],
            ["packages.id"],
            name="fk_package_categories_package_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("package_id", "category_id", name="pk_package_categories"),
        **OPTIONS,
    )
    op.create_index("ix_package_categories_category_id", "package_categories", ["category_id"])

    op.create_table(
        "package_tags",
        sa.Column("package_id", sa.String(length=32), nullable=False),
        sa.Column("tag_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["package_id"], ["packages.id"], name="fk_package_tags_package_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tag_id"], ["tags.id"], name="fk_package_tags_tag_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("package_id", "tag_id", name="pk_package_tags"),
        **OPTIONS,
    )
    op.create_index("ix_package_tags_tag_id", "package_tags", ["tag_id"])

    op.create_table(
        "reports",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("deployment_id", sa.String(length=32), nullable=False),
        sa.Column("entity_id", sa.String(length=255), nullable=True),
        sa.Column("entity", sa.String(length=255), nullable=True),
        sa.Column("text", LONG_TEXT, nullable=False),
        sa.Column("level", sa.String(length=32), nullable=False),
        sa.Column("details", LONG_TEXT, nullable=True),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("updated", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["deployment_id"],
            ["deployments.id"],
            name="fk_reports_deployment_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_reports"),
        **OPTIONS,
    )
    op.create_index("ix_reports_deployment_id_created", "reports", ["deployment_id", "created"])
    now = datetime.now(UTC).replace(tzinfo=None)
    op.bulk_insert(
        categories,
        [
            {"id": uuid.uuid4().hex, "name": name, "created": now, "updated": now}
            for name in CATEGORIES
        ],
    )
