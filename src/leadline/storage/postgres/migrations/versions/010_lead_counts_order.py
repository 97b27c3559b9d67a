"""Lead counts: a statement that changes several leads takes their cells in the order of all other writers."""

from leadline.storage.postgres.migrations.sql import run_file

revision = "010_lead_counts_order"
down_revision = "009_lead_counts"


def upgrade() -> None:
    run_file("010_lead_counts_order.sql")


def downgrade() -> None:
    run_file("010_lead_counts_order_rollback.sql")
