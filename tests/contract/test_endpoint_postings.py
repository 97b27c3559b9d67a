"""The postings of an endpoint on every store: newest first, page by page, as they came."""

from dataclasses import replace
from datetime import timedelta

from leadline.domain.intake import SubmissionRecord, settling_id
from leadline.ids import new_id
from leadline.ports import Store, Tx
from tests.builders import NOW


def posting(endpoint: str | None) -> SubmissionRecord:
    return SubmissionRecord(new_id(), "form", b"what was sent", "quarantined", NOW, endpoint=endpoint)


async def add(store: Store, *rows: SubmissionRecord) -> None:
    async def work(tx: Tx) -> None:
        tx.add_submissions(rows)

    await store.transact(work)


async def test_they_are_listed_newest_first_and_no_others(store: Store) -> None:
    rows = [posting(name) for name in ("contact", "fair", "contact", None, "contact")]
    await add(store, *rows)

    first = await store.list_endpoint_postings("contact", None, 2)
    rest = await store.list_endpoint_postings("contact", first.next, 2)

    assert [*first.items, *rest.items] == [rows[4], rows[2], rows[0]]
    assert (first.next is not None, rest.next) == (True, None)
    assert (await store.list_endpoint_postings("nowhere", None, 2)).items == []


async def test_what_settles_a_posting_is_none(store: Store) -> None:
    row = posting("contact")
    settled = replace(
        row, id=settling_id(row.id), outcome="spam", replay_of=row.id, received_at=NOW + timedelta(hours=1)
    )
    await add(store, row, settled)

    assert (await store.list_endpoint_postings("contact", None, 5)).items == [row]
