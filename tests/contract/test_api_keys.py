"""API keys on every store: given once, with scopes that the giver has, an end, and a last use."""

from datetime import timedelta

import pytest

from leadline.domain.access import SCOPES, ApiKey, Scope
from leadline.domain.errors import Forbidden, Invalid, NotFound
from leadline.ids import new_id
from leadline.ports import Store
from leadline.usecases.api_keys import NewKey, find_key, give_api_key, note_key_use, revoke_api_key
from tests.builders import NOW

MINUTE = timedelta(minutes=1)


async def given(store: Store, *scopes: Scope, giver: ApiKey | None = None, **fields: object) -> tuple[str, ApiKey]:
    """A key and what is kept of it."""
    new = NewKey("Website", scopes or ("leads:create",), **fields)  # type: ignore[arg-type]
    return await give_api_key(store, new, new_id, NOW, giver)


async def test_a_key_is_known_by_what_was_shown_once(store: Store) -> None:
    key, record = await given(store)

    assert await find_key(store, key, NOW) == record
    assert await store.list_api_keys() == [record]
    assert key.startswith(record.prefix)
    assert len(record.prefix) == 8
    assert key not in str(record)


async def test_a_key_ends_when_it_was_said_to(store: Store) -> None:
    key, _ = await given(store, expires_at=NOW + MINUTE)

    assert await find_key(store, key, NOW + MINUTE - timedelta(microseconds=1)) is not None
    assert await find_key(store, key, NOW + MINUTE) is None


async def test_a_revoked_key_is_over_and_stays_in_the_list_with_the_time_of_its_end(store: Store) -> None:
    key, record = await given(store)
    other, _ = await given(store)

    first = await revoke_api_key(store, record.id, NOW + MINUTE)
    again = await revoke_api_key(store, record.id, NOW + 2 * MINUTE)

    assert first.revoked_at == again.revoked_at == NOW + MINUTE
    assert await find_key(store, key, NOW) is None
    assert await find_key(store, other, NOW) is not None
    assert len(await store.list_api_keys()) == 2
    with pytest.raises(NotFound):
        await revoke_api_key(store, new_id(), NOW)


async def test_the_last_use_is_written_at_most_once_a_minute_and_never_goes_back(store: Store) -> None:
    key, record = await given(store)
    seen = []
    for seconds in (0, 59, 60, 125, 100):
        known = await find_key(store, key, NOW)
        assert known is not None
        await note_key_use(store, known, NOW + timedelta(seconds=seconds))
        seen.append((await store.list_api_keys())[0].last_used_at)
    await store.touch_api_key(record.key_hash, NOW)
    await store.touch_api_key(b"nobody's", NOW)

    assert [(at - NOW).total_seconds() for at in seen if at] == [0, 0, 60, 125, 125]
    assert (await store.list_api_keys())[0].last_used_at == NOW + timedelta(seconds=125)


async def test_a_use_that_is_written_late_does_not_bring_a_revoked_key_back(store: Store) -> None:
    key, record = await given(store)
    await revoke_api_key(store, record.id, NOW)

    await note_key_use(store, record, NOW)

    assert await find_key(store, key, NOW) is None


async def test_a_key_gives_no_scope_that_it_lacks(store: Store) -> None:
    _, poor = await given(store, "users", "leads:read")
    _, rich = await given(store, "admin")

    with pytest.raises(Forbidden, match="lacks admin"):
        await given(store, "leads:read", "admin", giver=poor)
    _, passed_on = await given(store, "leads:read", giver=poor)
    _, all_of_them = await given(store, *SCOPES, giver=rich)

    assert (passed_on.scopes, all_of_them.scopes) == (("leads:read",), SCOPES)


@pytest.mark.parametrize(
    ("new", "pointers"),
    [
        (NewKey("", ("admin",)), ["/name"]),
        (NewKey("a\0b", ("admin",)), ["/name"]),
        (NewKey("x" * 256, ("admin",)), ["/name"]),
        (NewKey("x", ()), ["/scopes"]),
        (NewKey("x", ("admin", "all")), ["/scopes/1"]),  # type: ignore[arg-type]
        (NewKey("x", ("admin", "admin")), ["/scopes"]),
        (NewKey("x", ("admin",), NOW), ["/expires_at"]),
        (NewKey("x", ("admin",), key="short"), ["/key"]),
        (NewKey("", (), NOW, "short"), ["/name", "/scopes", "/expires_at", "/key"]),
    ],
)
async def test_every_fault_of_a_new_key_is_named(store: Store, new: NewKey, pointers: list[str]) -> None:
    with pytest.raises(Invalid) as refusal:
        await give_api_key(store, new, new_id, NOW)

    assert [fault.pointer for fault in refusal.value.faults] == pointers
    assert await store.list_api_keys() == []
