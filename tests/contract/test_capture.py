"""Capture on every store: the straight line, duplicates, events, and what a batch keeps together."""

from dataclasses import replace
from datetime import timedelta

from leadline.domain.lead_lists import LeadQuery
from leadline.ports import Store
from leadline.usecases.capture import capture_leads
from leadline.usecases.team import NewUser, add_users
from tests.builders import COLD, HOUSE, NOW, WARM, deciding, faulty_intake, intake


async def reps(store: Store, number: int, **fields: object) -> list:
    new = [NewUser({"full_name": f"Rep {i}", "email": f"rep{i}@company.example.com", **fields}) for i in range(number)]
    return await add_users(store, new, deciding())


async def test_a_hot_lead_is_scored_routed_announced_and_kept_with_its_trail(store: Store) -> None:
    (rep,) = await reps(store, 1)

    (captured,) = await capture_leads(store, HOUSE, [intake()], NOW)

    lead = await store.get_lead(captured.lead.id)
    assert captured.outcome == "created"
    assert (lead.lead_score, lead.category, lead.assigned_to) == (95, "Hot", rep.id)
    assert [a.action_type for a in (await store.list_activities(lead.id, None, 10)).items] == [
        "assigned",
        "lead_created",
    ]
    assert {n.template_name for n in (await store.list_notifications(None, None, None, 10)).items} == {"hot_lead_alert"}
    assert (await store.get_user(rep.id)).current_lead_count == 1


async def test_a_second_post_of_an_address_within_a_day_is_the_first_lead_again(store: Store) -> None:
    first = intake(email="Ann@Firm.example.com")
    second = intake(NOW + timedelta(hours=23, minutes=59), email="ann@firm.example.com")

    (one,) = await capture_leads(store, HOUSE, [first], NOW)
    (two,) = await capture_leads(store, HOUSE, [second], NOW)

    assert (two.outcome, two.lead.id) == ("duplicate", one.lead.id)
    assert len((await store.list_leads(LeadQuery(), None, 10)).items) == 1


async def test_a_post_exactly_a_day_later_is_a_new_lead(store: Store) -> None:
    await capture_leads(store, HOUSE, [intake(email="ann@firm.example.com")], NOW)

    (again,) = await capture_leads(store, HOUSE, [intake(NOW + timedelta(days=1), email="ann@firm.example.com")], NOW)

    assert again.outcome == "created"


async def test_a_batch_answers_in_order_and_keeps_a_row_for_each_posting(store: Store) -> None:
    items = [
        intake(email="a@x.example.com"),
        faulty_intake(),
        intake(email="a@x.example.com"),
        intake(**COLD),
        intake(**WARM),
    ]

    captured = await capture_leads(store, HOUSE, items, NOW)

    assert [c.outcome for c in captured] == ["created", "rejected", "duplicate", "created", "created"]
    kept = {s.id: s for s in await store.find_submissions([i.id for i in items])}
    assert [kept[i.id].outcome for i in items] == [c.outcome for c in captured]
    assert kept[items[1].id].faults == items[1].faults
    assert kept[items[0].id].payload == items[0].payload


async def test_an_event_of_a_provider_counts_once_for_ever(store: Store) -> None:
    first = intake(endpoint="main", event_id="evt-1")
    again = replace(intake(NOW + timedelta(days=400)), endpoint="main", event_id="evt-1")

    (one,) = await capture_leads(store, HOUSE, [first], NOW)
    (two,) = await capture_leads(store, HOUSE, [again], NOW)

    assert two.submission_id == one.submission_id
    assert len((await store.list_submissions(None, None, None, 10)).items) == 1


async def test_with_nobody_to_take_it_a_lead_waits_and_is_given_away_when_somebody_comes(store: Store) -> None:
    (captured,) = await capture_leads(store, HOUSE, [intake()], NOW)
    assert (captured.lead.assigned_to, captured.lead.waiting_reason) == (None, "no_active_rep")

    (rep,) = await reps(store, 1)

    lead = await store.get_lead(captured.lead.id)
    assert (lead.assigned_to, lead.waiting_since, rep.current_lead_count) == (rep.id, None, 1)
