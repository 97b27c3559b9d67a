"""An endpoint, or a house, that routes all: its Cold leads go to a rep, wait for one, and stay that way through every later decision."""

from dataclasses import replace

import pytest

from leadline.domain.intake import Intake
from leadline.ports import Store
from leadline.usecases.capture import capture_leads
from leadline.usecases.hand_over import assign_auto, assign_to, unassign
from leadline.usecases.one_lead import change_lead
from tests.builders import COLD, HOT, HOUSE, NOW, deciding, intake
from tests.invariants import broken_rules
from tests.steps import add_reps, captured_lead, notifications


async def test_a_cold_lead_is_given_to_a_rep_who_is_told(store: Store) -> None:
    (rep,) = await add_reps(store, 1)

    lead = await captured_lead(store, intake(routes_all=True, **COLD))
    other = await captured_lead(store, intake(**COLD))

    assert (lead.category, lead.assigned_to, other.assigned_to) == ("Cold", rep.id, None)
    assert {message.template_name for message in await notifications(store)} == {"lead_assigned"}
    assert await broken_rules(store) == []


async def test_with_nobody_there_it_waits_behind_a_hot_one_and_is_drained(store: Store) -> None:
    cold = await captured_lead(store, intake(routes_all=True, **COLD))
    hot = await captured_lead(store, intake(**HOT))
    assert (cold.waiting_reason, hot.waiting_reason) == ("no_active_rep", "no_active_rep")
    assert await broken_rules(store) == []

    (one,) = await add_reps(store, 1, max_active_leads=1)
    assert (await store.get_lead(hot.id)).assigned_to == one.id
    assert (await store.get_lead(cold.id)).waiting_since is not None
    (two,) = await add_reps(store, 1)

    assert (await store.get_lead(cold.id)).assigned_to == two.id
    assert await broken_rules(store) == []


async def test_hands_and_releases_keep_that_it_is_routed(store: Store) -> None:
    (rep,) = await add_reps(store, 1)
    lead = await captured_lead(store, intake(routes_all=True, **COLD))

    for act in (assign_to(rep.id), unassign, assign_auto):
        await change_lead(store, lead.id, act, deciding())
        assert ((await store.get_lead(lead.id)).route_decision or {})["routing"] == "all"

    assert (await store.get_lead(lead.id)).assigned_to == rep.id
    assert await broken_rules(store) == []


@pytest.mark.parametrize(("endpoint", "is_routed"), [(None, True), (True, True), (False, False)])
async def test_a_house_may_route_all_and_an_endpoint_says_otherwise(
    store: Store, endpoint: bool | None, is_routed: bool
) -> None:
    (rep,) = await add_reps(store, 1)
    item: Intake = intake(routes_all=endpoint, **COLD)

    (captured,) = await capture_leads(store, replace(HOUSE, routes_all=True), [item], NOW)

    assert captured.lead is not None
    assert (await store.get_lead(captured.lead.id)).assigned_to == (rep.id if is_routed else None)
    assert await broken_rules(store) == []
