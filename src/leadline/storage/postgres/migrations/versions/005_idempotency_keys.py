"""Idempotency keys: the answers that a second post under the same key gets."""

from leadline.storage.postgres.migrations.sql import run_file

revision = "005_idempotency_keys"
down_revision = "004_endpoints"


def upgrade() -> None:
    run_file("005_idempotency_keys.sql")


def downgrade() -> None:
    run_file("005_idempotency_keys_rollback.sql")
