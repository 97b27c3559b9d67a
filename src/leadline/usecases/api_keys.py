"""The keys of programs: given once, known by their hash, with scopes, an end, and a last use."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from leadline.domain.access import MIN_KEY_LENGTH, SCOPES, ApiKey, Scope, is_key_live
from leadline.domain.errors import Fault, Forbidden, Invalid, NotFound
from leadline.domain.rights import has_scope
from leadline.ports import Store, Tx
from leadline.usecases.accounts import hash_of

KEY_PREFIX = "ll_"
NAME_LENGTH_MAX = 255
TOUCH_EVERY = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class NewKey:
    """What a key is made of. Without `expires_at` it lives until it is revoked; `key` is one that is known already."""

    name: str
    scopes: tuple[Scope, ...]
    expires_at: datetime | None = None
    key: str | None = field(default=None, repr=False)


async def give_api_key(
    store: Store, new: NewKey, new_id: Callable[[], UUID], now: datetime, giver: ApiKey | None = None
) -> tuple[str, ApiKey]:
    """A new key, shown this once, and what is kept of it. `giver` is the key that asks, where none of the house's own does.

    Raises Invalid with every fault, and Forbidden for a scope that the giver itself lacks."""
    faults = _faults(new, now)
    if faults:
        raise Invalid(faults)
    lacking = [scope for scope in new.scopes if giver is not None and not has_scope(giver, scope)]
    if lacking:
        raise Forbidden(f"this API key lacks {', '.join(lacking)}, so it cannot give that to another")
    key = new.key or KEY_PREFIX + secrets.token_urlsafe(32)
    record = ApiKey(new_id(), new.name.strip(), key[:8], hash_of(key), new.scopes, now, new.expires_at)

    async def work(tx: Tx) -> None:
        tx.add_api_keys([record])

    await store.transact(work)
    return key, record


async def add_api_key(
    store: Store,
    name: str,
    scopes: tuple[Scope, ...],
    new_id: Callable[[], UUID],
    now: datetime,
    key: str | None = None,
) -> str:
    """A key that the house itself gives, without an end."""
    return (await give_api_key(store, NewKey(name, scopes, key=key), new_id, now))[0]


async def find_key(store: Store, key: str, now: datetime) -> ApiKey | None:
    """The live key behind what a client sent, or None."""
    found = await store.find_api_key(hash_of(key))
    return found if found is not None and is_key_live(found, now) else None


async def note_key_use(store: Store, key: ApiKey, now: datetime) -> None:
    """Remember that a key was used, at most once a minute: the last use is known to the minute."""
    if key.last_used_at is None or now - key.last_used_at >= TOUCH_EVERY:
        await store.touch_api_key(key.key_hash, now)


async def revoke_api_key(store: Store, key_id: UUID, now: datetime) -> ApiKey:
    """End a key for good; one that was revoked before is left as it is. Raises NotFound."""
    found = next((key for key in await store.list_api_keys() if key.id == key_id), None)
    if found is None:
        raise NotFound(f"no API key {key_id}")

    async def work(tx: Tx) -> None:
        tx.revoke_api_key(found.key_hash, now)

    await store.transact(work)
    return await store.find_api_key(found.key_hash) or found


def _faults(new: NewKey, now: datetime) -> list[Fault]:
    faults = []
    if not new.name.strip() or not new.name.isprintable() or len(new.name) > NAME_LENGTH_MAX:
        faults.append(Fault("/name", f"must be a text of 1 to {NAME_LENGTH_MAX} printable characters"))
    if not new.scopes:
        faults.append(Fault("/scopes", f"needs at least one of {', '.join(SCOPES)}"))
    faults += [
        Fault(f"/scopes/{n}", f"must be one of {', '.join(SCOPES)}")
        for n, scope in enumerate(new.scopes)
        if scope not in SCOPES
    ]
    if len(set(new.scopes)) < len(new.scopes):
        faults.append(Fault("/scopes", "names a scope twice"))
    if new.expires_at is not None and new.expires_at <= now:
        faults.append(Fault("/expires_at", "must be in the future"))
    if new.key is not None and len(new.key) < MIN_KEY_LENGTH:
        faults.append(Fault("/key", f"an API key has at least {MIN_KEY_LENGTH} characters"))
    return faults
