"""Forms of our own: what an endpoint's form shows, and what makes a posting doubtful."""

from leadline.storage.postgres.migrations.sql import run_file

revision = "008_forms"
down_revision = "007_queue"


def upgrade() -> None:
    run_file("008_forms.sql")


def downgrade() -> None:
    run_file("008_forms_rollback.sql")
