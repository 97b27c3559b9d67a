"""Settling what made no lead, on every store: released at its own time, or confirmed as spam; once, whoever else does so."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from leadline.domain.activities import Actor
from leadline.domain.errors import Conflict, Invalid, NotFound
from leadline.domain.intake import Captured, SubmissionRecord, settling_id
from leadline.domain.submission import Submission, parse_submission
from leadline.ids import new_id
from leadline.ports import Store
from leadline.usecases.release import confirm_spam, find_settled, get_submission, release
from tests.builders import HOUSE, NOW, body, faulty_intake, intake
from tests.invariants import broken_rules, every_lead, pages, trail
from tests.racing import together
from tests.steps import add_reps, capture, notifications

DANA = Actor("user", "Dana Okafor", ip_address="203.0.113.9")
LATER = NOW + timedelta(days=2)


async def quarantined(store: Store, **fields: Any) -> SubmissionRecord:
    """A hook's posting that made no lead, two days ago."""
    item = faulty_intake(way_in="webflow", payload=b'{"raw": 1}', failed_as="quarantined", endpoint="main")
    item = replace(item, **fields)
    await capture(store, item)
    return await get_submission(store, item.id)


def read(**fields: Any) -> Submission:
    """What somebody reads in it."""
    return parse_submission(body(**fields), strict=False)


async def submissions(store: Store) -> list[SubmissionRecord]:
    return await pages(lambda position, limit: store.list_submissions(None, None, position, limit))


async def test_a_release_is_the_capture_that_would_have_been(store: Store) -> None:
    (rep,) = await add_reps(store, 1)
    record = await quarantined(store)

    released = await release(store, HOUSE, record, read(email="ann@firm.example.com"), DANA, LATER)

    assert released.outcome == "created"
    assert released.lead is not None
    lead = await store.get_lead(released.lead.id)
    assert (lead.created_at, lead.updated_at, lead.category, lead.assigned_to) == (NOW, LATER, "Hot", rep.id)
    assert lead.source == "Webflow Form"
    first = (await trail(store, lead.id))[0]
    assert (first.action_type, first.actor_name) == ("lead_created", "Dana Okafor")
    assert {message.template_name for message in await notifications(store)} == {"hot_lead_alert"}
    assert await broken_rules(store) == []


async def test_the_posting_stays_and_a_new_row_names_it(store: Store) -> None:
    record = await quarantined(store, event_id="evt-1", request_id="r-1")

    released = await release(store, HOUSE, record, read(), DANA, LATER)

    assert released.lead is not None
    settling = SubmissionRecord(
        settling_id(record.id),
        "webflow",
        b'{"raw": 1}',
        "created",
        NOW,
        lead_id=released.lead.id,
        endpoint="main",
        replay_of=record.id,
    )
    assert {row.id: row for row in await submissions(store)} == {record.id: record, settling.id: settling}
    assert await find_settled(store, [record]) == {record.id: settling}


async def test_the_provider_who_sends_it_again_still_gets_the_first_answer(store: Store) -> None:
    record = await quarantined(store, event_id="evt-1")
    await release(store, HOUSE, record, read(), DANA, LATER)

    (again,) = await capture(store, intake(endpoint="main", event_id="evt-1"), now=LATER)

    assert (again.submission_id, again.outcome) == (record.id, "quarantined")
    assert len(await every_lead(store)) == 1


async def test_the_second_release_gets_the_answer_of_the_first(store: Store) -> None:
    record = await quarantined(store)
    first = await release(store, HOUSE, record, read(email="ann@firm.example.com"), DANA, LATER)

    second = await release(store, HOUSE, record, read(email="bob@other.example.com"), DANA, LATER)

    assert first.lead is not None
    assert second == replace(first, lead=await store.get_lead(first.lead.id))
    assert len(await every_lead(store)) == 1


async def test_many_who_release_it_at_once_make_one_lead(store: Store, backend: str) -> None:
    await add_reps(store, 2)
    record = await quarantined(store)
    many = 3 if backend == "firestore" else 12

    released = await together([lambda: release(store, HOUSE, record, read(), DANA, LATER) for _ in range(many)], many)

    assert len({captured.lead.id for captured in released if captured.lead}) == 1
    assert len(await every_lead(store)) == 1
    assert await broken_rules(store) == []


