"""Users on every store: making and editing them, what leaves with them, what their room lets in, and their figures."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from leadline.domain.access import Session
from leadline.domain.errors import Conflict, Invalid, NotFound
from leadline.domain.users import UserChange
from leadline.ports import LostRace, Store, Tx
from leadline.usecases.team import NewUser, add_users, update_own
from tests.builders import COLD, NOW, WARM, deciding, intake, lead, user
from tests.invariants import broken_rules, every_lead, trail
from tests.steps import add_reps, advance, bump, capture, captured_lead, change, notifications, put

LATER = NOW + timedelta(hours=1)
COUNTERS = (
    "current_lead_count", "total_leads_assigned", "total_leads_contacted", "total_leads_qualified",
    "avg_response_time_minutes", "response_minutes_sum", "response_count", "last_turn_seq",
)  # fmt: skip


async def test_a_new_user_is_an_active_rep_with_room_for_twenty(store: Store) -> None:
    named = {"full_name": "Ann Lee", "email": "Ann@Company.example.com", "phone": "+1-555-0100", "slack_user_id": "U1"}

    (made,) = await add_users(store, [NewUser(named, password_hash="hash")], deciding())

    assert made == replace(
        user(**named), id=made.id, email_key="ann@company.example.com", password_hash="hash", created_at=NOW
    )
    assert (made.role, made.is_active, made.max_active_leads) == ("rep", True, 20)
    assert await store.find_user_by_email("ann@company.example.com") == await store.get_user(made.id) == made
    assert await store.list_users() == [made]


async def test_users_are_listed_by_name(store: Store) -> None:
    names = ["Zoe", "ann", "Émile", "Ann", "Bob"]
    await add_users(
        store, [NewUser({"full_name": n, "email": f"{i}@x.example.com"}) for i, n in enumerate(names)], deciding()
    )

    assert [found.full_name for found in await store.list_users()] == sorted(names)


async def test_nobody_is_found_where_there_is_nobody(store: Store) -> None:
    nobody = user()

    assert await store.find_user_by_email(nobody.email_key) is None
    with pytest.raises(NotFound):
        await store.get_user(nobody.id)
    with pytest.raises(NotFound):
        await change(store, nobody, full_name="Somebody")


async def test_an_address_in_use_is_a_conflict_and_leaves_nothing_behind(store: Store) -> None:
    one, two = await add_reps(store, 2)
    named = [{"full_name": "X", "email": "x@company.example.com"}, {"full_name": "Y", "email": one.email.upper()}]

    with pytest.raises(Conflict):
        await add_users(store, [NewUser(fields) for fields in named], deciding())
    with pytest.raises(Conflict):
        await add_users(store, [NewUser(named[0]), NewUser(named[0])], deciding())
    with pytest.raises(Conflict):
        await change(store, two, email=one.email.upper())

    assert await store.list_users() == [one, two]


async def test_an_address_taken_past_the_look_up_is_a_lost_race(store: Store) -> None:
    (one,) = await add_reps(store, 1)

    with pytest.raises(LostRace):
        await put(store, users=[user(email_key=one.email_key)])


async def test_a_person_edits_a_user_and_nothing_else_changes(store: Store) -> None:
    (rep,) = await add_reps(store, 1)
    edits: dict[str, Any] = {
        "full_name": "New Name", "email": "New@Company.example.com", "phone": None, "role": "rep",
        "max_active_leads": 3, "slack_user_id": "U2", "notify_email": False, "notify_slack": False, "notify_sms": True,
    }  # fmt: skip

    changed = await change(store, rep, LATER, **edits)

    expected = edits | {"email_key": "new@company.example.com", "updated_at": LATER, "version": 2}
    assert changed == await store.get_user(rep.id) == replace(rep, **expected)


async def test_an_edit_that_changes_nothing_writes_nothing(store: Store) -> None:
    (rep,) = await add_reps(store, 1)

    assert await change(store, rep, LATER, full_name=rep.full_name, is_active=True) == rep


@pytest.mark.parametrize("counter", [*COUNTERS, "version", "email_key", "password_hash", "is_demo", "id"])
async def test_counters_and_keys_cannot_be_edited(store: Store, counter: str) -> None:
    (rep,) = await add_reps(store, 1)

    with pytest.raises(Invalid) as refused:
        await change(store, rep, **{counter: 5})

    assert [fault.pointer for fault in refused.value.faults] == [f"/{counter}"]
    assert await store.get_user(rep.id) == rep


async def test_writing_a_user_back_leaves_counters_that_moved_meanwhile(store: Store) -> None:
    (rep,) = await add_reps(store, 1)
    await capture(store, intake(), intake())

    async def stale(tx: Tx) -> None:
        tx.update_users([replace(rep, full_name="Renamed")])

    await store.transact(stale)

    now = await store.get_user(rep.id)
    assert (now.full_name, now.current_lead_count, now.total_leads_assigned, now.last_turn_seq) == ("Renamed", 2, 2, 2)


@pytest.mark.parametrize("fields", [{"is_active": False}, {"role": "manager"}])
async def test_a_rep_who_leaves_hands_open_leads_back_and_keeps_the_name_on_closed_ones(
    store: Store, fields: dict[str, Any]
) -> None:
    leaving, staying = await add_reps(store, 2)
    closed, _, open_one = [await captured_lead(store, intake()) for _ in range(3)]
    await advance(store, closed.id, "Disqualified")
    assert (closed.assigned_to, open_one.assigned_to) == (leaving.id, leaving.id)

    left = await change(store, leaving, LATER, **fields)

    assert (left.current_lead_count, left.total_leads_assigned) == (0, 2)
    assert (await store.get_lead(closed.id)).assigned_to == leaving.id
    assert (await store.get_lead(open_one.id)).assigned_to == staying.id
    told = [(a.action_type, a.description) for a in await trail(store, open_one.id)][-2:]
    assert told == [("assigned", f"Taken from {leaving.full_name}, nobody owns it now"), ("assigned", f"Assigned to {staying.full_name} by turn")]  # fmt: skip
    assert await broken_rules(store) == []


async def test_the_last_rep_who_leaves_lets_leads_wait_and_cold_ones_rest(store: Store) -> None:
    (rep,) = await add_reps(store, 1)
    hot = await captured_lead(store, intake())
    cold = lead(assigned_to=rep.id)
    await put(store, [cold])
    await bump(store, UserChange(rep.id, current_lead_count=1))

    await change(store, rep, LATER, is_active=False)

    waiting, resting = await store.get_lead(hot.id), await store.get_lead(cold.id)
    assert (waiting.assigned_to, waiting.waiting_since, waiting.waiting_reason) == (None, LATER, "no_active_rep")
    assert (resting.assigned_to, resting.waiting_since) == (None, None)
    assert await broken_rules(store, with_trail=False) == []


async def test_what_a_leaving_rep_had_goes_to_the_few_free_places_by_worth(store: Store) -> None:
    (leaving,) = await add_reps(store, 1)
    warm = [await captured_lead(store, intake(**WARM)) for _ in range(2)]
    hot = await captured_lead(store, intake())
    (staying,) = await add_reps(store, 1, max_active_leads=1)

    await change(store, leaving, is_active=False)

    assert (await store.get_lead(hot.id)).assigned_to == staying.id
    assert [(await store.get_lead(w.id)).waiting_reason for w in warm] == ["no_capacity"] * 2
    assert await broken_rules(store) == []


async def test_a_manager_who_is_deactivated_hands_back_what_a_reopening_left_there(store: Store) -> None:
    (rep,) = await add_reps(store, 1)
    found = await captured_lead(store, intake())
    await advance(store, found.id, "Disqualified")
    await change(store, rep, role="manager")
    assert (await advance(store, found.id, "New")).assigned_to == rep.id

    await change(store, rep, is_active=False)

    assert (await store.get_lead(found.id)).waiting_reason == "no_active_rep"
    assert await broken_rules(store) == []


@pytest.mark.parametrize(
    ("role", "fields", "is_over"),
    [
        ("rep", {"is_active": False}, True),
        ("manager", {"is_active": False}, True),
        ("manager", {"role": "rep"}, True),
        ("rep", {"max_active_leads": 3}, False),
    ],
)
async def test_whoever_leaves_or_loses_rights_is_logged_out(
    store: Store, role: str, fields: dict[str, Any], is_over: bool
) -> None:
    person, other = await add_reps(store, 2, role=role)
    sessions = [Session(b"one", person.id, NOW, NOW), Session(b"two", other.id, NOW, NOW)]

    async def log_in(tx: Tx) -> None:
        tx.add_sessions(sessions)

    await store.transact(log_in)

    await change(store, person, LATER, **fields)

    assert await store.find_session(b"one") == replace(sessions[0], revoked_at=LATER if is_over else None)
    assert await store.find_session(b"two") == sessions[1]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"max_active_leads": 0}, {"max_active_leads": 2}),
        ({"is_active": False, "max_active_leads": 2}, {"is_active": True}),
        ({"role": "manager", "max_active_leads": 2}, {"role": "rep"}),
    ],
)
async def test_room_that_opens_is_filled_from_the_waiting_list(
    store: Store, before: dict[str, Any], after: dict[str, Any]
) -> None:
    (rep,) = await add_reps(store, 1, **before)
    await capture(store, intake(**COLD), *(intake() for _ in range(3)))

    changed = await change(store, rep, **after)

    assert changed.current_lead_count == 2
    assert await broken_rules(store) == []


async def test_a_cap_below_what_a_rep_has_takes_nothing_away(store: Store) -> None:
    (rep,) = await add_reps(store, 1)
    await capture(store, intake(), intake())

    changed = await change(store, rep, max_active_leads=1)
    await capture(store, intake())

    assert changed.current_lead_count == 2
    assert [found.waiting_reason for found in await every_lead(store)].count("no_capacity") == 1
    assert await broken_rules(store, may_exceed=[rep.id]) == []


async def test_edits_that_may_not_notify_tell_nobody(store: Store) -> None:
    await capture(store, intake(is_live=False))

    await add_users(
        store, [NewUser({"full_name": "Ann", "email": "ann@x.example.com"})], replace(deciding(), notifies=False)
    )

    assert await notifications(store) == []


async def test_people_set_on_themselves_how_they_are_reached_and_their_time_zone(store: Store) -> None:
    (rep,) = await add_reps(store, 1)
    own = {"time_zone": "America/New_York", "notify_sms": True, "notify_email": False, "phone": "+1-555-0100"}

    changed = await update_own(store, rep.id, own, deciding())

    assert {name: getattr(changed, name) for name in own} == own
    assert await store.get_user(rep.id) == changed


@pytest.mark.parametrize(
    "fields",
    [{"role": "admin"}, {"max_active_leads": 9}, {"is_active": False}, {"email": "x@y.co"}, {"id": 1}],
    ids=str,
)
async def test_people_set_nothing_else_on_themselves(store: Store, fields: dict[str, object]) -> None:
    (rep,) = await add_reps(store, 1)

    with pytest.raises(Invalid) as refusal:
        await update_own(store, rep.id, fields | {"time_zone": "UTC"}, deciding())

    assert [fault.pointer for fault in refusal.value.faults] == [f"/{name}" for name in fields]
    assert await store.get_user(rep.id) == rep


@pytest.mark.parametrize("fields", [{"role": "manager"}, {"is_active": False}], ids=str)
async def test_the_last_admin_stays_one_until_there_is_another(store: Store, fields: dict[str, Any]) -> None:
    admin = user(role="admin", email="ada@company.example.com", email_key="ada@company.example.com")
    # None of these could set up a house: one left, one leaves with the demo, one may not.
    others = [
        user(role=role, is_active=is_active, is_demo=is_demo, email=f"{n}@x.co", email_key=f"{n}@x.co")
        for n, (role, is_active, is_demo) in enumerate(
            [("admin", False, False), ("admin", True, True), ("manager", True, False)]
        )
    ]
    await put(store, users=[admin, *others])

    with pytest.raises(Conflict, match="is the only active admin"):
        await change(store, admin, **fields)

    assert await store.get_user(admin.id) == admin
    await change(store, others[2], role="admin")
    changed = await change(store, admin, **fields)
    assert {name: getattr(changed, name) for name in fields} == fields
