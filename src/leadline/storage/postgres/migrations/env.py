"""Alembic's entry: runs the revisions on the connection that `migrate` hands over, each in a transaction of its own."""

from alembic import context

from leadline.storage.postgres.columns import SCHEMA
from leadline.storage.postgres.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table_schema=SCHEMA,
    include_schemas=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
