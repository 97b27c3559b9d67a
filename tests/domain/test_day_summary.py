"""The summary of a day: every posting once, under the last word on it, and nothing lost that is not."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from leadline.domain.day_summary import bounds_of, leads_named, summarize
from leadline.domain.intake import OUTCOMES, Outcome, SubmissionRecord, first_id_at, settling_id
from leadline.ids import new_id
from tests.builders import NOW, an_id

DAY = date(2026, 11, 24)


def row(outcome: Outcome = "created", lead: int | None = 1, **changes: object) -> SubmissionRecord:
    made = SubmissionRecord(new_id(), "form", b"", outcome, NOW, lead_id=an_id(lead) if lead else None)
    return replace(made, **changes)  # type: ignore[arg-type]


def settled(posting: SubmissionRecord, outcome: Outcome, lead: int | None = None) -> SubmissionRecord:
    return row(outcome, lead, id=settling_id(posting.id), replay_of=posting.id)


def test_each_posting_counts_under_the_last_word_on_it() -> None:
    waits, released, spam = (row("quarantined", None) for _ in range(3))
    confirmed = settled(spam, "spam")
    rows = [row(), row("duplicate"), row("rejected", None), waits, released, spam, confirmed]
    # Released as spam, and then after all.
    rows += [settled(released, "created", 2), settled(confirmed, "created", 3)]

    summary = summarize(DAY, rows, {an_id(1), an_id(2), an_id(3)})

    assert summary.line() == "2026-11-24: received 6, created 3, duplicate 1, rejected 1, spam 0, quarantined 1, lost 0"


def test_what_was_accepted_and_has_no_lead_is_lost_and_named() -> None:
    without, gone, refused = row(lead=None), row("duplicate", 5), row("rejected", None)
    release = settled(row("quarantined", None), "created", 6)

    summary = summarize(DAY, [without, gone, refused, row(), release], {an_id(1)})

    assert set(summary.lost) == {without.id, gone.id, release.id}
    assert leads_named([without, gone, refused, release]) == {an_id(5), an_id(6)}


@given(st.lists(st.tuples(st.sampled_from(OUTCOMES), st.none() | st.sampled_from(OUTCOMES)), max_size=12), st.randoms())
def test_the_figures_add_up_in_any_order(postings: list[tuple[Outcome, Outcome | None]], chance: st.DataObject) -> None:
    rows = []
    for outcome, then in postings:
        rows.append(posting := row(outcome))
        rows += [settled(posting, then, 1)] if then else []
    chance.shuffle(rows)  # type: ignore[attr-defined]

    summary = summarize(DAY, rows, {an_id(1)})

    assert summary.received == len(postings) == sum(summary.outcomes.values())
    assert summary.lost == []


@given(st.integers(0, 4_000_000_000))
def test_a_bound_of_ids_parts_what_was_made_before_from_what_was_made_since(second: int) -> None:
    at = datetime.fromtimestamp(second, UTC)
    bound = first_id_at(at)
    start, end = bounds_of(DAY)

    assert bound.int >> 80 == second * 1000
    assert first_id_at(at + timedelta(milliseconds=1)).int == bound.int + (1 << 80)
    assert first_id_at(start) < first_id_at(end)
    assert (end - start).days == 1
