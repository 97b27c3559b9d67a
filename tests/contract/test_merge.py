"""What a repeat does to the lead that is there, on every store: blanks, disagreements, the new score, the new route, the alert."""

import json
from datetime import timedelta
from typing import Any

import pytest

from leadline.domain.intake import Captured, Intake
from leadline.domain.leads import Lead
from leadline.domain.submission import parse_submission
from leadline.ports import Store
from leadline.usecases.team import NewUser, add_users
from tests.builders import HOT, NOW, deciding, intake
from tests.invariants import broken_rules, trail
from tests.steps import add_reps, advance, capture, captured_lead, notifications

ANN = "ann@firm.example.com"
LATER = NOW + timedelta(hours=1)
BARE = {"email": ANN, **dict.fromkeys(HOT)}


def form(**fields: Any) -> Intake:
    """A posting of a public form or hook, read forgivingly."""
    sent = {"email": ANN} | fields
    way_in = sent.pop("way_in", "form")
    return intake(LATER, way_in=way_in, submission=parse_submission(sent, strict=False))


async def merged(store: Store, first: Intake, *repeats: Intake) -> tuple[Lead, Captured]:
    """The lead after its repeats, and the answer to the last of them."""
    await capture(store, first)
    for repeat in repeats:
        (told,) = await capture(store, repeat, now=LATER)
    assert told.lead is not None
    return await store.get_lead(told.lead.id), told


async def test_a_repeat_fills_what_was_blank(store: Store) -> None:
    lead, told = await merged(store, intake(**BARE), intake(LATER, **BARE | {"phone": "+1-555-0100", "message": "Hi"}))

    assert (told.outcome, lead.phone, lead.message, lead.needs_review) == ("duplicate", "+1-555-0100", "Hi", False)
    assert (lead.last_activity_date, lead.updated_at, lead.version) == (LATER, LATER, 2)


async def test_a_given_value_is_never_overwritten_and_a_disagreement_is_reviewed(store: Store) -> None:
    lead, _ = await merged(
        store, intake(email=ANN), intake(LATER, email=ANN, company_name="Ajax", industry="Healthcare")
    )

    assert (lead.company_name, lead.industry, lead.needs_review) == ("Acme Corp", HOT["industry"], True)
    assert lead.field_sources == {"company_name": {"conflict": "Ajax"}, "industry": {"conflict": "Healthcare"}}


@pytest.mark.parametrize("same", ["acme corp", " ACME  Corp "])
async def test_case_and_blanks_are_no_disagreement(store: Store, same: str) -> None:
    lead, _ = await merged(store, intake(email=ANN), intake(LATER, email=ANN, company_name=same))

    assert (lead.needs_review, lead.field_sources) == (False, {})


async def test_another_message_is_no_disagreement_and_stays_in_the_trail(store: Store) -> None:
    lead, _ = await merged(store, intake(email=ANN, message="One"), intake(LATER, email=ANN, message="Two"))

    entry = (await trail(store, lead.id))[-1]
    assert (lead.message, lead.needs_review) == ("One", False)
    assert (entry.action_type, json.loads(entry.new_value or "")["payload"]["message"]) == (
        "duplicate_submission",
        "Two",
    )
    assert (entry.actor_kind, entry.actor_name, entry.ip_address) == ("api_key", "test key", "203.0.113.7")


async def test_a_public_form_fills_nothing_before_a_review(store: Store) -> None:
    lead, _ = await merged(store, intake(**BARE), form(phone="+1-555-0100", **HOT, favourite="blue"))

    assert (lead.phone, lead.company_size, lead.category, lead.extra) == (None, None, "Cold", {})
    assert lead.needs_review
    assert lead.field_sources["phone"] == {"conflict": "+1-555-0100"}


async def test_a_derived_value_is_replaced_by_a_given_one_and_the_doubt_ends(store: Store) -> None:
    first = form(way_in="webflow", phone="+1-555-0100")
    lead, _ = await merged(store, first, intake(LATER, email=ANN, company_name="Firm Ltd", contact_name="Ann Lee"))

    assert (lead.company_name, lead.contact_name) == ("Firm Ltd", "Ann Lee")
    assert (lead.field_sources, lead.needs_review) == ({}, False)


async def test_an_odd_phone_number_stays_in_doubt_when_the_derived_names_are_given(store: Store) -> None:
    first = form(way_in="webflow", phone="call me")
    lead, _ = await merged(store, first, intake(LATER, email=ANN, company_name="Firm Ltd", contact_name="Ann Lee"))

    assert (lead.field_sources, lead.needs_review) == ({}, True)


async def test_a_derived_value_never_overwrites_a_given_one(store: Store) -> None:
    lead, _ = await merged(store, intake(email=ANN), form(way_in="webflow"))

    assert (lead.company_name, lead.contact_name, lead.needs_review) == ("Acme Corp", "John Doe", False)


async def test_what_is_doubtful_in_a_repeat_makes_the_lead_doubtful_where_it_fills_something(store: Store) -> None:
    names = {"company_name": "Acme Corp", "contact_name": "John Doe"}
    lead, _ = await merged(store, intake(**BARE), form(way_in="webflow", phone="call me", **names))

    assert (lead.phone, lead.needs_review) == ("call me", True)


