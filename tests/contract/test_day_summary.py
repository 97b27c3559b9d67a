"""The summary of a day on every store, from what was really captured."""

from dataclasses import replace
from datetime import timedelta

from leadline.clock import utc_now
from leadline.ports import Store, Tx
from leadline.usecases import day_summary
from leadline.usecases.capture import capture_leads
from leadline.usecases.day_summary import summarize_day
from leadline.usecases.release import confirm_spam
from tests.builders import HOUSE, ROBOT, faulty_intake, intake


async def test_postings_are_listed_newest_first_without_what_was_sent(store: Store) -> None:
    now = utc_now()
    items = [intake(now, endpoint="main", event_id=str(n), request_id="r") for n in range(5)]
    await capture_leads(store, HOUSE, items, now)
    whole = (await store.list_submissions(None, None, None, 10)).items

    first = await store.list_postings(None, 3)
    rest = await store.list_postings(first.next, 3)

    assert [*first.items, *rest.items] == [replace(record, payload=b"") for record in whole]
    assert rest.next is None


async def test_a_day_is_counted_page_by_page_and_its_leads_are_looked_up(store: Store, monkeypatch: object) -> None:
    monkeypatch.setattr(day_summary, "PAGE", 2)  # type: ignore[attr-defined]
    now = utc_now()
    day = now.date()
    waits = faulty_intake(now, failed_as="quarantined")
    items = [
        intake(now, email="a@x.example.com"),
        intake(now, email="a@x.example.com"),
        faulty_intake(now),
        waits,
        intake(now),
    ]
    await capture_leads(store, HOUSE, items, now)
    (record,) = await store.find_submissions([waits.id])
    await confirm_spam(store, HOUSE, record, ROBOT, now)

    summary = await summarize_day(store, day)

    assert summary.line().endswith(": received 5, created 2, duplicate 1, rejected 1, spam 1, quarantined 0, lost 0")
    assert summary.is_whole
    assert (await summarize_day(store, day - timedelta(days=2))).received == 0
    assert not (await summarize_day(store, day, postings_max=2)).is_whole


async def test_an_accepted_posting_without_its_lead_is_found(store: Store) -> None:
    now = utc_now()
    (good,) = await capture_leads(store, HOUSE, [intake(now)], now)
    record = replace(
        (await store.list_submissions(None, None, None, 1)).items[0], id=HOUSE.new_id(), lead_id=HOUSE.new_id()
    )

    async def work(tx: Tx) -> None:
        tx.add_submissions([record])

    await store.transact(work)

    summary = await summarize_day(store, now.date())

    assert summary.lost == [record.id]
    assert summary.outcomes == {"created": 2}
    assert good.lead is not None
