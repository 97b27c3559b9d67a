"""The tables of users and of whatever lets somebody in: sessions, invitations, keys, and the tries of those who guess."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP, UUID

from leadline.storage.postgres.columns import count_column, flag_column, id_column, metadata, time_column

users = Table(
    "users",
    metadata,
    id_column(),
    Column("full_name", String(255), nullable=False),
    Column("email", String(255), nullable=False),
    Column("email_key", String(255), nullable=False),
    Column("phone", String(50)),
    Column("role", String(50), nullable=False, server_default="rep"),
    flag_column("is_active", True),
    count_column("max_active_leads", 20),
    count_column("current_lead_count"),
    count_column("total_leads_assigned"),
    count_column("total_leads_contacted"),
    count_column("total_leads_qualified"),
    Column("avg_response_time_minutes", Integer),
    Column("response_minutes_sum", BigInteger, nullable=False, server_default=text("0")),
    count_column("response_count"),
    Column("slack_user_id", String(100)),
    flag_column("notify_email", True),
    flag_column("notify_slack", True),
    flag_column("notify_sms"),
    Column("time_zone", String(64), nullable=False, server_default="UTC"),
    Column("quiet_from", String(5)),
    Column("quiet_to", String(5)),
    flag_column("hot_in_quiet_hours"),
    Column("digest_at", String(5)),
    time_column("created_at", required=True),
    time_column("updated_at", required=True),
    time_column("last_login_at"),
    time_column("last_turn_at"),
    Column("last_turn_seq", BigInteger, nullable=False, server_default=text("0")),
    Column("password_hash", Text),
    flag_column("is_demo"),
    count_column("version", 1),
    CheckConstraint("role IN ('rep', 'manager', 'admin')", name="chk_role"),
    Index("idx_users_email", "email_key", unique=True),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("user_id", UUID(as_uuid=True), ForeignKey("leadline.users.id", ondelete="CASCADE"), nullable=False),
    time_column("created_at", required=True),
    time_column("seen_at", required=True),
    time_column("revoked_at"),
    Index("idx_sessions_user_id", "user_id"),
)

api_keys = Table(
    "api_keys",
    metadata,
    id_column(),
    Column("name", String(255), nullable=False),
    Column("prefix", String(20), nullable=False),
    Column("key_hash", LargeBinary, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    time_column("created_at", required=True),
    time_column("expires_at"),
    time_column("revoked_at"),
    time_column("last_used_at"),
    Index("idx_api_keys_hash", "key_hash", unique=True),
)

invitations = Table(
    "invitations",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("user_id", UUID(as_uuid=True), ForeignKey("leadline.users.id", ondelete="CASCADE"), nullable=False),
    time_column("created_at", required=True),
    Column("expires_at", TIMESTAMP(timezone=True), nullable=False),
    time_column("used_at"),
    time_column("revoked_at"),
    Index("idx_invitations_user_id", "user_id"),
)

login_tries = Table(
    "login_tries",
    metadata,
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
    Column("ends_at", TIMESTAMP(timezone=True), nullable=False),
)
