"""Version 1.1: the company website."""

from leadline.storage.postgres.migrations.sql import run_file

revision = "001_add_company_website"
down_revision = "000_version_1_0"


def upgrade() -> None:
    run_file("001_add_company_website.sql")


def downgrade() -> None:
    run_file("001_add_company_website_rollback.sql")
