"""What `ports.Tx` and `ports.Store` promise, on every store: reads before writes, all or nothing, and which error means what."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from leadline.domain import activities
from leadline.domain.errors import Conflict
from leadline.domain.leads import Lead
from leadline.domain.users import UserChange
from leadline.ids import new_id
from leadline.ports import LostRace, Refused, Store, Tx
from tests.builders import NOW, ROBOT, an_id, lead, user
from tests.invariants import every_lead
from tests.steps import put

HOUR = timedelta(hours=1)

WRITES: dict[str, Callable[[Tx], None]] = {
    "leads": lambda tx: tx.add_leads([lead()]),
    "users": lambda tx: tx.add_users([user()]),
    "changes": lambda tx: tx.change_users([UserChange(an_id(1))]),
    "sessions": lambda tx: tx.revoke_sessions(token_hash=b"x", at=NOW),
    "demo": lambda tx: tx.remove_demo(),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
async def test_a_read_after_a_write_is_a_programming_error(store: Store, write: Callable[[Tx], None]) -> None:
    async def work(tx: Tx) -> None:
        write(tx)
        await tx.users()

    with pytest.raises(RuntimeError):
        await store.transact(work)

    assert await store.list_users() == []


async def test_what_work_gives_back_is_the_answer_of_its_last_run(store: Store) -> None:
    async def work(tx: Tx) -> int:
        return len(await tx.users())

    await put(store, users=[user(), user()])

    assert await store.transact(work) == 2


async def test_an_error_in_the_work_leaves_nothing_behind(store: Store) -> None:
    async def work(tx: Tx) -> None:
        tx.add_users([user()])
        tx.add_leads([lead()])
        raise Conflict("thought better of it")

    with pytest.raises(Conflict, match="thought better"):
        await store.transact(work)

    assert (await store.list_users(), await every_lead(store)) == ([], [])


async def test_a_row_written_meanwhile_makes_the_transaction_run_again(store: Store) -> None:
    known = user()
    await put(store, users=[known])
    seen: list[str] = []

    async def other(tx: Tx) -> None:
        (found,) = await tx.users()
        tx.update_users([replace(found, full_name="Other")])

    async def work(tx: Tx) -> None:
        (found,) = await tx.users()
        seen.append(found.full_name)
        if len(seen) == 1:
            await store.transact(other)
        tx.update_users([replace(found, max_active_leads=5)])

    await store.transact(work)

    now = await store.get_user(known.id)
    assert (seen[0], seen[-1]) == (known.full_name, "Other")
    assert (now.full_name, now.max_active_leads, now.version) == ("Other", 5, 3)


async def test_a_version_that_is_not_the_stored_one_is_a_lost_race(store: Store) -> None:
    known, person = lead(), user()
    await put(store, [known], [person])

    async def lead_work(tx: Tx) -> None:
        (found,) = await tx.leads([known.id])
        tx.update_leads([replace(found, version=7, company_name="Stale")])

    async def user_work(tx: Tx) -> None:
        (found,) = await tx.users()
        tx.update_users([replace(found, version=7, full_name="Stale")])

    for work in (lead_work, user_work):
        with pytest.raises(LostRace):
            await store.transact(work)

    assert (await store.get_lead(known.id), await store.get_user(person.id)) == (known, person)


async def test_leads_are_found_by_id_the_deleted_among_them(store: Store) -> None:
    one, gone, other = lead(), lead(is_deleted=True), lead()
    await put(store, [one, gone, other])

    found = await store.find_leads([gone.id, new_id(), one.id])

    assert {each.id: each.is_deleted for each in found} == {one.id: False, gone.id: True}
    assert await store.find_leads([]) == []


BAD: dict[str, Any] = {
    "a name too long for its column": {"company_name": "x" * 300},
    "a NUL": {"contact_name": "a\0b"},
    "half of a surrogate pair": {"message": "\ud83d"},
    "a NUL in the unknown keys": {"extra": {"a": "\0"}},
    "half of a surrogate pair in the unknown keys": {"extra": {"a": {"b": "\udc00"}}},
    "a source too long for its column": {"utm_source": "x" * 101},
    "a score above 100": {"lead_score": 101},
    "a number beyond its column": {"raw_score": 2**40},
    "a category that is none": {"category": "Lukewarm"},
    "a size that is none": {"company_size": "12"},
}


@pytest.mark.parametrize("fields", BAD.values(), ids=BAD)
async def test_a_row_that_no_column_takes_is_refused_with_its_neighbours(store: Store, fields: dict[str, Any]) -> None:
    bad = lead(**fields)

    with pytest.raises(Refused):
        await put(store, [lead(), bad, lead()], [user()])

    assert (await every_lead(store), await store.list_users()) == ([], [])


async def test_an_id_that_is_taken_is_refused(store: Store) -> None:
    known = lead()
    await put(store, [known])

    with pytest.raises(Refused):
        await put(store, [lead(id=known.id)])

    assert await every_lead(store) == [known]


async def test_two_leads_of_an_address_on_one_day_are_a_lost_race(store: Store) -> None:
    known = lead()
    await put(store, [known])
    twin = replace(known, id=new_id(), created_at=NOW + HOUR)

    with pytest.raises(LostRace):
        await put(store, [twin])
    await put(store, [replace(twin, is_deleted=True)])

    assert {found.id for found in await every_lead(store)} == {known.id, twin.id}


async def test_an_owner_who_is_gone_is_a_lost_race(store: Store) -> None:
    with pytest.raises(LostRace):
        await put(store, [lead(assigned_to=an_id(1))])

    assert await every_lead(store) == []


async def test_counters_of_somebody_who_is_gone_are_a_lost_race(store: Store) -> None:
    async def work(tx: Tx) -> None:
        tx.add_leads([lead()])
        tx.change_users([UserChange(an_id(1), current_lead_count=1)])

    with pytest.raises(LostRace):
        await store.transact(work)

    assert await every_lead(store) == []


async def test_leads_are_read_by_id_owner_place_in_line_and_mark(store: Store) -> None:
    owner, other = user(), user()
    first, demo = lead(assigned_to=owner.id, is_deleted=True), lead(is_demo=True, is_deleted=True)
    line = [lead(waiting_since=NOW + n * HOUR, category="Warm", waiting_reason="no_capacity") for n in range(3)]
    spam = lead(waiting_since=NOW, waiting_reason="no_capacity", is_spam=True)
    await put(store, [first, demo, spam, *line[::-1]], [owner, other])

    async def work(tx: Tx) -> dict[str, list[Lead]]:
        return {
            "ids": await tx.leads([first.id, an_id(5), demo.id, first.id]),
            "owner": await tx.leads_of([owner.id, other.id]),
            "nobody": await tx.leads_of([]),
            "waiting": await tx.waiting(2),
            "demo": await tx.demo_leads(),
            "to index": await tx.leads_to_index(100),
        }

    found = await store.transact(work, routing=True)

    assert sorted(found["ids"], key=lambda row: row.id) == sorted([first, demo], key=lambda row: row.id)
    assert (found["owner"], found["nobody"], found["demo"]) == ([first], [], [demo])
    assert found["waiting"] == line[:2]
    assert {row.id for row in found["to index"]} == {row.id for row in (first, demo, spam, *line)}


async def test_the_newest_lead_of_an_address_is_the_one_created_last(store: Store) -> None:
    at = {"email_key": "ann@firm.example.com"}
    old, new = lead(**at, created_at=NOW - 50 * HOUR), lead(**at)
    await put(store, [new, old, lead(**at, created_at=NOW + 50 * HOUR, is_deleted=True)])

    async def work(tx: Tx) -> tuple[Any, Any]:
        return await tx.newest_lead_id("ann@firm.example.com"), await tx.newest_lead_id("nobody@firm.example.com")

    assert await store.transact(work) == (new.id, None)


async def test_activities_are_known_by_their_ids(store: Store) -> None:
    row = activities.note_added(new_id(), an_id(1), "x", ROBOT, NOW)

    async def write(tx: Tx) -> None:
        tx.add_activities([row])

    async def work(tx: Tx) -> set[Any]:
        return await tx.known_activities([row.id, an_id(9)])

    await store.transact(write)

    assert await store.transact(work) == {row.id}


async def test_a_store_that_runs_answers(store: Store) -> None:
    await store.ping()
