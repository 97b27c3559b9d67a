"""Sessions, keys and rule sets on every store."""

from dataclasses import replace
from datetime import timedelta

import pytest

from leadline.domain.access import SCOPES, ApiKey, Session
from leadline.domain.default_ruleset import DEFAULT_RULESET
from leadline.domain.publications import Published
from leadline.domain.rulesets import RuleSet
from leadline.domain.users import User
from leadline.ids import new_id
from leadline.ports import Store, Tx
from tests.builders import NOW, user
from tests.steps import put

HOUR = timedelta(hours=1)


async def logged_in(store: Store, *tokens: bytes) -> User:
    """A user with these sessions."""
    person = user()
    await put(store, users=[person])

    async def work(tx: Tx) -> None:
        tx.add_sessions([Session(token, person.id, NOW, NOW) for token in tokens])

    await store.transact(work)
    return person


async def revoke(store: Store, **of: object) -> None:
    async def work(tx: Tx) -> None:
        tx.revoke_sessions(**of, at=NOW + HOUR)  # type: ignore[arg-type]

    await store.transact(work)


async def test_a_session_is_found_by_the_hash_of_its_token_only(store: Store) -> None:
    person = await logged_in(store, b"one")

    assert await store.find_session(b"one") == Session(b"one", person.id, NOW, NOW)
    assert await store.find_session(b"On") is None


async def test_a_touch_moves_the_session_forward_and_never_back(store: Store) -> None:
    person = await logged_in(store, b"one")

    assert await store.touch_session(b"one", NOW + HOUR)
    assert await store.touch_session(b"one", NOW)

    assert await store.find_session(b"one") == Session(b"one", person.id, NOW, NOW + HOUR)


async def test_a_touch_in_flight_during_a_logout_does_not_bring_the_session_back(store: Store) -> None:
    person = await logged_in(store, b"one", b"two")

    await revoke(store, token_hash=b"one")

    assert not await store.touch_session(b"one", NOW + 2 * HOUR)
    assert not await store.touch_session(b"never", NOW)
    assert await store.find_session(b"one") == Session(b"one", person.id, NOW, NOW, NOW + HOUR)
    assert await store.touch_session(b"two", NOW + 2 * HOUR)


async def test_all_sessions_of_a_user_end_at_once_and_those_of_others_go_on(store: Store) -> None:
    person = await logged_in(store, b"one", b"two")
    await logged_in(store, b"three")

    await revoke(store, user_id=person.id)

    assert [await store.touch_session(token, NOW) for token in (b"one", b"two", b"three")] == [False, False, True]


async def test_a_session_that_ended_keeps_the_time_of_its_first_end(store: Store) -> None:
    person = await logged_in(store, b"one")
    await revoke(store, token_hash=b"one")

    async def again(tx: Tx) -> None:
        tx.revoke_sessions(user_id=person.id, at=NOW + 5 * HOUR)

    await store.transact(again)

    assert await store.find_session(b"one") == Session(b"one", person.id, NOW, NOW, NOW + HOUR)


async def test_of_two_who_take_a_session_one_gets_it(store: Store) -> None:
    person = await logged_in(store, b"one")

    taken = [await store.take_session(b"one", NOW + HOUR) for _ in range(2)]

    assert taken == [Session(b"one", person.id, NOW, NOW), None]
    assert not await store.touch_session(b"one", NOW)
    assert await store.take_session(b"never", NOW) is None


@pytest.mark.parametrize("expires_at", [None, NOW + HOUR])
async def test_a_key_comes_back_by_its_hash(store: Store, expires_at: object) -> None:
    key = ApiKey(new_id(), "Website", "ll_abcde", b"hash", SCOPES[:2], NOW, expires_at, None)  # type: ignore[arg-type]

    await add_keys(store, key)

    assert await store.find_api_key(b"hash") == key
    assert await store.find_api_key(b"hast") is None


async def test_a_key_that_is_known_is_left_as_it_is(store: Store) -> None:
    key = ApiKey(new_id(), "Website", "ll_abcde", b"hash", ("leads:create",), NOW)
    await add_keys(store, key)

    await add_keys(store, replace(key, id=new_id(), name="Other", scopes=("admin",)))

    assert await store.find_api_key(b"hash") == key


async def test_published_rule_sets_never_change_and_stand_in_order(store: Store) -> None:
    second = replace(DEFAULT_RULESET, version=2, name="Second")
    await publish(store, second, hours=2)
    await publish(store, DEFAULT_RULESET, hours=3)

    await publish(store, replace(second, name="Changed"), hours=4)

    assert (await store.list_rulesets(None, 10)).items == [
        Published(second, NOW + 2 * HOUR),
        Published(DEFAULT_RULESET, NOW + 3 * HOUR),
    ]


async def add_keys(store: Store, *keys: ApiKey) -> None:
    async def work(tx: Tx) -> None:
        tx.add_api_keys(keys)

    await store.transact(work)


async def publish(store: Store, ruleset: RuleSet, hours: int) -> None:
    async def work(tx: Tx) -> None:
        tx.add_rulesets([Published(ruleset, NOW + hours * HOUR)])

    await store.transact(work)
