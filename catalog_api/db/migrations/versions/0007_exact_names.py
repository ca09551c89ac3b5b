"""Names on MariaDB and MySQL are equal only to themselves, as on other databases."""

from alembic import op
from sqlalchemy.dialects import mysql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NAMES = {
    "environments": {"name": 255},
    "environment_templates": {"name": 255},
    "packages": {"fully_qualified_name": 128, "version": 64, "name": 80},
    "class_definitions": {"name": 128},
    "tags": {"name": 80},
    "categories": {"name": 80},
    "deployment_packages": {"name": 128, "version": 64},
    "named_locks": {"name": 128},
}


def upgrade() -> None:
    """What is there stays: names that differed before differ now."""
    if op.get_bind().dialect.name not in ("mysql", "mariadb"):
        return
    for table, columns in NAMES.items():
        for name, length in columns.items():
            exact = mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin")
            op.alter_column(table, name, type_=exact, existing_nullable=False)
