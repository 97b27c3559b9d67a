"""A row that the store refuses, past the parser, on every store: its neighbours are saved once, it is kept as rejected."""

from dataclasses import replace
from typing import Any

import pytest

from leadline.domain.errors import Fault
from leadline.domain.intake import Intake
from leadline.ports import Store
from tests.builders import faulty_intake, intake
from tests.invariants import broken_rules, every_lead, pages
from tests.steps import add_reps, capture


def bad(**fields: Any) -> Intake:
    """A posting whose submission holds what no parser would let through."""
    item = intake()
    assert item.submission is not None
    return replace(item, submission=replace(item.submission, **fields))


BAD: dict[str, dict[str, Any]] = {
    "a NUL": {"company_name": "Ac\0me"},
    "a name of 300 characters": {"contact_name": "x" * 300},
    "half of a surrogate pair": {"message": "\ud800"},
    # PostgreSQL never sees this one: its driver cannot write it.
    "a number for a text": {"linkedin_url": 7},
}


@pytest.mark.parametrize("fields", BAD.values(), ids=BAD)
async def test_sixty_three_are_saved_once_and_the_bad_one_is_kept_as_rejected(
    store: Store, fields: dict[str, Any]
) -> None:
    await add_reps(store, 3, max_active_leads=30)
    items = [intake() for _ in range(64)]
    items[37] = bad(**fields)

    captured = await capture(store, *items)

    assert [c.submission_id for c in captured] == [item.id for item in items]
    assert [c.outcome for c in captured] == ["created"] * 37 + ["rejected"] + ["created"] * 26
    assert (captured[37].lead, len(captured[37].faults)) == (None, 1)
    (kept,) = await store.find_submissions([items[37].id])
    assert (kept.outcome, kept.payload, kept.faults) == ("rejected", items[37].payload, list(captured[37].faults))
    assert len(await every_lead(store)) == 63
    assert await broken_rules(store) == []


async def test_several_bad_rows_spoil_nothing_either(store: Store) -> None:
    items = [bad(**BAD["a NUL"]), intake(), bad(**BAD["a NUL"]), faulty_intake(), bad(contact_name="x" * 300)]

    captured = await capture(store, *items)

    assert [c.outcome for c in captured] == ["rejected", "created", "rejected", "rejected", "rejected"]
    assert await broken_rules(store) == []


async def test_a_duplicate_of_a_lead_in_the_same_batch_survives_the_halving(store: Store) -> None:
    items = [intake(email="ann@firm.example.com"), intake(), bad(message="\0"), intake(email="ann@firm.example.com")]

    captured = await capture(store, *items)

    assert [c.outcome for c in captured] == ["created", "created", "rejected", "duplicate"]
    assert captured[3].lead == await store.get_lead(captured[0].lead.id if captured[0].lead else items[0].id)
    assert await broken_rules(store) == []


@pytest.mark.parametrize(
    "mark", [{"request_id": "x" * 101}, {"endpoint": "x" * 101}, {"endpoint": "m", "event_id": "\0"}]
)
async def test_marks_that_fit_no_column_do_not_lose_what_was_sent(store: Store, mark: dict[str, Any]) -> None:
    items = [intake(), replace(intake(), **mark), replace(faulty_intake(payload=b"raw"), **mark)]

    captured = await capture(store, *items)

    rows = await pages(lambda position, limit: store.list_submissions(None, None, position, limit))
    assert [c.outcome for c in captured] == ["created", "rejected", "rejected"]
    assert [(row.id, row.payload) for row in rows[::-1]] == [(item.id, item.payload) for item in items]
    assert await broken_rules(store) == []


async def test_a_refusal_names_its_reason_and_nobody_elses_data(store: Store) -> None:
    (captured,) = await capture(store, bad(company_name="secret " * 60))

    (fault,) = captured.faults
    assert isinstance(fault, Fault)
    assert "secret" not in fault.detail
