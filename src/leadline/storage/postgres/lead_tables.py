"""The tables that hold leads and their numbers, as SQLAlchemy sees them, with the indexes of the named lists (docs/schema.md)."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from leadline.storage.postgres.columns import count_column, flag_column, id_column, json_column, metadata, time_column

VISIBLE = "NOT is_deleted AND NOT is_spam"
OPEN = "status IN ('New', 'Contacted', 'Qualified')"


def _lead_columns() -> list[Any]:
    """The columns that `leads` and `leads_archive` share."""
    return [*_given_columns(), *_made_columns(), *_own_columns()]


def _given_columns() -> list[Any]:
    """What the submission gave, and what intake made of it at once."""
    return [
        id_column(),
        Column("company_name", String(255), nullable=False),
        Column("contact_name", String(255), nullable=False),
        Column("email", String(255), nullable=False),
        Column("email_key", String(255), nullable=False),
        Column("email_class", String(20), nullable=False),
        Column("phone", String(50)),
        Column("phone_e164", String(20)),
        Column("company_size", String(50)),
        Column("industry", String(100)),
        Column("inquiry_type", String(100)),
        Column("budget_timeline", String(50)),
        Column("current_solution", Text),
        Column("message", Text),
    ]


def _made_columns() -> list[Any]:
    """What scoring, routing and work made of the lead."""
    return [
        count_column("lead_score"),
        Column("category", String(20), nullable=False, server_default="Cold"),
        json_column("score_breakdown"),
        count_column("raw_score"),
        Column("ruleset_version", Integer, nullable=False),
        Column("status", String(50), nullable=False, server_default="New"),
        Column("assigned_to", UUID(as_uuid=True), ForeignKey("leadline.users.id")),
        flag_column("priority_flag"),
        Column("linkedin_url", String(500)),
        Column("company_revenue", String(50)),
        Column("enrichment_status", String(50), nullable=False, server_default="Pending"),
        count_column("email_reply_count"),
        count_column("pricing_page_visits"),
        flag_column("demo_video_watched"),
        time_column("last_activity_date"),
        time_column("created_at", required=True),
        time_column("updated_at", required=True),
        Column("source", String(100)),
        Column("utm_source", String(100)),
        Column("utm_medium", String(100)),
        Column("utm_campaign", String(100)),
        flag_column("is_deleted"),
        time_column("deleted_at"),
        flag_column("is_spam"),
        flag_column("needs_review"),
        flag_column("qualification_bonus_applied"),
    ]


def _own_columns() -> list[Any]:
    """What the seed has no column for."""
    return [
        count_column("version", 1),
        json_column("extra"),
        json_column("field_sources"),
        time_column("first_contacted_at"),
        time_column("waiting_since"),
        Column("waiting_reason", String(20)),
        Column("route_decision", JSONB),
        flag_column("is_demo"),
        flag_column("is_test"),
        Column("import_id", UUID(as_uuid=True)),
        Column("search_words", ARRAY(Text)),
        # The seed's, last because revision 001 adds it.
        Column("company_website", String(500)),
    ]


LEAD_CHECKS = {
    # Loose second belt; the domain validates (RULES 1).
    "chk_email_format": r"email ~ '^[^\s@]+@[^\s@]+$'",
    "chk_score_range": "lead_score >= 0 AND lead_score <= 100",
    "chk_category": "category IN ('Hot', 'Warm', 'Cold')",
    "chk_status": "status IN ('New', 'Contacted', 'Qualified', 'Disqualified', 'Opportunity')",
    "chk_company_size": "company_size IN ('1-10', '11-50', '51-200', '201-1000', '1000+')",
    "chk_email_class": "email_class IN ('business', 'free', 'disposable')",
}

lead_counts = Table(
    "lead_counts",
    metadata,
    Column("assigned_to", UUID(as_uuid=True)),
    Column("category", String(20), nullable=False),
    Column("status", String(50), nullable=False),
    Column("is_waiting", Boolean, nullable=False),
    Column("needs_review", Boolean, nullable=False),
    Column("leads", BigInteger, nullable=False),
    Index(
        "idx_lead_counts_cell",
        "assigned_to",
        "category",
        "status",
        "is_waiting",
        "needs_review",
        unique=True,
        postgresql_nulls_not_distinct=True,
    ),
)

WORK_ORDER = (text("priority_flag DESC"), text("raw_score DESC"), text("created_at DESC"), text("id DESC"))


def _where(condition: str) -> dict[str, Any]:
    return {"postgresql_where": text(condition)}


# A column at the end of an index, after the id, orders nothing: it lets the index itself pass over rows of a filtered list.
leads = Table(
    "leads",
    metadata,
    *_lead_columns(),
    *(CheckConstraint(sql, name=name) for name, sql in LEAD_CHECKS.items()),
    Index("idx_leads_work", "category", *WORK_ORDER, **_where(f"{OPEN} AND {VISIBLE}")),
    Index(
        "idx_leads_owner",
        "assigned_to",
        "category",
        *WORK_ORDER,
        "needs_review",
        **_where(f"assigned_to IS NOT NULL AND {OPEN} AND {VISIBLE}"),
    ),
    # PostgreSQL does not take `assigned_to IS NULL` for a constant when it looks for an order, so idx_leads_owner cannot serve.
    Index(
        "idx_leads_unassigned",
        "category",
        *WORK_ORDER,
        "needs_review",
        **_where(f"assigned_to IS NULL AND {OPEN} AND {VISIBLE}"),
    ),
    Index(
        "idx_leads_waiting",
        "category",
        *WORK_ORDER,
        "assigned_to",
        **_where(f"waiting_since IS NOT NULL AND {OPEN} AND {VISIBLE}"),
    ),
    Index(
        "idx_leads_drain",
        text("priority_flag DESC"),
        text("(category = 'Hot') DESC"),
        "waiting_since",
        "id",
        **_where(f"waiting_since IS NOT NULL AND {OPEN} AND {VISIBLE}"),
    ),
    Index(
        "idx_leads_review", "category", *WORK_ORDER, "assigned_to", **_where(f"needs_review AND {OPEN} AND {VISIBLE}")
    ),
    Index("idx_leads_status", "status", text("created_at DESC"), text("id DESC"), "assigned_to", **_where(VISIBLE)),
    Index(
        "idx_leads_assigned_to",
        "assigned_to",
        "status",
        text("created_at DESC"),
        text("id DESC"),
        **_where("assigned_to IS NOT NULL"),
    ),
    Index("idx_leads_updated_at", "updated_at", "id"),
    Index(
        "idx_unique_email_24h",
        "email_key",
        text("((created_at AT TIME ZONE 'UTC')::date)"),
        unique=True,
        **_where("NOT is_deleted"),
    ),
    Index(
        "idx_leads_words",
        text("array_to_tsvector(search_words)"),
        postgresql_using="gin",
        **_where("search_words IS NOT NULL"),
    ),
    Index("idx_leads_to_index", "id", **_where("search_words IS NULL")),
    Index(
        "idx_leads_set_aside",
        "is_deleted",
        text("created_at DESC"),
        text("id DESC"),
        **_where("is_deleted OR is_spam"),
    ),
    Index("idx_leads_demo", "id", **_where("is_demo")),
    Index("idx_leads_ruleset", "ruleset_version", "id", **_where(OPEN)),
)

leads_archive = Table(
    "leads_archive",
    metadata,
    *_lead_columns(),
    time_column("archived_at", required=True),
    *(CheckConstraint(sql, name=f"{name}_archive") for name, sql in LEAD_CHECKS.items()),
    Index("idx_leads_archive_email", "email_key", text("created_at DESC")),
    Index("idx_leads_archive_assigned_to", "assigned_to", **_where("assigned_to IS NOT NULL")),
)
