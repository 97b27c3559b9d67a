"""The part of a transaction that is about who may come in: sessions, invitations, keys, login tries."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from leadline.domain.access import ApiKey, Session
from leadline.domain.invitations import Invitation
from leadline.domain.login_tries import LoginTries
from leadline.ports import LostRace
from leadline.storage.memory.buffered import Buffered


class AccountTx(Buffered):
    """See `ports.Tx`."""

    async def invitation(self, token_hash: bytes) -> Invitation | None:
        self._read("invitation")
        return deepcopy(self._state.invitations.get(token_hash))

    async def login_tries(self, slots: Sequence[int]) -> list[LoginTries]:
        self._read("login_tries")
        return deepcopy([self._state.login_tries[slot] for slot in slots if slot in self._state.login_tries])

    async def ended_login_tries(self, now: datetime, limit: int) -> list[LoginTries]:
        self._read("ended_login_tries")
        return deepcopy([tries for tries in self._state.login_tries.values() if tries.ends_at <= now][:limit])

    def add_sessions(self, sessions: Sequence[Session]) -> None:
        self._write("add_sessions", sessions, self._add_session)

    def revoke_sessions(self, *, token_hash: bytes | None = None, user_id: UUID | None = None, at: datetime) -> None:
        def revoke(_: None) -> None:
            for key, session in list(self._state.sessions.items()):
                if session.revoked_at is None and (key == token_hash or session.user_id == user_id):
                    self._state.sessions[key] = replace(session, revoked_at=at)

        self._write("revoke_sessions", [None], revoke)

    def add_invitations(self, invitations: Sequence[Invitation]) -> None:
        self._write("add_invitations", invitations, self._add_invitation)

    def use_invitation(self, token_hash: bytes, at: datetime) -> None:
        def use(_: None) -> None:
            stored = self._state.invitations.get(token_hash)
            if stored is None or stored.used_at or stored.revoked_at:
                raise LostRace("another writer used or ended this invitation")
            self._state.invitations[token_hash] = replace(stored, used_at=at)

        self._write("use_invitation", [None], use)

    def revoke_invitations(self, user_id: UUID, at: datetime) -> None:
        def revoke(_: None) -> None:
            for key, invitation in list(self._state.invitations.items()):
                if invitation.user_id == user_id and not (invitation.used_at or invitation.revoked_at):
                    self._state.invitations[key] = replace(invitation, revoked_at=at)

        self._write("revoke_invitations", [None], revoke)

    def set_login_tries(self, rows: Sequence[LoginTries]) -> None:
        def put(tries: LoginTries) -> None:
            if tries.number:
                self._state.login_tries[tries.slot] = tries
            else:
                self._state.login_tries.pop(tries.slot, None)

        self._write("set_login_tries", rows, put)

    def add_api_keys(self, keys: Sequence[ApiKey]) -> None:
        self._write("add_api_keys", keys, lambda k: self._state.api_keys.setdefault(k.key_hash, k))

    def revoke_api_key(self, key_hash: bytes, at: datetime) -> None:
        def revoke(_: None) -> None:
            key = self._state.api_keys.get(key_hash)
            if key is not None and key.revoked_at is None:
                self._state.api_keys[key_hash] = replace(key, revoked_at=at)

        self._write("revoke_api_key", [None], revoke)

    def _add_session(self, session: Session) -> None:
        if session.user_id not in self._state.users:
            raise LostRace("the user of a session is there no longer")
        self._state.sessions[session.token_hash] = session

    def _add_invitation(self, invitation: Invitation) -> None:
        if invitation.user_id not in self._state.users:
            raise LostRace("the user of an invitation is there no longer")
        self._state.invitations[invitation.token_hash] = invitation
