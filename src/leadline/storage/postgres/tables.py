"""All tables but those of leads, accounts and notifications, as SQLAlchemy sees them: for the list queries, and for the test that metadata and
database agree. What each table, column and index is for, and what became of the seed's: docs/schema.md."""

from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import INET, JSONB, TIMESTAMP, UUID

from leadline.storage.postgres.account_tables import api_keys, invitations, login_tries, sessions, users
from leadline.storage.postgres.columns import count_column, flag_column, id_column, json_column, metadata, time_column
from leadline.storage.postgres.lead_tables import lead_counts, leads, leads_archive
from leadline.storage.postgres.queue_tables import notifications, suppressions, workers

__all__ = [
    "activities",
    "analytics_snapshots",
    "api_keys",
    "endpoints",
    "idempotency_keys",
    "import_runs",
    "invitations",
    "lead_counts",
    "leads",
    "leads_archive",
    "login_tries",
    "metadata",
    "notifications",
    "ruleset_drafts",
    "scoring_rulesets",
    "sessions",
    "submissions",
    "suppressions",
    "users",
    "workers",
]

activities = Table(
    "activities",
    metadata,
    id_column(),
    Column("lead_id", UUID(as_uuid=True), nullable=False),
    Column("user_id", UUID(as_uuid=True)),
    Column("action_type", String(100), nullable=False),
    Column("old_value", Text),
    Column("new_value", Text),
    Column("description", Text),
    Column("actor_kind", String(20), nullable=False, server_default="system"),
    Column("actor_name", String(255)),
    time_column("created_at", required=True),
    Column("ip_address", INET),
    Column("user_agent", Text),
    Index("idx_activities_lead_id", "lead_id", text("created_at DESC"), text("id DESC")),
)

analytics_snapshots = Table(
    "analytics_snapshots",
    metadata,
    id_column(),
    Column("snapshot_date", Date, nullable=False),
    *(Column(name, Integer) for name in ("total_leads", "hot_leads", "warm_leads", "cold_leads")),
    *(
        Column(name, Integer)
        for name in ("leads_contacted", "leads_qualified", "leads_disqualified", "leads_to_opportunity")
    ),
    Column("avg_lead_score", Numeric(5, 2)),
    Column("median_lead_score", Integer),
    *(Column(f"{name}_response_time_minutes", Integer) for name in ("avg", "fastest", "slowest")),
    Column("leads_by_source", JSONB),
    Column("avg_score_by_source", JSONB),
    time_column("created_at", required=True),
    Index("idx_snapshots_date", "snapshot_date", unique=True),
)

submissions = Table(
    "submissions",
    metadata,
    id_column(),
    Column("way_in", String(20), nullable=False),
    Column("endpoint", String(100)),
    Column("event_id", String(255)),
    Column("payload", LargeBinary, nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("lead_id", UUID(as_uuid=True)),
    Column("faults", JSONB),
    Column("request_id", String(100)),
    Column("replay_of", UUID(as_uuid=True)),
    time_column("received_at", required=True),
    CheckConstraint("outcome IN ('created', 'duplicate', 'rejected', 'spam', 'quarantined')", name="chk_outcome"),
    Index("idx_submissions_outcome", "outcome", text("id DESC"), postgresql_where=text("outcome <> 'created'")),
    Index("idx_submissions_lead_id", "lead_id", text("id DESC"), postgresql_where=text("lead_id IS NOT NULL")),
    Index(
        "idx_submissions_event",
        "endpoint",
        "event_id",
        unique=True,
        postgresql_where=text("event_id IS NOT NULL AND replay_of IS NULL"),
    ),
    Index(
        "idx_submissions_endpoint",
        "endpoint",
        "id",
        postgresql_where=text("endpoint IS NOT NULL AND replay_of IS NULL"),
    ),
)


def _actor_columns() -> list[Column[Any]]:
    """Who did it, as in the trail of a lead."""
    return [
        Column("actor_kind", String(20), nullable=False, server_default="system"),
        Column("actor_name", String(255)),
        Column("user_id", UUID(as_uuid=True)),
    ]


scoring_rulesets = Table(
    "scoring_rulesets",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("name", String(255), nullable=False),
    Column("rules", JSONB, nullable=False),
    time_column("published_at", required=True),
    *_actor_columns(),
    Column("restores", Integer),
    flag_column("notifies"),
)

ruleset_drafts = Table(
    "ruleset_drafts",
    metadata,
    id_column(),
    Column("rules", JSONB, nullable=False),
    time_column("created_at", required=True),
    time_column("updated_at", required=True),
    *_actor_columns(),
    count_column("version", 1),
)

endpoints = Table(
    "endpoints",
    metadata,
    id_column(),
    Column("name", String(63), nullable=False),
    Column("provider", String(20), nullable=False),
    Column("token", String(64), nullable=False),
    time_column("created_at", required=True),
    time_column("updated_at", required=True),
    Column("sealed_secrets", LargeBinary),
    json_column("mapping"),
    json_column("defaults"),
    Column("source", String(100)),
    flag_column("is_active", True),
    count_column("version", 1),
    Column("form", JSONB),
    json_column("spam"),
    Column("routing", String(20), nullable=False, server_default="house"),
    Index("idx_endpoints_name", "name", unique=True),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    time_column("created_at", required=True),
    Column("expires_at", TIMESTAMP(timezone=True), nullable=False),
    Column("submission_id", UUID(as_uuid=True), nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("lead_id", UUID(as_uuid=True)),
    Index("idx_idempotency_keys_expires_at", "expires_at"),
)

import_runs = Table(
    "import_runs",
    metadata,
    id_column(),
    Column("name", String(255), nullable=False),
    Column("file", String(64), nullable=False),
    json_column("mapping"),
    json_column("columns"),
    count_column("rows", 0),
    time_column("started_at", required=True),
    time_column("updated_at", required=True),
    Column("preset", String(50)),
    flag_column("routes", False),
    flag_column("notifies", False),
    count_column("done", 0),
    count_column("created", 0),
    count_column("duplicate", 0),
    count_column("rejected", 0),
    count_column("spam", 0),
    time_column("finished_at"),
    time_column("undone_at"),
    Column("actor_name", String(255), nullable=False, server_default=""),
    Column("user_id", UUID(as_uuid=True)),
    count_column("version", 1),
    Column("source", String(100)),
    count_column("undo_rows", 0),
    count_column("deleted", 0),
    count_column("given_back", 0),
    count_column("kept_count", 0),
    json_column("kept"),
)
