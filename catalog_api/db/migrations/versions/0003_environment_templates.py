"""Environment templates."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
LONG_TEXT = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
LONG_BLOB = sa.LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")


def upgrade() -> None:
    """One table; a template's applications are encrypted as models are."""
    op.create_table(
        "environment_templates",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("description_text", LONG_TEXT, nullable=False),
        sa.Column("project_id", sa.String(length=64), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("services", LONG_BLOB, nullable=True),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("updated", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_environment_templates"),
        sa.UniqueConstraint(
            "project_id", "name", name="uq_environment_templates_project_id_name"
        ),
        mysql_engine="InnoDB", mysql_charset="utf8mb4",
    )  # fmt: skip
    op.create_index("ix_environment_templates_is_public", "environment_templates", ["is_public"])
