"""Users: how they are found, and how they are written."""

from collections.abc import Sequence
from uuid import UUID

from google.cloud.firestore_v1 import AsyncClient

from leadline.domain.answers import camel_case
from leadline.domain.users import User, UserChange, mean_minutes, summed
from leadline.ports import LostRace
from leadline.storage.firestore import queries
from leadline.storage.firestore.changes import Changes
from leadline.storage.firestore.documents import (
    Data,
    document_id,
    to_data,
    to_entity,
)
from leadline.storage.firestore.queries import Find, Found
from leadline.storage.firestore.reads import Reads
from leadline.storage.firestore.trail import entity_of

# What a person edits; counters change only through `ports.Tx.change_users`.
EDITED = (
    "full_name", "email", "email_key", "phone", "role", "is_active", "max_active_leads", "slack_user_id", "notify_email",
    "notify_slack", "notify_sms", "time_zone", "quiet_from", "quiet_to", "hot_in_quiet_hours", "digest_at", "updated_at",
    "last_login_at", "password_hash",
)  # fmt: skip
_COUNTERS = ("current_lead_count", "total_leads_assigned", "total_leads_contacted", "total_leads_qualified",
             "response_minutes_sum", "response_count")  # fmt: skip


def user_path(user_id: UUID) -> str:
    """The document of a user."""
    return f"users/{document_id(user_id)}"


async def list_users(client: AsyncClient) -> list[User]:
    """All users, by full name."""
    rows = await queries.run(client, Find("users"))
    users = [user for row in rows if (user := entity_of(User, row)) is not None]
    return sorted(users, key=lambda user: (user.full_name, user.id))


async def find_user(client: AsyncClient, path: str) -> User | None:
    """The user of a path."""
    found = (await queries.get(client, [path]))[path]
    return to_entity(User, path, found.data) if found else None


async def find_user_by_email(client: AsyncClient, email_key: str) -> User | None:
    """The user of an address."""
    for row in await queries.run(client, Find("users", {"emailKey": email_key}, limit=1)):
        return to_entity(User, row.path, row.data)
    return None


async def write_users(reads: Reads, changes: Changes, new: Sequence[User], edited: Sequence[User]) -> bool:
    """New users, and what was edited of others; True where addresses changed, which only one transaction at a time may do."""
    stored = await reads.get([user_path(user.id) for user in edited])
    claims = {user.email_key: user.id for user in new}
    if len(claims) < len(new):
        raise LostRace("two new users have one e-mail")
    for user in edited:
        found = stored[user_path(user.id)]
        if found is None or found.data["version"] != user.version:
            raise LostRace("another writer changed the same user")
        if found.data["emailKey"] != user.email_key and claims.setdefault(user.email_key, user.id) != user.id:
            raise LostRace("two users have one e-mail")
        data = {camel_case(name): getattr(user, name) for name in EDITED}
        changes.update(found.path, data | {"version": user.version + 1}, found.update_time)
    await _check_addresses(reads, claims)
    for user in new:
        changes.create(user_path(user.id), to_data(user))
    return bool(claims)


async def _check_addresses(reads: Reads, claims: dict[str, UUID]) -> None:
    for chunk in queries.chunks(list(claims)):
        for row in await reads.find(Find("users", {"emailKey": chunk})):
            if row.data["id"] != str(claims[row.data["emailKey"]]):
                raise LostRace("another writer took this e-mail")


async def write_counters(reads: Reads, changes: Changes, added: Sequence[UserChange], new: Sequence[User]) -> None:
    """Add to counters. The sums are of what was read; the commit fails where a user has changed since."""
    totals = summed(added)
    fresh = {user_path(user.id): Found(user_path(user.id), to_data(user), None) for user in new}
    stored = fresh | await reads.get([p for c in totals if (p := user_path(c.user_id)) not in fresh])
    for change in totals:
        found = stored[user_path(change.user_id)]
        if found is None:
            raise LostRace("another writer removed this user")
        data: Data = {camel_case(name): found.data[camel_case(name)] + getattr(change, name) for name in _COUNTERS}
        data["avgResponseTimeMinutes"] = mean_minutes(data["responseMinutesSum"], data["responseCount"])
        if change.last_turn_seq is not None:
            data |= {"lastTurnSeq": change.last_turn_seq, "lastTurnAt": change.last_turn_at}
        changes.update(found.path, data, found.update_time)


async def write_once(reads: Reads, changes: Changes, documents: dict[str, Data]) -> None:
    """Documents that are left as they are where they are there already."""
    found = await reads.get(documents) if documents else {}
    for path, data in documents.items():
        if found[path] is None:
            changes.create(path, data)
