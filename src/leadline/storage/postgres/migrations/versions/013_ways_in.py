"""Ways in: the last postings of an endpoint are found by an index, and a new endpoint routes as the house does."""

from leadline.storage.postgres.migrations.sql import run_file, run_file_in_steps

revision = "013_ways_in"
down_revision = "012_import_undo"


def upgrade() -> None:
    run_file("013_ways_in.sql")
    # An index that an interrupted run left behind is of no use to anybody.
    run_file_in_steps("013_ways_in_no_index.sql")
    run_file_in_steps("013_ways_in_index.sql")


def downgrade() -> None:
    run_file("013_ways_in_rollback.sql")
