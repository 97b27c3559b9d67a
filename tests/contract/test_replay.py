"""Replaying on every store: what a mended mapping reads becomes the lead it would have been, once, however often it is run."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from leadline.domain.activities import SYSTEM
from leadline.domain.endpoints import Endpoint
from leadline.domain.errors import Fault, NotFound
from leadline.domain.intake import Intake, SubmissionRecord, settling_id
from leadline.ids import new_id
from leadline.ports import Store
from leadline.sources.payloads import read_into
from leadline.usecases.release import confirm_spam
from leadline.usecases.replay import Replayed, Wanted, replay
from tests.builders import HOUSE, NOW, faulty_intake
from tests.invariants import broken_rules, every_lead, pages
from tests.steps import add_reps, capture

LATER = NOW + timedelta(days=2)
MENDED = Endpoint(
    new_id(), "main", "webflow", "", NOW, NOW,
    mapping={"Wohin?": "email"}, defaults={"industry": "Manufacturing"}, source="Messe 2026",
)  # fmt: skip


def misread(address: str, minutes: int = 0, **fields: Any) -> Intake:
    """A hook's posting whose address stood under a label that nobody knew."""
    at = NOW + timedelta(minutes=minutes)
    payload = json.dumps({"payload": {"data": {"Wohin?": address}}}).encode()
    given = {"way_in": "webflow", "payload": payload, "failed_as": "quarantined", "endpoint": "main"}
    return faulty_intake(at, **(given | fields))


async def run(store: Store, *, dry_run: bool = False, **wanted: Any) -> Replayed:
    async def read(item: Intake) -> None:
        read_into(item, MENDED)

    return await replay(store, HOUSE, Wanted(**wanted), read, SYSTEM, lambda: LATER, dry_run=dry_run)


async def submissions(store: Store) -> list[SubmissionRecord]:
    return await pages(lambda position, limit: store.list_submissions(None, None, position, limit))


async def test_a_mended_mapping_makes_the_lead_with_the_endpoints_defaults_at_its_own_time(store: Store) -> None:
    await add_reps(store, 1)
    item = misread("ann@firm.example.com")
    await capture(store, item)

    told = await run(store)

    assert (told.found, dict(told.outcomes)) == (1, {"created": 1})
    (lead,) = await every_lead(store)
    assert (lead.email, lead.source, lead.industry) == ("ann@firm.example.com", "Messe 2026", "Manufacturing")
    assert (lead.created_at, lead.updated_at) == (NOW, LATER)
    (row,) = await store.find_submissions([settling_id(item.id)])
    assert (row.replay_of, row.outcome, row.lead_id, row.payload) == (item.id, "created", lead.id, item.payload)
    assert await broken_rules(store) == []


async def test_run_again_it_finds_everything_settled_and_writes_nothing(store: Store) -> None:
    await capture(store, misread("ann@firm.example.com"), misread("no address"))

    first = await run(store)
    before = await submissions(store)
    second = await run(store)

    assert (first.found, first.faulty, first.outcomes.total()) == (2, 1, 1)
    assert (second.found, second.settled, second.faulty, second.outcomes.total()) == (2, 1, 1, 0)
    assert await submissions(store) == before


async def test_two_that_run_it_at_once_make_one_lead(store: Store) -> None:
    await capture(store, misread("ann@firm.example.com"))

    await asyncio.gather(run(store), run(store))

    assert len(await every_lead(store)) == 1
    assert len(await submissions(store)) == 2


async def test_of_two_by_one_person_the_earlier_makes_the_lead(store: Store) -> None:
    early, late = misread("ann@firm.example.com"), misread("ann@firm.example.com", minutes=5)
    await capture(store, early, late)

    told = await run(store)

    assert dict(told.outcomes) == {"created": 1, "duplicate": 1}
    (lead,) = await every_lead(store)
    assert lead.created_at == NOW


async def test_a_dry_run_counts_and_writes_nothing(store: Store) -> None:
    await capture(store, misread("ann@firm.example.com"), misread("nobody"))

    told = await run(store, dry_run=True)

    assert (told.found, told.readable, told.faulty, told.done) == (2, 1, 1, 2)
    assert await every_lead(store) == []
    assert len(await submissions(store)) == 2


async def test_what_somebody_settled_or_what_is_in_doubt_is_left_alone(store: Store) -> None:
    spam, doubtful = misread("spam@firm.example.com"), misread("bot@firm.example.com", faults=[Fault("", "too fast")])
    await capture(store, spam, doubtful)
    (record,) = await store.find_submissions([spam.id])
    await confirm_spam(store, HOUSE, record, SYSTEM, LATER)

    told = await run(store)

    assert (told.found, told.settled, told.in_doubt, told.done) == (2, 1, 1, 2)
    assert await every_lead(store) == []


@pytest.mark.parametrize(
    ("wanted", "addresses"),
    [
        ({"endpoint": "other"}, ["b@firm.example.com"]),
        ({"outcomes": ("rejected",)}, ["c@firm.example.com"]),
        ({"since": NOW + timedelta(hours=1)}, ["d@firm.example.com"]),
    ],
)
async def test_it_takes_only_what_was_asked_for(wanted: dict[str, Any], addresses: list[str], store: Store) -> None:
    at = NOW + timedelta(hours=2)
    late_id = settling_id(new_id()).int & (1 << 80) - 1 | int(at.timestamp() * 1000) << 80
    early_id = settling_id(new_id()).int & (1 << 80) - 1 | int(NOW.timestamp() * 1000) << 80
    early = [type(MENDED.id)(int=early_id + n) for n in range(3)]
    await capture(
        store,
        misread("a@firm.example.com", id=early[0]),
        misread("b@firm.example.com", id=early[1], endpoint="other"),
        misread("c@firm.example.com", id=early[2], failed_as="rejected"),
        misread("d@firm.example.com", id=type(MENDED.id)(int=late_id), minutes=120),
    )

    await run(store, **wanted)

    assert [lead.email for lead in await every_lead(store)] == addresses


async def test_named_postings_are_replayed_and_an_unknown_one_stops_everything(store: Store) -> None:
    one, other = misread("a@firm.example.com"), misread("b@firm.example.com")
    await capture(store, one, other)

    with pytest.raises(NotFound):
        await run(store, ids=(one.id, new_id()))
    assert await every_lead(store) == []
    await run(store, ids=(one.id,))

    assert [lead.email for lead in await every_lead(store)] == ["a@firm.example.com"]
