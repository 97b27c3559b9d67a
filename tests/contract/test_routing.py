"""Who gets a lead, on every store: turns, returning owners, caps, the waiting list and its order."""

from datetime import timedelta
from typing import Any

import pytest

from leadline.domain.lead_lists import LeadQuery
from leadline.domain.users import User
from leadline.ports import Store
from leadline.usecases.team import NewUser, add_users
from tests.builders import COLD, NOW, WARM, deciding, intake, lead
from tests.invariants import broken_rules, every_lead, listed, trail
from tests.steps import add_reps, advance, capture, captured_lead, change, notifications, put

MINUTE = timedelta(minutes=1)


async def owners(store: Store, *items: Any) -> list[Any]:
    """Who has the lead of each posting, captured one after another."""
    return [(await captured_lead(store, item)).assigned_to for item in items]


async def add_manager(store: Store, **fields: Any) -> User:
    name = {"full_name": "Meg", "email": "meg@company.example.com", "role": "manager"}
    (manager,) = await add_users(store, [NewUser(name | fields)], deciding())
    return manager


async def test_reps_take_turns_in_one_order(store: Store) -> None:
    one, two, three = await add_reps(store, 3)

    got = await owners(store, *(intake() for _ in range(7)))

    assert got == [rep.id for rep in (one, two, three, one, two, three, one)]


async def test_a_batch_takes_turns_as_if_its_leads_had_come_one_by_one(store: Store) -> None:
    reps = await add_reps(store, 3)

    captured = await capture(store, *(intake() for _ in range(7)))

    assert [c.lead and c.lead.assigned_to for c in captured] == [reps[i % 3].id for i in range(7)]
    assert [user.current_lead_count for user in await store.list_users()] == [3, 2, 2]
    assert await broken_rules(store) == []


async def test_a_new_rep_has_the_next_turn_and_no_more_than_that(store: Store) -> None:
    one, two = await add_reps(store, 2)
    await owners(store, *(intake() for _ in range(5)))

    (three,) = await add_reps(store, 1)
    got = await owners(store, *(intake() for _ in range(4)))

    assert got == [three.id, two.id, one.id, three.id]


async def test_a_full_rep_is_passed_over_and_keeps_the_older_turn(store: Store) -> None:
    one, two = await add_reps(store, 2)
    await change(store, one, max_active_leads=1)
    first, *_ = await owners(store, *(intake() for _ in range(3)))
    await change(store, one, max_active_leads=9)

    assert first == one.id
    assert await owners(store, intake(), intake()) == [one.id, two.id]


async def test_cold_leads_are_given_to_nobody_and_do_not_wait(store: Store) -> None:
    await add_reps(store, 1)

    found = await captured_lead(store, intake(**COLD))

    assert (found.assigned_to, found.waiting_since, found.route_decision) == (None, None, {"how": "unrouted", "category": "Cold"})  # fmt: skip


@pytest.mark.parametrize(
    "fields", [{"role": "manager"}, {"role": "admin"}, {"is_active": False}, {"max_active_leads": 0}]
)
async def test_only_active_reps_with_room_are_eligible(store: Store, fields: dict[str, Any]) -> None:
    await add_reps(store, 1, **fields)

    found = await captured_lead(store, intake())

    assert found.assigned_to is None
    assert found.waiting_reason == ("no_capacity" if "max_active_leads" in fields else "no_active_rep")
    assert await broken_rules(store) == []


async def test_a_returning_address_goes_to_its_earlier_owner_and_takes_no_turn(store: Store) -> None:
    one, two = await add_reps(store, 2)
    await owners(store, intake(email="ann@firm.example.com"))

    got = await owners(store, intake(NOW + timedelta(days=3), email="Ann@firm.example.com"), intake())

    assert got == [one.id, two.id]
    (again,) = [found for found in await every_lead(store) if found.created_at > NOW]
    assert again.route_decision == {"how": "returning_owner", "chosen": str(one.id), "name": one.full_name}
    assert await broken_rules(store) == []


async def test_the_earlier_owner_is_that_of_the_newest_lead_that_had_one(store: Store) -> None:
    one, two = await add_reps(store, 2)
    at = {"email": "ann@firm.example.com", "email_key": "ann@firm.example.com", "status": "Disqualified"}
    await put(store, [
        lead(**at, assigned_to=one.id, created_at=NOW - timedelta(days=9)),
        lead(**at, assigned_to=two.id, created_at=NOW - timedelta(days=6)),
        lead(**at, created_at=NOW - timedelta(days=3)),
    ])  # fmt: skip

    assert await owners(store, intake(email="ann@firm.example.com")) == [two.id]


