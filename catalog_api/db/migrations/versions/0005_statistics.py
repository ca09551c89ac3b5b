"""Statistics of instances and requests, and what conductors tell of themselves."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
LONG_TEXT = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")


def upgrade() -> None:
    """Three tables; nothing of what is there changes."""
    _instances()
    _requests()
    op.create_table(
        "conductors",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("broker", sa.Boolean(), nullable=True),
        sa.Column("last_seen", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_conductors"),
        mysql_engine="InnoDB", mysql_charset="utf8mb4",
    )  # fmt: skip
    op.create_index("ix_conductors_last_seen", "conductors", ["last_seen"])


def _instances() -> None:
    op.create_table(
        "instance_stats",
        sa.Column("environment_id", sa.String(length=255), nullable=False),
        sa.Column("instance_id", sa.String(length=255), nullable=False),
        sa.Column("instance_type", sa.Integer(), nullable=False),
        sa.Column("type_name", sa.String(length=512), nullable=False),
        sa.Column("type_title", sa.String(length=512), nullable=True),
        sa.Column("unit_count", sa.Integer(), nullable=True),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("destroyed", MOMENT, nullable=True),
        sa.Column("earlier_seconds", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["environment_id"], ["environments.id"], ondelete="CASCADE",
            name="fk_instance_stats_environment_id",
        ),
        sa.PrimaryKeyConstraint("environment_id", "instance_id", name="pk_instance_stats"),
        mysql_engine="InnoDB", mysql_charset="utf8mb4",
    )  # fmt: skip


def _requests() -> None:
    op.create_table(
        "request_stats",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("request_count", sa.BigInteger(), nullable=False),
        sa.Column("error_count", sa.BigInteger(), nullable=False),
        sa.Column("response_seconds", sa.Double(), nullable=False),
        sa.Column("requests_per_project", LONG_TEXT, nullable=False),
        sa.Column("requests_per_second", sa.Double(), nullable=False),
        sa.Column("errors_per_second", sa.Double(), nullable=False),
        sa.Column("window_start", MOMENT, nullable=False),
        sa.Column("window_requests", sa.BigInteger(), nullable=False),
        sa.Column("window_errors", sa.BigInteger(), nullable=False),
        sa.Column("cpu_count", sa.Integer(), nullable=False),
        sa.Column("cpu_percent", sa.Double(), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("updated", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_request_stats"),
        sa.UniqueConstraint("host", name="uq_request_stats_host"),
        mysql_engine="InnoDB", mysql_charset="utf8mb4",
    )  # fmt: skip
    op.create_index("ix_request_stats_updated", "request_stats", ["updated"])
