"""Alembic's environment: runs the migrations on the connection that the caller hands over."""

from alembic import context

from catalog_api.db.models import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    # SQLite changes tables by copying them.
    render_as_batch=connection.dialect.name == "sqlite",
)
with context.begin_transaction():
    context.run_migrations()
