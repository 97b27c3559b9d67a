"""Slack cards follow their lead on every store, whoever changed it and by what way; and nothing else is said to anybody by it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from leadline.domain.leads import Lead
from leadline.domain.notifications import Notification
from leadline.ids import new_id
from leadline.ports import Store, Tx
from leadline.usecases import mark
from leadline.usecases.hand_over import assign, assign_to
from leadline.usecases.notify import deliver
from leadline.usecases.one_lead import Act, change_lead
from leadline.usecases.signals import Signal, count_signal
from leadline.usecases.work import add_note
from tests.builders import NOW, deciding, intake
from tests.contract.test_delivery import GOES_ON, a_delivery, queue
from tests.invariants import trail
from tests.recorded import Recorder
from tests.steps import add_reps, advance, capture, captured_lead, change, notifications

LATER = NOW + timedelta(hours=1)
Deed = Callable[[Store, Lead], Awaitable[Any]]


async def a_shown_lead(store: Store, **fields: Any) -> Lead:
    """A lead whose card stands in Slack."""
    lead = await captured_lead(store, intake(**fields))
    await queue(store, a_card(lead))
    return lead


def a_card(lead: Lead, **fields: Any) -> Notification:
    row = {"status": "sent", "provider_id": f"C1/{lead.id}", "lead_id": lead.id} | fields
    return Notification(new_id(), "slack", "hot_lead_alert", "#leads", NOW, **row)


async def edits(store: Store) -> list[tuple[Any, str]]:
    """Which cards are to be edited, of which leads."""
    rows = await notifications(store)
    return [(row.lead_id, row.recipient) for row in rows if row.template_name == "card_update"]


def act(made: Act) -> Deed:
    return lambda store, lead: change_lead(store, lead.id, made, deciding(LATER))


async def deactivate_the_owner(store: Store, lead: Lead) -> None:
    (owner,) = [user for user in await store.list_users() if user.id == lead.assigned_to]
    await change(store, owner, is_active=False)


async def write_again(store: Store, lead: Lead, **fields: Any) -> None:
    await capture(store, intake(LATER, email=lead.email, **fields), now=LATER)


async def visit_the_pricing_page(store: Store, lead: Lead) -> None:
    await count_signal(store, Signal("pricing_page_visit", "e1", LATER, lead.id), deciding(LATER))


MAKE_UNTRUE: dict[str, Deed] = {
    "contacted": lambda store, lead: advance(store, lead.id, "Contacted"),
    "given back to routing": act(assign("auto")),
    "owner deactivated": deactivate_the_owner,
    "a repeat that disagrees": partial(write_again, company_name="Another"),
    "a repeat that fills": partial(write_again, phone="+1-555-0100"),
    "spam": act(mark.set_spam(True)),
    "priority": act(mark.set_priority(True)),
    "edited": act(mark.edit({"phone": "+1-555-0199"})),
    "deleted": act(mark.delete),
}
LEAVE_TRUE: dict[str, Deed] = {
    "a note": act(add_note("Called, no answer")),
    "a repeat that says the same": write_again,
    "a visit": visit_the_pricing_page,
}


@pytest.mark.parametrize("deed", MAKE_UNTRUE)
async def test_what_makes_a_card_untrue_edits_it_once(store: Store, deed: str) -> None:
    await add_reps(store, 2)
    lead = await a_shown_lead(store)
    await MAKE_UNTRUE[deed](store, lead)

    assert await edits(store) == [(lead.id, f"C1/{lead.id}")]


@pytest.mark.parametrize("deed", LEAVE_TRUE)
async def test_what_leaves_a_card_true_leaves_it_alone(store: Store, deed: str) -> None:
    await add_reps(store, 2)
    lead = await a_shown_lead(store)
    await LEAVE_TRUE[deed](store, lead)

    assert await edits(store) == []


async def test_a_waiting_lead_that_gets_an_owner_when_another_one_is_closed_is_shown_with_its_owner(
    store: Store,
) -> None:
    await add_reps(store, 1, max_active_leads=1)
    first = await captured_lead(store, intake())
    waiting = await a_shown_lead(store)
    await advance(store, first.id, "Disqualified")

    assert (await store.get_lead(waiting.id)).assigned_to == first.assigned_to
    assert await edits(store) == [(waiting.id, f"C1/{waiting.id}")]


@pytest.mark.parametrize("how", [{}, {"max_active_leads": 1}], ids=["a new rep", "a rep with room for one"])
async def test_a_new_rep_who_takes_what_waits_is_shown(store: Store, how: Any) -> None:
    waiting = await a_shown_lead(store)
    await add_reps(store, 1, **how)

    assert await edits(store) == [(waiting.id, f"C1/{waiting.id}")]


async def test_only_what_stands_in_slack_as_a_card_is_edited_and_each_card_once(store: Store) -> None:
    await add_reps(store, 1)
    lead = await captured_lead(store, intake())
    rows = [
        a_card(lead),
        a_card(lead),
        a_card(lead, provider_id="C1/another"),
        a_card(lead, provider_id="1405895017.000506"),
        a_card(lead, provider_id=None),
        a_card(lead, status="failed"),
    ]
    await queue(store, *rows)
    await advance(store, lead.id, "Contacted")

    assert sorted(await edits(store)) == sorted([(lead.id, f"C1/{lead.id}"), (lead.id, "C1/another")])


async def test_the_edit_of_a_card_is_no_entry_in_the_trail(store: Store) -> None:
    await add_reps(store, 1, notify_slack=False, notify_email=False)
    lead = await a_shown_lead(store)
    await advance(store, lead.id, "Contacted")
    channel = Recorder()
    await deliver(a_delivery(store, channel), "slack", GOES_ON)

    assert [sent.recipient for sent in channel.sent] == [f"C1/{lead.id}"]
    assert [row.status for row in await notifications(store)] == ["sent", "sent"]
    assert [e for e in await trail(store, lead.id) if e.action_type == "slack_sent"] == []


async def test_a_card_of_a_lead_that_was_deleted_is_edited_all_the_same(store: Store) -> None:
    await add_reps(store, 1, notify_slack=False, notify_email=False)
    lead = await a_shown_lead(store)
    await change_lead(store, lead.id, mark.delete, deciding(LATER))
    channel = Recorder()
    await deliver(a_delivery(store, channel), "slack", GOES_ON)

    assert len(channel.sent) == 1


async def test_a_card_whose_lead_changed_while_it_was_on_its_way_is_edited(store: Store) -> None:
    first, second = await add_reps(store, 2, notify_email=False)
    lead = await captured_lead(store, intake())
    other = second if lead.assigned_to == first.id else first
    slow = Recorder(gate=asyncio.Event(), provider_id="C1/1.0")
    sending = asyncio.create_task(deliver(a_delivery(store, slow), "slack", GOES_ON))
    await slow.arrived.wait()
    await change_lead(store, lead.id, assign_to(other.id), deciding(LATER, notifies=False))
    before = await edits(store)
    assert slow.gate is not None
    slow.gate.set()
    await sending

    assert before == []
    assert await edits(store) == [(lead.id, "C1/1.0")]


async def test_edits_that_waited_are_one(store: Store) -> None:
    await add_reps(store, 1, notify_slack=False, notify_email=False)
    lead = await a_shown_lead(store)
    await advance(store, lead.id, "Contacted", "Qualified")
    channel = Recorder()
    await deliver(a_delivery(store, channel), "slack", GOES_ON)

    assert [row.status for row in await notifications(store)] == ["sent"] * 3
    assert len(channel.sent) == 1


async def test_what_was_sent_to_slack_is_read_and_nothing_else(store: Store) -> None:
    lead, other = [await captured_lead(store, intake()) for _ in range(2)]
    wanted = a_card(lead)
    await queue(store, wanted, a_card(lead, status="pending"), a_card(other))

    async def work(tx: Tx) -> list[Notification]:
        return await tx.sent_by_slack([lead.id])

    assert await store.transact(work) == [wanted]
