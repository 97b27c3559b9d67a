"""Rule sets: who published which, drafts, and the index that finds leads which an older one has scored."""

from leadline.storage.postgres.migrations.sql import run_file, run_file_in_steps

revision = "003_rulesets"
down_revision = "002_accounts"


def upgrade() -> None:
    run_file("003_rulesets.sql")
    # An index that an interrupted run left behind is of no use to anybody.
    run_file_in_steps("003_rulesets_no_index.sql")
    run_file_in_steps("003_rulesets_index.sql")


def downgrade() -> None:
    run_file("003_rulesets_rollback.sql")
