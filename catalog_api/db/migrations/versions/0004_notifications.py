"""Notifications that wait to be published."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
LONG_TEXT = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")


def upgrade() -> None:
    """One table, emptied by the conductors."""
    op.create_table(
        "notifications",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("event_type", sa.String(length=64), nullable=False),
        sa.Column("payload", LONG_TEXT, nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("taken", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_notifications"),
        mysql_engine="InnoDB", mysql_charset="utf8mb4",
    )  # fmt: skip
    op.create_index("ix_notifications_created", "notifications", ["created"])
