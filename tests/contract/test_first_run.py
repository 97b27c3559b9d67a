"""The first steps on every store: the lead of the first try, and what tells that the house is more than its demo."""

from datetime import timedelta

from leadline.ports import Store
from leadline.usecases.first_run import FirstSteps, first_steps, score_of_test_lead, send_test_lead
from leadline.usecases.team import NewUser, add_users
from tests.builders import HOUSE, NOW, ROBOT, deciding, intake
from tests.invariants import broken_rules
from tests.steps import add_reps, capture, change, notifications


async def test_an_empty_house_has_taken_no_step(store: Store) -> None:
    assert await first_steps(store) == FirstSteps(None, has_rep=False, has_demo=False)


async def test_the_lead_of_the_first_try_is_routed_like_any_other_and_notifies_nobody(store: Store) -> None:
    (rep,) = await add_reps(store, 1)

    sent = await send_test_lead(store, HOUSE, ROBOT, NOW)

    assert sent.lead is not None
    lead = await store.get_lead(sent.lead.id)
    assert (lead.is_test, lead.assigned_to, lead.source) == (True, rep.id, "Manual Entry")
    assert (lead.lead_score, lead.category) == (95, "Hot")
    assert (score_of_test_lead(HOUSE.scorer).lead_score, score_of_test_lead(HOUSE.scorer).category) == (95, "Hot")
    assert await notifications(store) == []
    assert await first_steps(store) == FirstSteps(lead, has_rep=True, has_demo=False)
    assert await broken_rules(store) == []


async def test_sent_twice_it_is_the_same_lead(store: Store) -> None:
    first = await send_test_lead(store, HOUSE, ROBOT, NOW)

    second = await send_test_lead(store, HOUSE, ROBOT, NOW + timedelta(minutes=1))

    assert first.lead is not None
    assert second.lead is not None
    assert (second.outcome, second.lead.id) == ("duplicate", first.lead.id)


async def test_what_is_invented_ticks_no_step(store: Store) -> None:
    await add_users(store, [NewUser({"full_name": "I", "email": "i@company.example.com"}, is_demo=True)], deciding())
    await capture(store, intake(is_demo=True, is_live=False))

    assert await first_steps(store) == FirstSteps(None, has_rep=False, has_demo=True)


async def test_the_newest_lead_counts_and_a_rep_who_left_does_not(store: Store) -> None:
    (rep,) = await add_reps(store, 1)
    await change(store, rep, is_active=False)
    await capture(store, intake(is_demo=True, is_live=False))
    await capture(store, intake())
    (newest,) = await capture(store, intake(NOW + timedelta(minutes=1)))

    steps = await first_steps(store)

    assert newest.lead is not None
    assert steps.lead == await store.get_lead(newest.lead.id)
    assert not steps.has_rep
