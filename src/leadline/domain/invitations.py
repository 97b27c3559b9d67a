"""Invitations: one-use links by which a person sets the first password, or a new one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

INVITATION_LIFE = timedelta(days=7)


@dataclass(slots=True)
class Invitation:
    """A link to a user's account. Only the SHA-256 of its token is kept; of each user at most one is open."""

    token_hash: bytes
    user_id: UUID
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None


def is_invitation_open(invitation: Invitation, now: datetime) -> bool:
    """Neither used, nor replaced or withdrawn, nor too old."""
    return invitation.used_at is None and invitation.revoked_at is None and now < invitation.expires_at
