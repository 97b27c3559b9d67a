"""The tables of telling people: notifications, addresses that want none, and the workers who send them."""

from sqlalchemy import CheckConstraint, Column, Index, String, Table, Text, text
from sqlalchemy.dialects.postgresql import UUID

from leadline.storage.postgres.columns import count_column, id_column, metadata, time_column

# What must not be NULL is said so that only the queue reads these: the list of a status, by id, has an index of its own.
PENDING = "status = 'pending' AND recipient IS NOT NULL"
HELD = "status = 'held' AND next_attempt_at IS NOT NULL"

notifications = Table(
    "notifications",
    metadata,
    id_column(),
    Column("lead_id", UUID(as_uuid=True)),
    Column("user_id", UUID(as_uuid=True)),
    Column("notification_type", String(50), nullable=False),
    Column("template_name", String(100)),
    Column("recipient", String(255), nullable=False),
    Column("subject", String(500)),
    Column("body", Text),
    Column("status", String(50), nullable=False, server_default="pending"),
    time_column("sent_at"),
    Column("error_message", Text),
    count_column("retry_count"),
    time_column("created_at", required=True),
    Column("status_reason", String(50)),
    time_column("next_attempt_at"),
    time_column("lease_until"),
    Column("leased_by", String(100)),
    Column("provider_id", Text),
    Column("provider_response", Text),
    CheckConstraint("status IN ('pending', 'sent', 'failed', 'held', 'suppressed')", name="chk_notification_status"),
    Index("idx_notifications_status", "status", text("id DESC"), postgresql_where=text("status <> 'sent'")),
    Index("idx_notifications_lead_id", "lead_id", text("id DESC")),
    Index("idx_notifications_pending", "notification_type", "recipient", "id", postgresql_where=text(PENDING)),
    Index("idx_notifications_held", "notification_type", "next_attempt_at", postgresql_where=text(HELD)),
)

suppressions = Table(
    "suppressions",
    metadata,
    Column("address", String(255), primary_key=True),
    Column("reason", String(50), nullable=False),
    time_column("created_at", required=True),
)

workers = Table(
    "workers",
    metadata,
    id_column(),
    Column("place", String(255), nullable=False),
    time_column("started_at", required=True),
    time_column("seen_at", required=True),
)