async def test_unknown_keys_join_those_of_the_lead_and_overwrite_none(store: Store) -> None:
    lead, _ = await merged(store, intake(email=ANN, a="1"), intake(LATER, email=ANN, a="2", b="3"))

    assert lead.extra == {"a": "1", "b": "3"}


async def test_repeats_cannot_make_a_lead_grow_without_end(store: Store) -> None:
    repeats = [intake(LATER, email=ANN, **{f"key {n} {i}": "x" for i in range(150)}) for n in range(3)]

    lead, _ = await merged(store, intake(email=ANN), *repeats)

    assert len(lead.extra) == 150


async def test_a_repeat_that_makes_a_cold_lead_hot_has_it_scored_routed_and_announced(store: Store) -> None:
    (rep,) = await add_reps(store, 1)

    lead, told = await merged(store, intake(**BARE), intake(LATER, email=ANN))

    assert (lead.category, lead.lead_score, lead.assigned_to) == ("Hot", 95, rep.id)
    assert told.lead == lead
    assert [a.action_type for a in await trail(store, lead.id)] == [
        "lead_created", "duplicate_submission", "score_updated", "category_changed", "assigned",
    ]  # fmt: skip
    assert [n.template_name for n in await notifications(store)] == ["hot_lead_alert"] * 2
    assert await broken_rules(store) == []


async def test_the_owner_of_a_warm_lead_hears_that_it_became_hot_and_keeps_it(store: Store) -> None:
    first, _ = await add_reps(store, 2)
    lead, _ = await merged(
        store, warm_without_budget(), intake(LATER, **warm_without_budget_fields() | {"budget_timeline": "Immediate"})
    )

    sent = [(n.template_name, n.user_id, n.notification_type) for n in await notifications(store)]
    assert (lead.category, lead.assigned_to) == ("Hot", first.id)
    assert [row for row in sent if row[0] != "warm_lead_nurture"] == [
        ("lead_assigned", first.id, "slack"),
        ("lead_assigned", first.id, "email"),
        ("hot_lead_alert", first.id, "slack"),
        ("hot_lead_alert", first.id, "email"),
    ]
    assert await broken_rules(store) == []


async def test_a_contacted_lead_that_becomes_hot_alerts_nobody(store: Store) -> None:
    await add_reps(store, 1)
    first = await captured_lead(store, warm_without_budget())
    await advance(store, first.id, "Contacted")

    await capture(store, intake(LATER, **warm_without_budget_fields() | {"budget_timeline": "Immediate"}), now=LATER)

    assert (await store.get_lead(first.id)).category == "Hot"
    assert "hot_lead_alert" not in {n.template_name for n in await notifications(store)}


async def test_a_repeat_that_is_not_live_alerts_nobody(store: Store) -> None:
    await add_reps(store, 1)

    lead, _ = await merged(store, intake(**BARE, is_live=False), intake(LATER, email=ANN, is_live=False))

    assert (lead.category, await notifications(store)) == ("Hot", [])


async def test_a_waiting_lead_that_becomes_hot_keeps_its_place_in_the_queue_and_managers_hear_once(
    store: Store,
) -> None:
    await add_users(
        store, [NewUser({"full_name": "Meg", "email": "meg@company.example.com", "role": "manager"})], deciding()
    )

    lead, _ = await merged(
        store, warm_without_budget(), intake(LATER, **warm_without_budget_fields() | {"budget_timeline": "Immediate"})
    )

    told = [n.notification_type for n in await notifications(store) if n.template_name == "lead_waiting"]
    assert (lead.category, lead.waiting_since, told) == ("Hot", NOW, ["slack", "email"])
    assert await broken_rules(store) == []


async def test_a_closed_lead_is_not_scored_again(store: Store) -> None:
    await add_reps(store, 1)
    first = await captured_lead(store, intake(**BARE))
    await advance(store, first.id, "Disqualified")

    await capture(store, intake(LATER, email=ANN), now=LATER)

    lead = await store.get_lead(first.id)
    assert (lead.status, lead.company_size, lead.lead_score, lead.assigned_to) == ("Disqualified", HOT["company_size"], first.lead_score, None)  # fmt: skip
    assert await broken_rules(store) == []


async def test_repeats_in_one_batch_build_on_each_other(store: Store) -> None:
    await add_reps(store, 1)
    items = [intake(**BARE), intake(**BARE | {"company_size": "1000+"}), intake(email=ANN, phone="+1-555-0100")]

    captured = await capture(store, *items)

    lead = await store.get_lead(captured[0].lead.id)
    assert [c.outcome for c in captured] == ["created", "duplicate", "duplicate"]
    assert (lead.company_size, lead.phone, lead.category, lead.needs_review) == ("1000+", "+1-555-0100", "Hot", True)
    assert await broken_rules(store) == []


async def test_a_score_that_does_not_move_is_not_told(store: Store) -> None:
    lead, _ = await merged(store, intake(email=ANN), intake(LATER, email=ANN, phone="+1-555-0100"))

    assert [a.action_type for a in await trail(store, lead.id)] == ["lead_created", "duplicate_submission"]


def warm_without_budget_fields() -> dict[str, Any]:
    return {"email": ANN, **HOT, "budget_timeline": None}


def warm_without_budget() -> Intake:
    """A lead that a budget makes Hot."""
    return intake(**warm_without_budget_fields())
