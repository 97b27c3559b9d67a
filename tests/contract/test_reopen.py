"""Reopening on every store, and the steps that the lifecycle refuses."""

from datetime import timedelta
from typing import Any

import pytest

from leadline.domain.errors import Conflict, Forbidden, Invalid, NotFound
from leadline.ids import new_id
from leadline.ports import Store
from leadline.usecases import hand_over
from leadline.usecases.advance import Move, advance_lead
from leadline.usecases.one_lead import change_lead
from tests.builders import COLD, NOW, deciding, intake
from tests.invariants import broken_rules, trail
from tests.steps import add_reps, advance, captured_lead, change, figures, owned, rewrite

MINUTE = timedelta(minutes=1)


async def test_a_reopened_lead_goes_back_to_its_owner_even_over_the_cap(store: Store) -> None:
    (rep,) = await add_reps(store, 1, max_active_leads=1)
    lead, other = [await captured_lead(store, intake()) for _ in range(2)]
    await advance(store, lead.id, "Contacted", "Disqualified")

    reopened = await advance(store, lead.id, "New", at=NOW + MINUTE)

    now = await store.get_user(rep.id)
    assert (reopened.status, reopened.assigned_to, reopened.first_contacted_at) == ("New", rep.id, NOW)
    assert (await store.get_lead(other.id)).assigned_to == rep.id
    assert figures(now) == (2, 2, 1, 0)
    assert await broken_rules(store, may_exceed=[rep.id]) == []


async def test_a_reopened_lead_of_somebody_inactive_is_routed_and_counts_as_one_more_assignment(store: Store) -> None:
    gone, lead = await owned(store)
    await advance(store, lead.id, "Disqualified")
    await change(store, gone, is_active=False)
    (rep,) = await add_reps(store, 1)

    reopened = await advance(store, lead.id, "New")

    assert reopened.assigned_to == rep.id
    assert figures(await store.get_user(gone.id)) == (0, 1, 0, 0)
    assert figures(await store.get_user(rep.id)) == (1, 1, 0, 0)
    assert await broken_rules(store) == []


async def test_a_reopened_lead_that_nobody_can_take_waits(store: Store) -> None:
    gone, lead = await owned(store)
    await advance(store, lead.id, "Disqualified")
    await change(store, gone, is_active=False)

    reopened = await advance(store, lead.id, "New", at=NOW + MINUTE)

    assert (reopened.assigned_to, reopened.waiting_since) == (None, NOW + MINUTE)
    assert await broken_rules(store) == []


async def test_a_lead_that_was_left_to_whoever_claims_it_is_not_routed_by_a_step(store: Store) -> None:
    _, lead = await owned(store)
    await change_lead(store, lead.id, hand_over.unassign, deciding())

    contacted = await advance(store, lead.id, "Contacted")

    assert (contacted.assigned_to, contacted.waiting_since) == (None, None)
    assert await broken_rules(store) == []


@pytest.mark.parametrize("start", [[], ["Contacted"], ["Contacted", "Qualified"], ["Disqualified"]])
async def test_a_step_that_the_lifecycle_does_not_know_changes_nothing(store: Store, start: list[Any]) -> None:
    _, lead = await owned(store)
    before = await advance(store, lead.id, *start) if start else lead

    with pytest.raises(Conflict):
        await advance(store, lead.id, "Disqualified" if "Disqualified" in start else "Opportunity" if len(start) < 2 else "New")  # fmt: skip

    assert await store.get_lead(lead.id) == before


@pytest.mark.parametrize(("move", "error"), [
    (Move("Disqualified"), Invalid),
    (Move("Disqualified", "because"), Invalid),
    (Move("Disqualified", "other", "  "), Invalid),
    (Move("Contacted", "not_a_fit"), Invalid),
])  # fmt: skip
async def test_a_reason_that_is_missing_or_out_of_place_changes_nothing(
    store: Store, move: Move, error: type[Exception]
) -> None:
    _, lead = await owned(store)

    with pytest.raises(error):
        await advance_lead(store, lead.id, move, deciding())

    assert await store.get_lead(lead.id) == lead
    assert len(await trail(store, lead.id)) == 2


async def test_a_rep_may_not_reopen(store: Store) -> None:
    _, lead = await owned(store)
    await advance(store, lead.id, "Disqualified")

    with pytest.raises(Forbidden):
        await advance_lead(store, lead.id, Move("New"), deciding(), role="rep")


async def test_a_deleted_or_unknown_lead_is_not_found(store: Store) -> None:
    lead = await captured_lead(store, intake(**COLD))
    await rewrite(store, lead.id, is_deleted=True)

    for lead_id in (lead.id, new_id()):
        with pytest.raises(NotFound):
            await advance(store, lead_id, "Contacted")
