"""The doctor on every store: each thing that can be wrong is named with its cure, what is mechanical is mended, and nothing is
found that only was read at two moments."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from leadline.domain.activities import SYSTEM, note_added
from leadline.domain.default_ruleset import DEFAULT_RULESET
from leadline.domain.findings import FIX, Finding
from leadline.domain.intake import SubmissionRecord
from leadline.domain.leads import Lead
from leadline.domain.notifications import Notification
from leadline.domain.users import User, UserChange
from leadline.ids import new_id
from leadline.ports import Store, Tx
from leadline.usecases.doctor import examine
from leadline.usecases.index import index_leads
from leadline.usecases.mend import examine_and_mend, mend_counters
from leadline.usecases.rules import current_ruleset
from tests.builders import COLD, HOUSE, NOW, an_id, deciding, faulty_intake, intake
from tests.invariants import every_lead
from tests.racing import race
from tests.steps import add_reps, advance, bump, capture, captured_lead, put, rewrite

LATER = NOW + timedelta(hours=1)


@dataclass
class House:
    """A small house in order: a rep with a Hot lead and no more room, a lead that waits, a Cold one."""

    store: Store
    rep: User
    hot: Lead
    waiting: Lead
    cold: Lead


async def in_order(store: Store) -> House:
    await current_ruleset(store, DEFAULT_RULESET, NOW)
    (rep,) = await add_reps(store, 1, max_active_leads=1)
    await capture(store, faulty_intake())
    house = House(store, rep, *[await captured_lead(store, intake(**more)) for more in ({}, {}, COLD)])
    await advance(store, house.hot.id, "Contacted", at=LATER)
    await index_leads(store, None)
    return house


async def findings(store: Store) -> list[Finding]:
    return (await examine(store, None)).findings


async def write(store: Store, name: str, rows: list[Any]) -> None:
    """Rows past every rule."""

    async def work(tx: Tx) -> None:
        getattr(tx, name)(rows)

    await store.transact(work)


def change(which: str, **fields: Any) -> Callable[[House], Awaitable[None]]:
    return lambda house: rewrite(house.store, getattr(house, which).id, **fields)


async def take_the_owner_away(house: House) -> None:
    await rewrite(house.store, house.hot.id, assigned_to=None)
    await bump(house.store, UserChange(house.rep.id, current_lead_count=-1))


async def make_a_namesake(house: House) -> None:
    twin = replace(house.cold, id=an_id(7), created_at=house.cold.created_at + timedelta(hours=23))
    await put(house.store, [twin])


async def file_wrongly(house: House) -> None:
    await write(house.store, "set_index", [(house.hot.id, ["nonsense"], "+15550100999")])


def entry(lead_id: UUID) -> Any:
    return note_added(new_id(), lead_id, "a note", SYSTEM, NOW)


def told_again(house: House) -> Notification:
    at = LATER + timedelta(days=1)
    return Notification(new_id(), "email", "lead_waiting", "m@x.example.com", at, lead_id=house.waiting.id)


# What is broken, which rules speak up, and whether --fix mends all of it.
BROKEN: dict[str, tuple[Callable[[House], Awaitable[None]], set[str], bool]] = {
    "a count too many": (lambda h: bump(h.store, UserChange(h.rep.id, current_lead_count=1)), {"counters"}, True),
    "a count too few, so that one waits for nothing": (
        lambda h: bump(h.store, UserChange(h.rep.id, current_lead_count=-1)), {"counters", "waiting"}, True,
    ),
    "totals": (
        lambda h: bump(h.store, UserChange(h.rep.id, total_leads_assigned=2, total_leads_qualified=-1)), {"counters"}, True,
    ),
    "response sums": (
        lambda h: bump(h.store, UserChange(h.rep.id, response_minutes_sum=9, response_count=1)), {"counters"}, True,
    ),
    "an answer behind the score": (change("hot", industry="Education"), {"score"}, True),
    "a score of its own": (change("cold", lead_score=100, category="Hot"), {"score", "trail", "waiting"}, True),
    "a rule set that is not there": (change("cold", ruleset_version=7), {"score"}, False),
    "an owner taken away": (take_the_owner_away, {"waiting", "trail"}, False),
    "a place on the waiting list for a Cold lead": (
        change("cold", waiting_since=NOW, waiting_reason="no_capacity", route_decision={"how": "waiting", "reason": "no_capacity"}),
        {"waiting"}, False,
    ),
    "a wait without a reason": (change("waiting", waiting_reason=None), {"waiting"}, False),
    "a status that was never reached": (change("cold", status="Qualified"), {"lead", "trail"}, False),
    "a deletion without a time": (change("cold", is_deleted=True), {"lead", "trail"}, False),
    "another address than its key": (change("cold", email="somebody@else.example.com"), {"lead"}, False),
    "two leads of one address": (make_a_namesake, {"duplicates", "trail", "submissions"}, False),
    "other search words": (file_wrongly, {"search"}, True),
    "signals that nobody sent": (change("cold", email_reply_count=1), {"score", "trail"}, False),
    "an entry about nothing": (lambda h: write(h.store, "add_activities", [entry(an_id(99))]), {"orphans"}, False),
    "a message about nothing": (
        lambda h: write(h.store, "add_notifications", [replace(told_again(h), lead_id=an_id(99))]), {"orphans"}, False,
    ),
    "a wait that is told twice": (lambda h: write(h.store, "add_notifications", [told_again(h)]), {"waiting"}, False),
    "a posting that claims a lead": (
        lambda h: write(h.store, "add_submissions", [SubmissionRecord(new_id(), "api", b"", "created", NOW, an_id(99))]),
        {"submissions"}, False,
    ),
    "a lead that was made twice": (
        lambda h: write(h.store, "add_submissions", [SubmissionRecord(new_id(), "api", b"", "created", NOW, h.cold.id)]),
        {"submissions"}, False,
    ),
}  # fmt: skip


async def test_in_a_house_in_order_nothing_is_found(store: Store) -> None:
    await in_order(store)

    examination = await examine(store, None)

    assert examination.findings == []
    assert examination.looked_at == {
        "users": 1, "leads": 3, "activities": 5, "submissions": 4, "notifications": 2,
    }  # fmt: skip


@pytest.mark.parametrize("case", BROKEN, ids=BROKEN)
async def test_what_is_broken_is_named_with_its_cure_and_mended_where_that_is_mechanical(
    store: Store, case: str
) -> None:
    break_it, rules, is_mended = BROKEN[case]
    await break_it(await in_order(store))

    found = await findings(store)
    first, last = await examine_and_mend(store, deciding(LATER), None)

    assert {finding.rule for finding in found} == rules
    assert all(finding.where and finding.what and finding.cure for finding in found)
    assert first.findings == found
    assert (last.findings == []) == is_mended, last.findings
    assert all(finding.cure != FIX for finding in last.findings)


async def test_mending_says_in_the_trail_what_it_did_to_a_lead(store: Store) -> None:
    house = await in_order(store)
    await rewrite(store, house.cold.id, industry="Software/SaaS", company_size="1000+", inquiry_type="Demo Request")

    await examine_and_mend(store, deciding(LATER, SYSTEM), None)

    mended = await store.get_lead(house.cold.id)
    assert (mended.lead_score, mended.category, mended.waiting_reason) == (80, "Hot", "no_capacity")
    told = (await store.list_activities(mended.id, None, 2)).items
    assert {row.description for row in told} == {
        f"Score went from {house.cold.lead_score} to 80: the doctor scored it again",
        "Went from Cold to Hot",
    }


async def test_of_two_doctors_who_found_the_same_drift_one_mends_it(store: Store) -> None:
    house = await in_order(store)
    await bump(store, UserChange(house.rep.id, total_leads_assigned=5))
    found = await examine(store, None)

    for _ in range(2):
        await mend_counters(store, found.drifts, found.seen, deciding(LATER))

    assert (await store.get_user(house.rep.id)).total_leads_assigned == house.rep.total_leads_assigned + 1
    assert await findings(store) == []


async def test_a_mended_count_gives_the_places_that_it_frees_to_those_who_wait(store: Store) -> None:
    house = await in_order(store)
    await bump(store, UserChange(house.rep.id, current_lead_count=3))
    await change_cap(store, house.rep, 3)

    await examine_and_mend(store, deciding(LATER), None)

    assert (await store.get_lead(house.waiting.id)).assigned_to == house.rep.id
    assert (await store.get_user(house.rep.id)).current_lead_count == 2


async def change_cap(store: Store, rep: User, cap: int) -> None:
    stored = await store.get_user(rep.id)
    await write(store, "update_users", [replace(stored, max_active_leads=cap)])


async def test_nothing_is_found_and_the_right_is_mended_while_leads_keep_arriving(store: Store, backend: str) -> None:
    """The drift is of the moment that was looked at; what is counted meanwhile is counted on both sides."""
    acts = 15 if backend == "firestore" else 60
    await current_ruleset(store, DEFAULT_RULESET, NOW)
    reps = await add_reps(store, 4, max_active_leads=3)
    await capture(store, *(intake() for _ in range(6)))
    racing = asyncio.create_task(race(store, 5, acts, at_once=4))
    looks = []
    while not racing.done():
        looks.append(await findings(store))
        await asyncio.sleep(0)
    await racing
    await bump(store, UserChange(reps[0].id, current_lead_count=2, total_leads_assigned=-3))
    again = asyncio.create_task(race(store, 6, acts, at_once=4))

    await examine_and_mend(store, deciding(LATER), None)
    await again

    assert looks
    assert [finding for found in looks for finding in found] == []
    assert await findings(store) == []
    assert len(await every_lead(store)) > 6


def test_the_house_of_these_tests_scores_by_the_rule_set_that_is_published() -> None:
    assert HOUSE.scorer.version == DEFAULT_RULESET.version
