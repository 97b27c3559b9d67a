"""Imports say where their leads come from, and an undo says how far it is and what it left."""

from leadline.storage.postgres.migrations.sql import run_file

revision = "012_import_undo"
down_revision = "011_endpoint_routing"


def upgrade() -> None:
    run_file("012_import_undo.sql")


def downgrade() -> None:
    run_file("012_import_undo_rollback.sql")
