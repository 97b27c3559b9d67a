"""The part of the ports that is about who may come in: sessions, invitations, keys, and the tries of those who guess."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from leadline.domain.access import ApiKey, Session
from leadline.domain.invitations import Invitation
from leadline.domain.login_tries import LoginTries


class AccountTx(Protocol):
    """What `Tx` reads and writes of them."""

    async def invitation(self, token_hash: bytes) -> Invitation | None:
        """The invitation of a token, used and revoked ones included."""

    async def login_tries(self, slots: Sequence[int]) -> list[LoginTries]:
        """The counters in these slots, held against other writers, also where there is none yet. Order is not promised."""

    async def ended_login_tries(self, now: datetime, limit: int) -> list[LoginTries]:
        """Counters whose window has ended, so many at most."""

    def add_sessions(self, sessions: Sequence[Session]) -> None:
        """Write new sessions."""

    def revoke_sessions(self, *, token_hash: bytes | None = None, user_id: UUID | None = None, at: datetime) -> None:
        """End one session, or all of a user."""

    def add_invitations(self, invitations: Sequence[Invitation]) -> None:
        """Write new invitations."""

    def use_invitation(self, token_hash: bytes, at: datetime) -> None:
        """Mark an invitation as used. One that was used or revoked meanwhile is a LostRace."""

    def revoke_invitations(self, user_id: UUID, at: datetime) -> None:
        """End the invitations of a user that are neither used nor revoked."""

    def set_login_tries(self, rows: Sequence[LoginTries]) -> None:
        """Write counters read in this transaction back; one that stands at 0 goes."""

    def add_api_keys(self, keys: Sequence[ApiKey]) -> None:
        """Write new keys. A hash that is known already is left as it is."""

    def revoke_api_key(self, key_hash: bytes, at: datetime) -> None:
        """End a key; one that has ended keeps the time of its end."""


class AccountStore(Protocol):
    """What `Store` reads of them, and the changes that need no transaction."""

    async def find_session(self, token_hash: bytes) -> Session | None:
        """The session of a token, revoked ones included."""

    async def touch_session(self, token_hash: bytes, at: datetime) -> bool:
        """Move `seen_at` forward; False where the session is gone or revoked."""

    async def take_session(self, token_hash: bytes, at: datetime) -> Session | None:
        """Revoke a session and give it back as it was, where it was not revoked yet: of two who take it, one gets it."""

    async def find_invitation(self, token_hash: bytes) -> Invitation | None:
        """The invitation of a token, used and revoked ones included."""

    async def list_invitations(self) -> list[Invitation]:
        """Every invitation, used and revoked ones included, in order of their hashes."""

    async def find_api_key(self, key_hash: bytes) -> ApiKey | None:
        """The key of this hash."""

    async def touch_api_key(self, key_hash: bytes, at: datetime) -> None:
        """Move `last_used_at` forward, where there is such a key."""

    async def list_api_keys(self) -> list[ApiKey]:
        """Every key, revoked ones included, oldest first."""
