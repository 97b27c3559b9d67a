"""Version 1.1: the company website."""

from leadline.storage.postgres.migrations.sql import run_file, run_file_in_steps

revision = "001_add_company_website"
down_revision = "000_version_1_0"


def upgrade() -> None:
    run_file("001_add_company_website.sql")
    run_file_in_steps("001_add_company_website_back_fill.sql")
    run_file("001_add_company_website_end.sql")


def downgrade() -> None:
    run_file("001_add_company_website_rollback.sql")
