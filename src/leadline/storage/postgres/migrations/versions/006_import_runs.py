"""Imports: the files that were taken in, how far, and what came of their rows."""

from leadline.storage.postgres.migrations.sql import run_file

revision = "006_import_runs"
down_revision = "005_idempotency_keys"


def upgrade() -> None:
    run_file("006_import_runs.sql")


def downgrade() -> None:
    run_file("006_import_runs_rollback.sql")
