"""The lifecycle on every store: each step with its counters, its trail and the place it frees."""

import json
from datetime import timedelta
from typing import Any

import pytest

from leadline.ids import new_id
from leadline.ports import Store
from tests.builders import HOT, NOW, WARM, intake
from tests.invariants import broken_rules, trail
from tests.steps import add_reps, advance, captured_lead, change, figures, notifications, owned, rewrite

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("seconds", "minutes"), [(0, 0), (59.999999, 0), (60, 1), (119.999999, 1), (3600 * 50, 3000), (-30, 0)]
)
async def test_the_response_time_is_the_floor_of_the_minutes(store: Store, seconds: float, minutes: int) -> None:
    rep, lead = await owned(store)
    at = NOW + timedelta(seconds=seconds)

    contacted = await advance(store, lead.id, "Contacted", at=at)

    now = await store.get_user(rep.id)
    assert (contacted.status, contacted.first_contacted_at, contacted.last_activity_date) == ("Contacted", at, at)
    assert (now.response_minutes_sum, now.response_count, now.avg_response_time_minutes) == (minutes, 1, minutes)
    assert figures(now) == (1, 1, 1, 0)
    assert await broken_rules(store, with_trail=seconds >= 0) == []


async def test_the_mean_response_is_half_up_over_all_first_contacts(store: Store) -> None:
    rep, lead = await owned(store)
    other = await captured_lead(store, intake())

    await advance(store, lead.id, "Contacted", at=NOW + 2 * MINUTE)
    await advance(store, other.id, "Contacted", at=NOW + 5 * MINUTE)

    assert (await store.get_user(rep.id)).avg_response_time_minutes == 4


async def test_an_imported_lead_is_left_out_of_the_response_figures(store: Store) -> None:
    rep, lead = await owned(store)
    await rewrite(store, lead.id, import_id=new_id())

    await advance(store, lead.id, "Contacted", at=NOW + 9 * MINUTE)

    now = await store.get_user(rep.id)
    assert (now.total_leads_contacted, now.response_count, now.avg_response_time_minutes) == (1, 0, None)
    assert await broken_rules(store) == []


async def test_qualifying_gives_the_bonus_once_and_counts_once(store: Store) -> None:
    rep, lead = await owned(store, **WARM)

    await advance(store, lead.id, "Contacted", "Qualified", "Disqualified", "New", "Contacted")
    again = await advance(store, lead.id, "Qualified")

    assert (again.raw_score, again.score_breakdown["qualification"]) == (lead.raw_score + 10, 10)
    assert figures(await store.get_user(rep.id)) == (1, 1, 1, 1)
    assert [a.action_type for a in await trail(store, lead.id)].count("score_updated") == 1
    assert await broken_rules(store) == []


async def test_a_bonus_above_a_hundred_is_in_the_raw_score_only(store: Store) -> None:
    _, lead = await owned(store, company_size="1000+")

    qualified = await advance(store, lead.id, "Contacted", "Qualified")

    assert (qualified.lead_score, qualified.raw_score) == (100, 110)
    assert "score_updated" not in [a.action_type for a in await trail(store, lead.id)]


async def test_a_cold_lead_that_qualifies_into_warm_is_routed_then(store: Store) -> None:
    # 11-50, Healthcare, Product Question, 3-6 months, business: 10 + 15 + 10 + 10 + 5 = 50, less 5 for the budget.
    answers = {"company_size": "11-50", "industry": "Healthcare", "inquiry_type": "Product Question", "budget_timeline": "6-12 months"}  # fmt: skip
    rep, lead = await owned(store, **answers)
    assert (lead.raw_score, lead.category, lead.assigned_to) == (45, "Cold", None)

    qualified = await advance(store, lead.id, "Contacted", "Qualified")

    assert (qualified.category, qualified.assigned_to) == ("Warm", rep.id)
    assert figures(await store.get_user(rep.id)) == (1, 1, 0, 0)
    assert {n.template_name for n in await notifications(store)} == {"lead_assigned"}
    assert await broken_rules(store) == []


@pytest.mark.parametrize("end", [["Disqualified"], ["Contacted", "Qualified", "Opportunity"]])
async def test_a_closed_lead_frees_its_place_for_one_that_waits(store: Store, end: list[Any]) -> None:
    (rep,) = await add_reps(store, 1, max_active_leads=1)
    lead, waiting = [await captured_lead(store, intake()) for _ in range(2)]

    closed = await advance(store, lead.id, *end)

    assert (closed.assigned_to, (await store.get_lead(waiting.id)).assigned_to) == (rep.id, rep.id)
    assert (await store.get_user(rep.id)).current_lead_count == 1
    assert await broken_rules(store) == []


async def test_a_rep_above_the_cap_gets_nothing_until_below_it(store: Store) -> None:
    (rep,) = await add_reps(store, 1)
    leads = [await captured_lead(store, intake()) for _ in range(3)]
    await change(store, rep, max_active_leads=1)
    waiting = await captured_lead(store, intake())

    for lead in leads[:2]:
        await advance(store, lead.id, "Disqualified")
        assert (await store.get_lead(waiting.id)).assigned_to is None
    await advance(store, leads[2].id, "Disqualified")

    assert (await store.get_lead(waiting.id)).assigned_to == rep.id
    assert await broken_rules(store) == []


async def test_a_waiting_lead_that_is_closed_waits_no_longer(store: Store) -> None:
    lead = await captured_lead(store, intake())

    closed = await advance(store, lead.id, "Disqualified")

    assert (closed.waiting_since, closed.waiting_reason) == (None, None)
    assert await broken_rules(store) == []


async def test_spam_is_a_reason_that_marks_the_lead(store: Store) -> None:
    _, lead = await owned(store)

    spam = await advance(store, lead.id, "Disqualified", reason="spam")

    rows = [(a.action_type, json.loads(a.new_value or "")) for a in await trail(store, lead.id)][-2:]
    assert (spam.is_spam, spam.status) == (True, "Disqualified")
    assert rows == [
        ("status_changed", {"status": "Disqualified", "reason": "spam"}),
        ("marked_spam", {"is_spam": True}),
    ]
    assert await broken_rules(store) == []


async def test_a_note_goes_into_the_trail_with_the_step(store: Store) -> None:
    _, lead = await owned(store, **HOT)

    await advance(store, lead.id, "Disqualified", reason="other", note="Moved to Mars")

    assert [(a.action_type, a.actor_name) for a in await trail(store, lead.id)][-2:] == [("status_changed", "test key"), ("note_added", "test key")]  # fmt: skip


async def test_the_counters_follow_the_owner_of_the_moment(store: Store) -> None:
    (one,) = await add_reps(store, 1)
    lead = await captured_lead(store, intake())
    await advance(store, lead.id, "Contacted", at=NOW + MINUTE)
    (two,) = await add_reps(store, 1)
    await change(store, one, NOW + 2 * MINUTE, is_active=False)

    await advance(store, lead.id, "Qualified", at=NOW + 3 * MINUTE)

    assert figures(await store.get_user(one.id)) == (0, 1, 1, 0)
    assert figures(await store.get_user(two.id)) == (1, 1, 0, 1)
    assert await broken_rules(store) == []
