"""Accounts: invitations, login tries, the last use of a key, the time zone of a person."""

from leadline.storage.postgres.migrations.sql import run_file

revision = "002_accounts"
down_revision = "001_add_company_website"


def upgrade() -> None:
    run_file("002_accounts.sql")


def downgrade() -> None:
    run_file("002_accounts_rollback.sql")