@pytest.mark.parametrize("fields", [{"is_active": False}, {"max_active_leads": 1}, {"role": "manager"}])
async def test_an_earlier_owner_who_is_not_eligible_leaves_it_to_the_turn(store: Store, fields: dict[str, Any]) -> None:
    one, two = await add_reps(store, 2)
    await owners(store, intake(email="ann@firm.example.com"))
    await change(store, one, **fields)

    assert await owners(store, intake(NOW + timedelta(days=3), email="ann@firm.example.com")) == [two.id]


async def test_a_returning_address_in_one_batch_goes_to_the_same_rep(store: Store) -> None:
    await add_reps(store, 3)
    days = [intake(NOW + timedelta(days=n), email="ann@firm.example.com") for n in range(3)]

    captured = await capture(store, *days)

    assert len({c.lead and c.lead.assigned_to for c in captured}) == 1
    assert await broken_rules(store) == []


async def test_nobody_gets_more_than_the_cap_and_the_rest_waits(store: Store) -> None:
    await add_reps(store, 2, max_active_leads=2)

    captured = await capture(store, *(intake() for _ in range(6)))

    assert [c.lead.waiting_reason for c in captured] == [None] * 4 + ["no_capacity"] * 2
    assert [user.current_lead_count for user in await store.list_users()] == [2, 2]
    assert await broken_rules(store) == []


async def test_the_decision_names_everybody_who_was_considered_and_why_not(store: Store) -> None:
    full, away, chosen, later = await add_reps(store, 4)
    await owners(store, *(intake() for _ in range(3)))
    await change(store, full, max_active_leads=1)
    await change(store, away, is_active=False)

    decision = (await captured_lead(store, intake())).route_decision

    assert decision is not None
    assert (decision["how"], decision["chosen"]) == ("turn", str(chosen.id))
    # The lead of the one who left was the turn of `later`.
    assert {row[0]: row[2:] for row in decision["reps"]} == {
        str(full.id): [1, 1, "full"],
        str(away.id): [0, 20, "not_active"],
        str(later.id): [1, 20, "later_turn"],
        str(chosen.id): [1, 20, "chosen"],
    }


async def test_managers_hear_once_of_each_spell_of_waiting(store: Store) -> None:
    manager = await add_manager(store, notify_slack=False)
    admin = await add_manager(store, email="adi@company.example.com", role="admin", notify_slack=False)
    await add_manager(store, email="out@company.example.com", is_active=False)

    found = await captured_lead(store, intake(email="ann@firm.example.com"))
    await capture(store, intake(email="ann@firm.example.com", message="Hello?"))

    told = [(n.template_name, n.user_id, n.lead_id) for n in await notifications(store)]
    assert sorted(told) == sorted(("lead_waiting", user.id, found.id) for user in (manager, admin))


async def test_a_waiting_lead_that_finds_a_rep_is_announced_and_keeps_no_trace_of_waiting(store: Store) -> None:
    waiting = await captured_lead(store, intake(), now=NOW)

    (rep,) = await add_reps(store, 1, at=NOW + MINUTE)

    found = await store.get_lead(waiting.id)
    assert (found.assigned_to, found.waiting_since, found.waiting_reason) == (rep.id, None, None)
    assert (found.updated_at, found.version, found.last_activity_date) == (NOW + MINUTE, 2, None)
    assert [a.action_type for a in await trail(store, found.id)] == ["lead_created", "assigned"]
    assert {n.template_name for n in await notifications(store)} == {"hot_lead_alert"}
    assert await broken_rules(store) == []


async def test_what_waits_is_given_away_by_priority_then_hot_then_by_time(store: Store) -> None:
    order = [
        lead(priority_flag=True, category="Hot", waiting_since=NOW + 2 * MINUTE),
        lead(priority_flag=True, category="Warm", waiting_since=NOW),
        lead(category="Hot", waiting_since=NOW),
        lead(category="Hot", waiting_since=NOW + MINUTE),
        lead(category="Warm", waiting_since=NOW - MINUTE),
        lead(category="Warm", waiting_since=NOW),
    ]
    for each in order:
        each.waiting_reason = "no_active_rep"
    await put(store, order[::-1])

    (rep,) = await add_reps(store, 1, max_active_leads=0)
    for cap in range(1, 7):
        await change(store, rep, max_active_leads=cap)

        assert {found.id for found in await listed(store, LeadQuery(waiting=True))} == {x.id for x in order[cap:]}


async def test_a_place_that_becomes_free_goes_to_the_first_of_the_waiting_list(store: Store) -> None:
    await add_reps(store, 1, max_active_leads=1)
    first, warm, hot = [await captured_lead(store, item) for item in (intake(), intake(**WARM), intake())]

    await advance(store, first.id, "Disqualified")

    assert (await store.get_lead(hot.id)).assigned_to == first.assigned_to
    assert (await store.get_lead(warm.id)).waiting_reason == "no_capacity"
    assert await broken_rules(store) == []
