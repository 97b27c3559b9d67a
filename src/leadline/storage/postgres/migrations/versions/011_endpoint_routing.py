"""Endpoints that have every lead routed, Cold ones too."""

from leadline.storage.postgres.migrations.sql import run_file

revision = "011_endpoint_routing"
down_revision = "010_lead_counts_order"


def upgrade() -> None:
    run_file("011_endpoint_routing.sql")


def downgrade() -> None:
    run_file("011_endpoint_routing_rollback.sql")
