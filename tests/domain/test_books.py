"""The books: who is given credit for what, and how far the trail and the lead may differ."""

from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.domain import activities as a
from leadline.domain.activities import SYSTEM, Activity
from leadline.domain.books import COUNTERS, Books, kept_its_score, trail_findings
from leadline.domain.leads import Status
from leadline.domain.users import counted
from tests.builders import NOW, an_id, lead, user

ANN, BEN = user(id=an_id(1), full_name="Ann"), user(id=an_id(2), full_name="Ben")
LEAD = lead(id=an_id(3))
_ids = count(10)


def given_to(person: Any) -> Activity:
    return a.assigned(an_id(next(_ids)), LEAD.id, person, "hand", SYSTEM, NOW)


def taken() -> Activity:
    return a.unassigned(an_id(next(_ids)), LEAD.id, ANN, SYSTEM, NOW)


def moved(old: Status, new: Status, minutes: int = 0) -> Activity:
    return a.status_changed(an_id(next(_ids)), LEAD.id, old, new, SYSTEM, NOW + timedelta(minutes=minutes))


def created() -> Activity:
    return a.lead_created(an_id(next(_ids)), LEAD, SYSTEM, NOW)


def test_each_first_step_is_credited_to_whoever_owned_the_lead_then() -> None:
    books = Books()

    books.enter(
        LEAD,
        [created(), given_to(ANN), moved("New", "Contacted", 9), given_to(BEN), moved("Contacted", "Qualified"),
         moved("Qualified", "Disqualified"), moved("Disqualified", "New"), moved("New", "Contacted", 99), taken()],
    )  # fmt: skip

    assert dict(books.counts[ANN.id]) == {
        "total_leads_assigned": 1, "total_leads_contacted": 1, "response_minutes_sum": 9, "response_count": 1,
    }  # fmt: skip
    assert dict(books.counts[BEN.id]) == {"total_leads_assigned": 1, "total_leads_qualified": 1}


def test_an_imported_lead_is_left_out_of_the_response_figures() -> None:
    books = Books()

    books.enter(lead(import_id=an_id(7)), [given_to(ANN), moved("New", "Contacted", 9)])

    assert dict(books.counts[ANN.id]) == {"total_leads_assigned": 1, "total_leads_contacted": 1}


@given(st.fixed_dictionaries({name: st.integers(-9, 9) for name in COUNTERS}))
def test_a_drift_that_is_added_leaves_nothing_to_find(wrong: dict[str, int]) -> None:
    books = Books()
    books.enter(lead(assigned_to=ANN.id), [given_to(ANN), moved("New", "Contacted", 5)])
    drifted = user(id=ANN.id, **wrong)

    mended = counted(drifted, books.drift(drifted))

    assert list(books.findings(mended)) == []
    assert mended.avg_response_time_minutes == 5


@pytest.mark.parametrize(
    ("status", "trail", "kept"),
    [
        ("Disqualified", [], False),
        ("Disqualified", ["edited", "status_changed"], False),
        ("Disqualified", ["status_changed", "edited"], True),
        ("Opportunity", ["status_changed", "duplicate_submission", "note_added"], True),
        ("Opportunity", ["engagement", "status_changed"], True),
        ("Contacted", ["status_changed", "edited"], False),
    ],
)
def test_a_closed_lead_keeps_its_score_whatever_comes_after(status: Status, trail: list[Any], kept: bool) -> None:
    entries = [a.record(kind, an_id(next(_ids)), LEAD.id, "", SYSTEM, NOW) for kind in trail]

    assert kept_its_score(lead(status=status), entries) == kept


def test_a_trail_that_tells_of_the_lead_as_it_is_is_no_finding() -> None:
    owned = lead(id=LEAD.id, assigned_to=BEN.id, status="Contacted")

    assert list(trail_findings(owned, [created(), given_to(ANN), given_to(BEN), moved("New", "Contacted")])) == []


@pytest.mark.parametrize(
    ("trail", "said"),
    [
        ([], "0 entries lead_created"),
        ([created(), created()], "2 entries lead_created"),
        ([created(), given_to(ANN)], "its assigned_to is None"),
        ([created(), moved("New", "Contacted")], "its status is New"),
        ([created(), a.deleted(an_id(5), LEAD.id, SYSTEM, NOW)], "its is_deleted is False"),
        ([created(), a.score_updated(an_id(5), LEAD.id, 0, 9, "why", SYSTEM, NOW)], "its lead_score is 0"),
    ],
)
def test_a_trail_that_tells_something_else_is_one(trail: list[Activity], said: str) -> None:
    (found,) = trail_findings(LEAD, trail)

    assert (found.where, said in found.what) == (f"leads/{LEAD.id}", True)
