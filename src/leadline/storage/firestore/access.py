"""Who may come in: sessions, invitations, keys and login tries, how they are found and how they are written."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from google.cloud.firestore_v1 import AsyncClient

from leadline.domain.access import ApiKey, Session
from leadline.domain.invitations import Invitation
from leadline.domain.login_tries import LoginTries
from leadline.ports import LostRace
from leadline.storage.firestore import queries
from leadline.storage.firestore.changes import Changes
from leadline.storage.firestore.documents import Data, to_data, to_entity
from leadline.storage.firestore.queries import Find, Found
from leadline.storage.firestore.reads import Reads
from leadline.storage.firestore.trail import entity_of

ATTEMPTS = 5


def session_path(token_hash: bytes) -> str:
    """The document of a session: the hash of its token is chance already."""
    return f"sessions/{token_hash.hex()}"


def api_key_path(key_hash: bytes) -> str:
    """The document of a key, likewise."""
    return f"apiKeys/{key_hash.hex()}"


def invitation_path(token_hash: bytes) -> str:
    """The document of an invitation, likewise."""
    return f"invitations/{token_hash.hex()}"


def tries_path(slot: int) -> str:
    """The document of a counter: slots are chance too."""
    return f"loginTries/{slot}"


def ended_tries(now: datetime, limit: int) -> Find:
    """Counters whose window has ended."""
    return Find("loginTries", ranges=(("endsAt", "<=", now),), order=(("endsAt", "ASCENDING"),), limit=limit)


async def find_session(client: AsyncClient, token_hash: bytes) -> Session | None:
    """The session of a token, revoked ones included."""
    path = session_path(token_hash)
    found = (await queries.get(client, [path]))[path]
    return to_entity(Session, path, found.data) if found else None


async def change_live_session(client: AsyncClient, token_hash: bytes, change: Callable[[Data], Data]) -> Session | None:
    """Change a session that is not revoked, and give it back as it was. Of two who do, the second sees the first's change."""
    path = session_path(token_hash)
    for attempt in range(ATTEMPTS):
        found = (await queries.get(client, [path]))[path]
        if found is None or found.data["revokedAt"] is not None:
            return None
        changes = Changes()
        changes.update(path, change(found.data), found.update_time)
        try:
            await changes.commit(client)
        except LostRace:
            if attempt == ATTEMPTS - 1:
                raise
        else:
            return to_entity(Session, path, found.data)
    raise AssertionError("unreachable")


async def find_api_key(client: AsyncClient, key_hash: bytes) -> ApiKey | None:
    """The key of this hash."""
    path = api_key_path(key_hash)
    found = (await queries.get(client, [path]))[path]
    return to_entity(ApiKey, path, found.data) if found else None


async def list_api_keys(client: AsyncClient) -> list[ApiKey]:
    """Every key, oldest first."""
    rows = await queries.run(client, Find("apiKeys"))
    return sorted((key for row in rows if (key := entity_of(ApiKey, row)) is not None), key=lambda key: key.id)


async def touch_api_key(client: AsyncClient, key_hash: bytes, at: datetime) -> None:
    """Move the last use of a key forward."""
    path = api_key_path(key_hash)
    found = (await queries.get(client, [path]))[path]
    if found is not None:
        changes = Changes()
        changes.update(path, {"lastUsedAt": max(at, found.data.get("lastUsedAt") or at)}, found.update_time)
        # Another process has just said the same.
        with suppress(LostRace):
            await changes.commit(client)


async def find_invitation(client: AsyncClient, token_hash: bytes) -> Invitation | None:
    """The invitation of a token."""
    path = invitation_path(token_hash)
    found = (await queries.get(client, [path]))[path]
    return to_entity(Invitation, path, found.data) if found else None


async def list_invitations(client: AsyncClient) -> list[Invitation]:
    """Every invitation, by its hash."""
    rows = await queries.run(client, Find("invitations"))
    return sorted((i for row in rows if (i := entity_of(Invitation, row)) is not None), key=lambda i: i.token_hash)


async def write_sessions(
    reads: Reads,
    changes: Changes,
    new: Sequence[Session],
    revoked: Sequence[tuple[bytes | None, UUID | None, datetime]],
) -> None:
    """New sessions, and the end of others."""
    for session in new:
        changes.create(session_path(session.token_hash), to_data(session))
    for token_hash, user_id, at in revoked:
        rows: list[Found | None] = []
        if token_hash is not None:
            rows += (await reads.get([session_path(token_hash)])).values()
        if user_id is not None:
            rows += await reads.find(Find("sessions", {"userId": str(user_id)}))
        for row in rows:
            if row and row.data["revokedAt"] is None:
                changes.update(row.path, {"revokedAt": at}, row.update_time)


async def write_invitations(
    reads: Reads,
    changes: Changes,
    new: Sequence[Invitation],
    used: Sequence[tuple[bytes, datetime]],
    revoked: Sequence[tuple[UUID, datetime]],
) -> None:
    """New invitations, those that were used, and the end of those of a user."""
    for invitation in new:
        changes.create(invitation_path(invitation.token_hash), to_data(invitation))
    stored = await reads.get(invitation_path(token_hash) for token_hash, _ in used) if used else {}
    for token_hash, at in used:
        found = stored[invitation_path(token_hash)]
        if found is None or not _is_open(found):
            raise LostRace("another writer used or ended this invitation")
        changes.update(found.path, {"usedAt": at}, found.update_time)
    for user_id, at in revoked:
        for row in await reads.find(Find("invitations", {"userId": str(user_id)})):
            if _is_open(row) and row.path not in changes:
                changes.update(row.path, {"revokedAt": at}, row.update_time)


def _is_open(row: Found) -> bool:
    return row.data["usedAt"] is None and row.data["revokedAt"] is None


async def write_login_tries(reads: Reads, changes: Changes, rows: Sequence[LoginTries]) -> None:
    """Counters as they stand now."""
    stored = await reads.get(tries_path(tries.slot) for tries in rows) if rows else {}
    for tries in rows:
        path = tries_path(tries.slot)
        found = stored[path]
        if found is not None and tries.number == 0:
            changes.delete(path, found.update_time)
        elif found is not None:
            changes.update(path, to_data(tries), found.update_time)
        elif tries.number:
            changes.create(path, to_data(tries))


async def revoke_api_keys(reads: Reads, changes: Changes, revoked: Sequence[tuple[bytes, datetime]]) -> None:
    """The end of keys."""
    stored = await reads.get(api_key_path(key_hash) for key_hash, _ in revoked) if revoked else {}
    for key_hash, at in revoked:
        found = stored[api_key_path(key_hash)]
        if found is not None and found.data["revokedAt"] is None:
            changes.update(found.path, {"revokedAt": at}, found.update_time)


def api_key_documents(keys: Sequence[ApiKey]) -> dict[str, Data]:
    """Keys by their path."""
    return {api_key_path(key.key_hash): to_data(key) for key in reversed(keys)}
