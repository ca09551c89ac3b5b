"""Reports are numbered; what a deployment was asked to do is encrypted."""

import json

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

from catalog_api.db.types import EncryptedJSON

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

LONG_BLOB = sa.LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")


def upgrade() -> None:
    """Number the reports that are there by their time, and seal what is there in clear."""
    _number_reports()
    _seal_deployments()


def _number_reports() -> None:
    connection = op.get_bind()
    with op.batch_alter_table("reports") as table:
        table.add_column(sa.Column("number", sa.Integer(), nullable=False, server_default="0"))
    reports = sa.table(
        "reports", sa.column("id"), sa.column("deployment_id"), sa.column("created"),
        sa.column("number"),
    )  # fmt: skip
    rows = connection.execute(
        sa.select(reports.c.id, reports.c.deployment_id).order_by(
            reports.c.deployment_id, reports.c.created, reports.c.id
        )
    ).all()
    last: dict[str, int] = {}
    for row in rows:
        last[row.deployment_id] = last.get(row.deployment_id, 0) + 1
        connection.execute(
            sa.update(reports).where(reports.c.id == row.id).values(number=last[row.deployment_id])
        )
    with op.batch_alter_table("reports") as table:
        table.alter_column("number", existing_type=sa.Integer(), server_default=None)
        table.create_unique_constraint(
            "uq_reports_deployment_id_number", ["deployment_id", "number"]
        )
        # After the constraint, whose index takes its place for the foreign key.
        table.drop_index("ix_reports_deployment_id_created")


def _seal_deployments() -> None:
    connection = op.get_bind()
    with op.batch_alter_table("deployments") as table:
        table.add_column(sa.Column("sealed", LONG_BLOB, nullable=True))
        table.add_column(sa.Column("sealed_action", LONG_BLOB, nullable=True))
    deployments = sa.table(
        "deployments", sa.column("id"), sa.column("description"), sa.column("action"),
        sa.column("sealed", EncryptedJSON()), sa.column("sealed_action", EncryptedJSON()),
    )  # fmt: skip
    ids = connection.execute(sa.select(deployments.c.id)).scalars().all()
    for deployment_id in ids:
        own = deployments.c.id == deployment_id
        row = connection.execute(
            sa.select(deployments.c.description, deployments.c.action).where(own)
        ).one()
        action = None if row.action is None else json.loads(row.action)
        sealed = {"sealed": json.loads(row.description), "sealed_action": action}
        connection.execute(sa.update(deployments).where(own).values(sealed))
    with op.batch_alter_table("deployments") as table:
        table.drop_column("description")
        table.drop_column("action")
    with op.batch_alter_table("deployments") as table:
        table.alter_column(
            "sealed", new_column_name="description", existing_type=LONG_BLOB, nullable=False
        )
        table.alter_column(
            "sealed_action", new_column_name="action", existing_type=LONG_BLOB,
            existing_nullable=True,
        )  # fmt: skip
