"""Version 1.0: the seed's tables, and what the main job needs beside them."""

from leadline.storage.postgres.migrations.sql import run_file

revision = "000_version_1_0"
down_revision = None


def upgrade() -> None:
    run_file("000_version_1_0.sql")


def downgrade() -> None:
    run_file("000_version_1_0_rollback.sql")
