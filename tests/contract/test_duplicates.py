"""The window of 24 hours on every store: both directions, to the microsecond; and the events of providers."""

from datetime import UTC, datetime, timedelta

import pytest

from leadline.domain.leads import Lead
from leadline.ports import Store, Tx
from tests.builders import COLD, NOW, faulty_intake, intake
from tests.invariants import broken_rules, every_lead, trail
from tests.steps import add_reps, capture

DAY = timedelta(hours=24)
TICK = timedelta(microseconds=1)

WINDOWS = [
    (timedelta(0), "duplicate"),
    (DAY - TICK, "duplicate"),
    (DAY, "created"),
    (DAY + TICK, "created"),
    (-(DAY - TICK), "duplicate"),
    (-DAY, "created"),
    (-(DAY + TICK), "created"),
]


@pytest.mark.parametrize(("distance", "outcome"), WINDOWS)
async def test_the_window_ends_at_24_hours_in_both_directions(store: Store, distance: timedelta, outcome: str) -> None:
    await capture(store, intake(email="ann@firm.example.com"))

    (later,) = await capture(store, intake(NOW + distance, email="ann@firm.example.com"))

    assert later.outcome == outcome
    assert await broken_rules(store) == []


@pytest.mark.parametrize(("distance", "outcome"), WINDOWS)
async def test_the_window_is_the_same_within_a_batch(store: Store, distance: timedelta, outcome: str) -> None:
    one, other = intake(email="ann@firm.example.com"), intake(NOW + distance, email="ann@firm.example.com")

    captured = await capture(store, one, other)

    assert [c.outcome for c in captured] == ["created", outcome]
    assert await broken_rules(store) == []


async def test_midnight_parts_nothing(store: Store) -> None:
    midnight = datetime(2026, 11, 25, tzinfo=UTC)
    await capture(store, intake(midnight - TICK, email="ann@firm.example.com"))

    (after,) = await capture(store, intake(midnight, email="ann@firm.example.com"))

    assert after.outcome == "duplicate"


async def test_a_post_between_two_leads_goes_to_the_first_of_them(store: Store) -> None:
    for hours in (30, 0):
        await capture(store, intake(NOW + timedelta(hours=hours), email="ann@firm.example.com"))
    first = min(await every_lead(store), key=lambda lead: lead.created_at)

    (between,) = await capture(store, intake(NOW + timedelta(hours=15), email="ann@firm.example.com"))

    assert (between.outcome, between.lead and between.lead.id) == ("duplicate", first.id)


async def test_a_deleted_lead_is_no_first_lead(store: Store) -> None:
    (one,) = await capture(store, intake(email="ann@firm.example.com"))
    await mark_deleted(store, one.lead)

    (two,) = await capture(store, intake(NOW + TICK, email="ann@firm.example.com"))

    assert two.outcome == "created"


@pytest.mark.parametrize(
    ("one", "other", "outcome"),
    [
        ("Ann@Firm.example.com", "ann@firm.example.com", "duplicate"),
        ("ann@bücher.example", "ANN@xn--bcher-kva.example", "duplicate"),
        ("ann+news@firm.example.com", "ann@firm.example.com", "created"),
    ],
)
async def test_addresses_are_told_apart_by_their_key(store: Store, one: str, other: str, outcome: str) -> None:
    await capture(store, intake(email=one))

    (again,) = await capture(store, intake(email=other))

    assert again.outcome == outcome


async def test_a_duplicate_changes_the_lead_once_and_is_told_as_it_stands(store: Store) -> None:
    await capture(store, intake(email="ann@firm.example.com"))

    told = await capture(store, *(intake(email="ann@firm.example.com", message=str(i)) for i in range(2)))

    (lead,) = await every_lead(store)
    assert (told[1].lead, lead.version) == (lead, 2)
    assert [a.action_type for a in await trail(store, lead.id)].count("duplicate_submission") == 2


async def test_an_event_counts_once_within_a_batch(store: Store) -> None:
    one, two = (intake(endpoint="main", event_id="evt-1") for _ in range(2))

    captured = await capture(store, one, two)

    assert [c.submission_id for c in captured] == [one.id, one.id]
    assert [c.lead for c in captured] == [await store.get_lead(captured[0].lead.id)] * 2
    assert len(await every_lead(store)) == 1


async def test_an_event_that_comes_again_is_answered_as_the_first_time(store: Store) -> None:
    (one,) = await capture(store, intake(endpoint="main", event_id="evt-1"))

    (again,) = await capture(store, intake(NOW + timedelta(days=400), endpoint="main", event_id="evt-1"))

    assert again == one


async def test_an_event_that_was_faulty_stays_so_with_its_faults(store: Store) -> None:
    (one,) = await capture(store, faulty_intake(endpoint="main", event_id="evt-1"))

    (again,) = await capture(store, intake(endpoint="main", event_id="evt-1"))

    assert again == one
    assert again.faults
    assert await every_lead(store) == []


async def test_events_of_other_endpoints_and_postings_without_one_are_other_events(store: Store) -> None:
    same = {"event_id": "evt-1", **COLD}

    captured = await capture(
        store, intake(endpoint="main", **same), intake(endpoint="other", **same), intake(**same), intake(**same)
    )

    assert [c.outcome for c in captured] == ["created"] * 4


async def test_a_posting_that_is_sent_again_as_it_is_makes_no_second_lead_and_gets_its_first_answer(
    store: Store,
) -> None:
    await add_reps(store, 1)
    items = [intake(), faulty_intake(), intake(email="ann@firm.example.com"), intake(email="ann@firm.example.com")]
    first = await capture(store, *items)

    again = await capture(store, *items, intake())

    assert [(c.submission_id, c.outcome, c.faults) for c in again[:-1]] == [(c.submission_id, c.outcome, c.faults) for c in first]  # fmt: skip
    assert [c.lead and c.lead.id for c in again[:-1]] == [c.lead and c.lead.id for c in first]
    assert again[-1].outcome == "created"
    assert await broken_rules(store) == []


async def mark_deleted(store: Store, lead: Lead | None) -> None:
    assert lead is not None

    async def work(tx: Tx) -> None:
        (found,) = await tx.leads([lead.id])
        found.is_deleted = True
        tx.update_leads([found])

    await store.transact(work, routing=True)
