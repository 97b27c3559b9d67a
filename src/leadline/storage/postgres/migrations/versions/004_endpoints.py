"""Endpoints: the ways in that somebody connected."""

from leadline.storage.postgres.migrations.sql import run_file

revision = "004_endpoints"
down_revision = "003_rulesets"


def upgrade() -> None:
    run_file("004_endpoints.sql")


def downgrade() -> None:
    run_file("004_endpoints_rollback.sql")
