"""The queue: leases, tries and answers of notifications, addresses that want none, workers, and when people want to be told."""

from leadline.storage.postgres.migrations.sql import run_file, run_file_in_steps

revision = "007_queue"
down_revision = "006_import_runs"


def upgrade() -> None:
    run_file("007_queue.sql")
    # Indexes that an interrupted run left behind are of no use to anybody.
    run_file_in_steps("007_queue_no_pending_index.sql")
    run_file_in_steps("007_queue_pending_index.sql")
    run_file_in_steps("007_queue_no_held_index.sql")
    run_file_in_steps("007_queue_held_index.sql")


def downgrade() -> None:
    run_file("007_queue_rollback.sql")
