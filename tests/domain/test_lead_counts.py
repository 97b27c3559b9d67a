"""The counts of leads by sort: which cell a lead counts in, and what changes add up to."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.domain.findings import FIX
from leadline.domain.lead_counts import Cell, added, cell_of, deltas, drift, drift_findings, open_counts
from leadline.domain.leads import CATEGORIES, STATUSES, Lead, is_open, is_visible
from tests.builders import NOW, an_id, lead

OWNERS = [None, an_id(1), an_id(2)]
HOT, COLD = (Cell(an_id(1), category, "New", False, False) for category in ("Hot", "Cold"))


@st.composite
def leads(draw: st.DrawFn) -> Lead:
    return lead(
        id=an_id(7),
        assigned_to=draw(st.sampled_from(OWNERS)),
        category=draw(st.sampled_from(CATEGORIES)),
        status=draw(st.sampled_from(STATUSES)),
        waiting_since=draw(st.sampled_from([None, NOW])),
        needs_review=draw(st.booleans()),
        is_deleted=draw(st.booleans()),
        is_spam=draw(st.booleans()),
    )


HOUSES = st.lists(st.one_of(st.none(), leads()), min_size=6, max_size=6)


def recounted(house: list[Lead | None]) -> dict[Cell, int]:
    return dict(Counter(cell for each in house if each is not None and (cell := cell_of(each)) is not None))


@pytest.mark.parametrize(
    ("fields", "cell"),
    [
        ({}, Cell(None, "Cold", "New", False, False)),
        ({"assigned_to": an_id(1), "category": "Hot"}, HOT),
        ({"waiting_since": NOW}, Cell(None, "Cold", "New", True, False)),
        ({"needs_review": True, "status": "Disqualified"}, Cell(None, "Cold", "Disqualified", False, True)),
        ({"is_deleted": True}, None),
        ({"is_spam": True}, None),
    ],
)
def test_a_visible_lead_counts_in_the_cell_of_its_sort_and_another_in_none(
    fields: dict[str, Any], cell: Cell | None
) -> None:
    plain = replace(lead(), category="Cold", status="New", assigned_to=None, waiting_since=None, needs_review=False)

    assert cell_of(replace(plain, **fields)) == cell


@given(HOUSES, HOUSES)
def test_what_changes_add_makes_the_counts_of_before_those_of_after(
    before: list[Lead | None], after: list[Lead | None]
) -> None:
    cells = [[None if each is None else cell_of(each) for each in house] for house in (before, after)]

    changes = deltas(zip(*cells, strict=True))

    assert added(recounted(before), changes) == recounted(after)
    assert 0 not in changes.values()


def test_moves_that_outweigh_each_other_add_nothing() -> None:
    assert deltas([(HOT, COLD), (COLD, HOT), (HOT, HOT), (None, None)]) == {}


@given(HOUSES, st.lists(st.sampled_from([*OWNERS, an_id(3)]), max_size=2))
def test_the_numbers_on_the_tabs_are_those_of_the_open_leads_of_these_owners(
    house: list[Lead | None], owners: Any
) -> None:
    seen = [each for each in house if each is not None and is_open(each) and is_visible(each)]
    theirs = [each for each in seen if not owners or each.assigned_to in owners]

    assert open_counts(recounted(house), owners) == {
        **{category: sum(each.category == category for each in theirs) for category in CATEGORIES},
        "waiting": sum(each.waiting_since is not None for each in theirs),
        "needs_review": sum(each.needs_review for each in theirs),
    }


@given(HOUSES, HOUSES)
def test_drift_is_what_the_kept_counts_lack_of_a_recount(kept: list[Lead | None], counted: list[Lead | None]) -> None:
    lacking = drift(recounted(kept), recounted(counted))

    assert added(recounted(kept), lacking) == recounted(counted)
    assert drift(recounted(kept), recounted(kept)) == {}


def test_a_finding_says_which_leads_are_counted_wrongly_and_how() -> None:
    waiting = Cell(None, "Warm", "New", True, True)

    found = list(drift_findings({HOT: 2, COLD: 1}, {COLD: 1, waiting: 1}))

    assert [finding.where for finding in found] == [f"lead_counts/{an_id(1)}", "lead_counts/nobody"]
    assert "are kept as 2, and a recount says 0" in found[0].what
    assert found[1].what == (
        "Warm leads of nobody in New, waiting and in need of a review, are kept as 0, and a recount says 1"
    )
    assert {finding.cure for finding in found} == {FIX}