async def test_of_a_release_and_a_confirmation_at_once_one_counts(store: Store) -> None:
    record = await quarantined(store)

    both = await asyncio.gather(
        release(store, HOUSE, record, read(), DANA, LATER),
        confirm_spam(store, HOUSE, record, DANA, LATER),
        return_exceptions=True,
    )

    assert sum(isinstance(answer, Conflict) for answer in both) == 1
    (settling,) = (await find_settled(store, [record])).values()
    assert settling.outcome == next(answer.outcome for answer in both if isinstance(answer, Captured))
    assert len(await every_lead(store)) == (settling.outcome == "created")


async def test_within_a_day_of_another_lead_it_is_merged_into_that_one(store: Store) -> None:
    record = await quarantined(store)
    (near,) = await capture(store, intake(NOW + timedelta(hours=23), email="ann@firm.example.com"), now=LATER)

    released = await release(store, HOUSE, record, read(email="Ann@Firm.example.com", phone="+1 555 0100"), DANA, LATER)

    assert released.lead is not None
    assert near.lead is not None
    assert (released.outcome, released.lead.id) == ("duplicate", near.lead.id)
    assert (await store.get_lead(near.lead.id)).phone == "+1 555 0100"
    assert await broken_rules(store) == []


async def test_a_day_or_more_from_another_lead_it_is_one_of_its_own(store: Store) -> None:
    record = await quarantined(store)
    await capture(store, intake(NOW + timedelta(days=1), email="ann@firm.example.com"), now=LATER)

    released = await release(store, HOUSE, record, read(email="ann@firm.example.com"), DANA, LATER)

    assert released.outcome == "created"
    assert await broken_rules(store) == []


async def test_spam_is_confirmed_once_and_makes_no_lead(store: Store) -> None:
    record = await quarantined(store)

    first = await confirm_spam(store, HOUSE, record, DANA, LATER)
    second = await confirm_spam(store, HOUSE, record, Actor("user", "Somebody Else"), LATER)

    assert first == second
    (settling,) = (await find_settled(store, [record])).values()
    assert (settling.outcome, settling.replay_of, settling.lead_id) == ("spam", record.id, None)
    assert [fault.detail for fault in settling.faults] == ["confirmed as spam by Dana Okafor"]
    with pytest.raises(Conflict, match="confirmed as spam"):
        await release(store, HOUSE, record, read(), DANA, LATER)
    assert await every_lead(store) == []


async def test_what_was_confirmed_by_mistake_is_released_from_the_row_that_says_so(store: Store) -> None:
    record = await quarantined(store)
    confirmed = await confirm_spam(store, HOUSE, record, DANA, LATER)
    settling = await get_submission(store, confirmed.submission_id)

    released = await release(store, HOUSE, settling, read(), DANA, LATER)

    assert released.lead is not None
    assert released.lead.created_at == NOW
    assert (await get_submission(store, released.submission_id)).replay_of == settling.id


async def test_what_made_a_lead_is_not_released(store: Store) -> None:
    (captured,) = await capture(store, intake())
    record = await get_submission(store, captured.submission_id)

    with pytest.raises(Conflict, match="made a lead already"):
        await release(store, HOUSE, record, read(), DANA, LATER)
    with pytest.raises(Conflict, match="made a lead already"):
        await confirm_spam(store, HOUSE, record, DANA, LATER)


async def test_what_was_released_is_not_spam_any_more(store: Store) -> None:
    record = await quarantined(store)
    await release(store, HOUSE, record, read(), DANA, LATER)

    with pytest.raises(Conflict, match="released meanwhile"):
        await confirm_spam(store, HOUSE, record, DANA, LATER)


async def test_a_lead_that_no_store_can_hold_is_said_and_leaves_the_posting_settled_as_rejected(store: Store) -> None:
    record = await quarantined(store)

    with pytest.raises(Invalid):
        await release(store, HOUSE, record, replace(read(), company_name="x" * 300), DANA, LATER)

    (settling,) = (await find_settled(store, [record])).values()
    assert (settling.outcome, settling.replay_of) == ("rejected", record.id)
    released = await release(store, HOUSE, settling, read(), DANA, LATER)
    assert released.outcome == "created"


async def test_a_submission_that_is_not_there_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound):
        await get_submission(store, new_id())
    assert await find_settled(store, []) == {}


def test_the_settling_row_stands_beside_its_posting() -> None:
    ids = [new_id() for _ in range(200)]
    settling = [settling_id(posting) for posting in ids]

    assert len(set(settling) | set(ids)) == 400
    assert [settled.int >> 80 for settled in settling] == [posting.int >> 80 for posting in ids]
    assert {(settled.version, settled.variant) for settled in settling} == {(7, ids[0].variant)}
    assert settling == [settling_id(posting) for posting in ids]
