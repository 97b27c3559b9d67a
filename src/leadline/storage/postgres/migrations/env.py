"""Alembic's entry: runs the revisions on the connection that `migrate` hands over."""

from alembic import context

from leadline.storage.postgres.columns import SCHEMA
from leadline.storage.postgres.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table_schema=SCHEMA,
    include_schemas=True,
)
with context.begin_transaction():
    context.run_migrations()
