"""Who is asking: API keys with scopes, and the sessions of people."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

Scope = Literal[
    "leads:create", "leads:read", "leads:write", "events:write", "users", "notifications", "analytics", "admin"
]
SCOPES: tuple[Scope, ...] = (
    "leads:create",
    "leads:read",
    "leads:write",
    "events:write",
    "users",
    "notifications",
    "analytics",
    "admin",
)

MIN_KEY_LENGTH = 20
MIN_PASSWORD_LENGTH = 12
MAX_PASSWORD_LENGTH = 256
SESSION_IDLE_LIMIT = timedelta(hours=12)
SESSION_ABSOLUTE_LIMIT = timedelta(days=7)


@dataclass(slots=True)
class ApiKey:
    """A key of a program. Only the SHA-256 of the key is kept; `prefix` is what a person recognises it by."""

    id: UUID
    name: str
    prefix: str
    key_hash: bytes
    scopes: tuple[Scope, ...]
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None


@dataclass(slots=True)
class Session:
    """A person's login. Only the SHA-256 of the token is kept."""

    token_hash: bytes
    user_id: UUID
    created_at: datetime
    seen_at: datetime
    revoked_at: datetime | None = None


def is_key_live(key: ApiKey, now: datetime) -> bool:
    """Neither revoked nor expired."""
    return key.revoked_at is None and (key.expires_at is None or now < key.expires_at)


def is_session_live(session: Session, now: datetime) -> bool:
    """Not revoked, used within the idle limit, and younger than the absolute one."""
    fresh = now - session.seen_at < SESSION_IDLE_LIMIT and now - session.created_at < SESSION_ABSOLUTE_LIMIT
    return session.revoked_at is None and fresh
