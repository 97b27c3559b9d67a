"""Lead counts: how many visible leads stand in each cell, kept by the statement that changes the leads."""

from leadline.storage.postgres.migrations.sql import run_file

revision = "009_lead_counts"
down_revision = "008_forms"


def upgrade() -> None:
    run_file("009_lead_counts.sql")


def downgrade() -> None:
    run_file("009_lead_counts_rollback.sql")
