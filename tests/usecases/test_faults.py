"""The n-th call to the store fails, for every n, in every use case whose repetition is harmless: afterwards all of it is done, or
nothing. (A note is written as often as it is sent.)"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from leadline.domain.errors import Conflict, LeadlineError, NotFound, Unavailable
from leadline.domain.idempotency import Once
from leadline.domain.intake import Captured, SubmissionRecord
from leadline.domain.lead_lists import LeadQuery
from leadline.domain.leads import Status
from leadline.domain.submission import parse_submission
from leadline.domain.users import User
from leadline.ports import Store
from leadline.usecases import hand_over, mark
from leadline.usecases.accounts import end_session, hash_of, resume_session
from leadline.usecases.capture import capture_leads
from leadline.usecases.index import index_leads
from leadline.usecases.one_lead import Act, change_lead
from leadline.usecases.release import confirm_spam, get_submission, release
from leadline.usecases.signals import Signal, count_signal
from tests.builders import COLD, HOUSE, NOW, ROBOT, body, deciding, faulty_intake, intake
from tests.faults import Kind, digest
from tests.invariants import broken_rules, every_lead
from tests.rule_sets import TURNED, begin, publish, rescore
from tests.sessions import start_session
from tests.steps import add_reps, advance, capture, change
from tests.usecases.conftest import Fresh

CALLS_MAX = 60
LATER = NOW + timedelta(hours=1)
ANN, BEN = "ann@firm.example.com", "ben@firm.example.com"


@dataclass(frozen=True)
class Case:
    """A use case: what is there before, and what it does to what that gave back. Doing it again is harmless, or a Conflict."""

    before: Callable[[Store], Awaitable[Any]]
    act: Callable[[Store, Any], Awaitable[Any]]


async def leads_of_a_full_rep(store: Store) -> UUID:
    """A rep with one lead and no room, and another lead that waits."""
    await add_reps(store, 1, max_active_leads=1)
    first, _ = await capture(store, intake(email=ANN), intake(email=BEN))
    assert first.lead is not None
    return first.lead.id


def step(status: Status, *start: Status) -> Case:
    async def before(store: Store) -> UUID:
        lead_id = await leads_of_a_full_rep(store)
        await advance(store, lead_id, *start)
        return lead_id

    return Case(before, lambda store, lead_id: advance(store, lead_id, status, at=LATER))


BATCH = [
    intake(email=ANN, endpoint="main", event_id="evt-1"),
    intake(email=BEN, company_size="1000+"),
    faulty_intake(),
    intake(email=ANN, phone="+1-555-0100"),
    intake(email="cleo@firm.example.com"),
]


async def a_lead_before(store: Store) -> None:
    await add_reps(store, 1, max_active_leads=1)
    await capture(store, intake(email=BEN))


async def post(store: Store, _: None) -> None:
    captured = await capture(store, *BATCH)
    assert [c.submission_id for c in captured] == [item.id for item in BATCH]
    assert [c.outcome for c in captured] == ["created", "duplicate", "rejected", "duplicate", "created"]
    assert [c.lead and c.lead.email_key for c in captured] == [i.submission and i.submission.email_key for i in BATCH]


async def two_reps_of_whom_one_has_leads(store: Store) -> User:
    rep, _ = await add_reps(store, 2, max_active_leads=2)
    await capture(store, *(intake(email=f"lead{n}@firm.example.com") for n in range(5)))
    return rep


async def rules_by_which_two_leads_are_hot(store: Store) -> None:
    await begin(store)
    await add_reps(store, 1, max_active_leads=1)
    await capture(store, intake(email=ANN, **COLD), intake(email=BEN, **COLD))
    await publish(store, TURNED)


async def two_leads_wait(store: Store) -> None:
    await capture(store, intake(email=ANN), intake(email=BEN))


POSTING = faulty_intake(way_in="webflow", failed_as="quarantined", endpoint="main")


async def a_posting_that_made_no_lead(store: Store) -> SubmissionRecord:
    await a_lead_before(store)
    await capture(store, POSTING)
    return await get_submission(store, POSTING.id)


def released(store: Store, record: SubmissionRecord) -> Awaitable[Captured]:
    return release(store, HOUSE, record, parse_submission(body(email=ANN), strict=False), ROBOT, LATER)


KEY = Once(b"a key", b"a request", lambda captured: (201, str(captured.lead and captured.lead.id).encode()))


async def post_under_a_key(store: Store, _: None) -> None:
    """The same request, come anew: its posting has another id each time."""
    (captured,) = await capture(store, intake(email="dora@firm.example.com", once=KEY))
    (lead,) = [lead for lead in await every_lead(store) if lead.email_key == "dora@firm.example.com"]
    assert (captured.kept.body if captured.kept else KEY.answer(captured)[1]) == str(lead.id).encode()


VISIT = Signal("pricing_page_visit", "evt-7", LATER, email_key=ANN)


def on_lead(act: Act) -> Case:
    """An act on a lead that a full rep has, while another waits for the place."""
    return Case(leads_of_a_full_rep, lambda store, lead_id: change_lead(store, lead_id, act, deciding(LATER)))


CASES = {
    "capture": Case(a_lead_before, post),
    "capture under a key": Case(a_lead_before, post_under_a_key),
    "add users": Case(two_leads_wait, lambda store, _: add_reps(store, 1, LATER, email="new@x.example.com")),
    "a rep leaves": Case(two_reps_of_whom_one_has_leads, lambda store, rep: change(store, rep, LATER, is_active=False)),
    "a cap is raised": Case(
        two_reps_of_whom_one_has_leads, lambda store, rep: change(store, rep, LATER, max_active_leads=3)
    ),
    "contact": step("Contacted"),
    "qualify": step("Qualified", "Contacted"),
    "opportunity": step("Opportunity", "Contacted", "Qualified"),
    "disqualify": step("Disqualified"),
    "reopen": step("New", "Disqualified"),
    "unassign": on_lead(hand_over.unassign),
    "flag": on_lead(mark.set_priority(True)),
    "spam": on_lead(mark.set_spam(True)),
    "edit": on_lead(mark.edit({"company_size": "1-10", "industry": "Retail"})),
    "delete": on_lead(mark.delete),
    "release": Case(a_posting_that_made_no_lead, released),
    "confirm spam": Case(
        a_posting_that_made_no_lead, lambda store, record: confirm_spam(store, HOUSE, record, ROBOT, LATER)
    ),
    "index": Case(leads_of_a_full_rep, lambda store, _: index_leads(store, "US")),
    "rescore": Case(rules_by_which_two_leads_are_hot, lambda store, _: rescore(store, at=LATER)),
    "signal": Case(leads_of_a_full_rep, lambda store, _: count_signal(store, VISIT, deciding(LATER))),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
async def test_a_use_case_is_done_wholly_or_not_at_all(fresh: Fresh, case: Case, kind: Kind) -> None:
    store, _ = await fresh()
    given = await case.before(store)
    before = await digest(store)
    await case.act(store, given)
    after = await digest(store)
    assert await broken_rules(store, may_exceed=[user.id for user in await store.list_users()]) == []

    for nth in range(1, CALLS_MAX):
        store, faults = await fresh()
        given = await case.before(store)
        faults.arm(nth, kind)
        await attempt(case.act(store, given))
        faults.disarm()

        assert await digest(store) in (before, after), f"half done after call {nth}"
        await attempt(case.act(store, given))
        assert await digest(store) == after, f"not made good after call {nth}"
        if not faults.has_fired:
            return
    raise AssertionError("the use case makes more calls than this test tries")


async def attempt(doing: Awaitable[Any]) -> None:
    """Do it, as somebody who is told of an outage, or that it is done already."""
    try:
        await doing
    except (Unavailable, Conflict, NotFound):
        return


async def test_logging_in_and_out_is_done_or_not(fresh: Fresh, kind: Kind) -> None:
    for nth in range(1, CALLS_MAX):
        store, faults = await fresh()
        (person,) = await add_reps(store, 1)
        token = await start_session(store, person, NOW)
        faults.arm(nth, kind)
        user = await told_or_none(resume_session(store, token, LATER))
        ended = await told_or_none(end_session(store, token, LATER), done=True)
        faults.disarm()

        session = await store.find_session(hash_of(token))
        assert session is not None
        assert session.seen_at in (NOW, LATER)
        assert user is None or user.id == person.id
        if ended:
            assert session.revoked_at == LATER
        if not faults.has_fired:
            return
    raise AssertionError("more calls than this test tries")


async def told_or_none(doing: Awaitable[Any], done: Any = None) -> Any:
    try:
        return await doing or done
    except LeadlineError:
        return None


async def test_a_capture_whose_answer_was_lost_tells_the_truth(fresh: Fresh, kind: Kind) -> None:
    """The commit took place (after) or did not (before): what is answered is what is there, and a second try makes no second
    lead."""
    for nth in range(1, CALLS_MAX):
        store, faults = await fresh()
        item = intake(email=ANN)
        faults.arm(nth, kind)
        try:
            (told,) = await capture_leads(store, HOUSE, [item], NOW)
        except Unavailable:
            told = None
        faults.disarm()

        leads = (await store.list_leads(LeadQuery(), None, 10)).items
        # One lost answer can be looked up; only a store that stays away leaves the poster without one.
        assert told is not None or not leads or kind == "for_good"
        if told is not None:
            assert (told.outcome, [told.lead]) == ("created", leads)
        (again,) = await capture_leads(store, HOUSE, [item], NOW)
        (person_again,) = await capture_leads(store, HOUSE, [intake(email=ANN)], NOW)
        (lead,) = (await store.list_leads(LeadQuery(), None, 10)).items
        assert (again.outcome, again.lead and again.lead.id) == ("created", lead.id)
        assert (person_again.outcome, person_again.lead and person_again.lead.id) == ("duplicate", lead.id)
        if not faults.has_fired:
            return
    raise AssertionError("more calls than this test tries")
