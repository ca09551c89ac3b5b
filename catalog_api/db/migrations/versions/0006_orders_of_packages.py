"""Indexes for each order in which packages are listed, so that a page reads one page of them."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ORDERS = (
    ("owner_id", "fully_qualified_name"),
    ("owner_id", "created"),
    ("is_public", "fully_qualified_name"),
    ("is_public", "created"),
    ("name",),
)


def upgrade() -> None:
    """Indexes only; nothing of what is there changes."""
    for columns in ORDERS:
        op.create_index(f"ix_packages_{'_'.join(columns)}", "packages", list(columns))
