"""Everything as of one moment, on every store: pages by id, what hangs on a lead, and nothing of what comes later."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from leadline.domain.access import ApiKey, Session
from leadline.domain.activities import Activity
from leadline.domain.intake import SubmissionRecord
from leadline.domain.leads import Lead
from leadline.domain.notifications import Notification
from leadline.domain.users import User
from leadline.ids import new_id
from leadline.ports import Store, Tx
from leadline.ports.moment import Moment, key_of, pages
from leadline.usecases import mark
from leadline.usecases.api_keys import add_api_key
from leadline.usecases.index import index_leads
from leadline.usecases.one_lead import change_lead
from tests.builders import NOW, an_id, deciding, intake, lead
from tests.sessions import start_session
from tests.steps import add_reps, advance, capture, captured_lead, put, rewrite

KINDS = (Lead, User, Activity, Notification, SubmissionRecord, ApiKey, Session)


async def everything(at: Moment, limit: int = 2) -> dict[str, list[object]]:
    return {kind.__name__: [row async for page in pages(at, kind, limit) for row in page] for kind in KINDS}


async def filled(store: Store) -> list[Lead]:
    reps = await add_reps(store, 3)
    await add_api_key(store, "a key", ("leads:read",), new_id, NOW)
    for rep in reps:
        await start_session(store, rep, NOW)
    leads = [captured.lead for captured in await capture(store, *(intake() for _ in range(5)))]
    assert all(leads)
    return [await store.get_lead(each.id) for each in leads if each]


async def test_the_pages_hold_everything_once_in_order_of_its_keys(store: Store) -> None:
    leads = await filled(store)
    await change_lead(store, leads[0].id, mark.delete, deciding())

    async with store.moment() as at:
        found = await everything(at)

    assert {name: len(rows) for name, rows in found.items()} == {
        "Lead": 5, "User": 3, "Activity": 11, "Notification": 10, "SubmissionRecord": 5, "ApiKey": 1, "Session": 3,
    }  # fmt: skip
    assert all(rows == sorted(rows, key=key_of) for rows in found.values())
    assert found["Lead"] == [await store.get_lead(each.id) for each in leads]


async def test_what_comes_later_is_not_seen(store: Store) -> None:
    leads = await filled(store)
    async with store.moment() as at:
        before = await everything(at)
        await advance(store, leads[0].id, "Contacted")
        await capture(store, intake())

        assert await everything(at) == before
        assert len(await at.about(Activity, [leads[0].id])) == 2


async def test_what_hangs_on_leads_stands_in_the_order_it_was_written(store: Store) -> None:
    lead_id = (await captured_lead(store, intake())).id
    await advance(store, lead_id, "Contacted", at=NOW - timedelta(minutes=5))
    await capture(store, intake())

    async with store.moment() as at:
        trail = await at.about(Activity, [lead_id])
        submissions = await at.about(SubmissionRecord, [lead_id])
        nothing = await at.about(Activity, [])

    assert [entry.action_type for entry in trail] == ["lead_created", "status_changed"]
    assert [record.lead_id for record in submissions] == [lead_id]
    assert nothing == []


async def test_which_ids_are_known(store: Store) -> None:
    await put(store, [lead(id=an_id(1)), lead(id=an_id(2), is_deleted=True, deleted_at=NOW)])

    async with store.moment() as at:
        assert await at.known(Lead, [an_id(n) for n in (1, 2, 3)]) == {an_id(1), an_id(2)}
        assert await at.known(Activity, [an_id(1)]) == set()


async def test_the_namesakes_of_an_address_are_those_that_are_not_deleted(store: Store) -> None:
    ann = "ann@firm.example.com"
    days = (NOW, NOW - timedelta(days=3), NOW - timedelta(days=9))
    await put(store, [lead(id=an_id(n), email=ann, email_key=ann, created_at=at) for n, at in enumerate(days)])
    await rewrite(store, an_id(0), is_deleted=True, deleted_at=NOW)

    async with store.moment() as at:
        found = await at.namesakes([ann, "nobody@firm.example.com"])

    assert {(known.lead_id, known.email_key, known.created_at) for known in found} == {
        (an_id(1), ann, days[1]),
        (an_id(2), ann, days[2]),
    }


async def test_which_leads_are_found_by_their_own_words(store: Store) -> None:
    right, wrong = lead(id=an_id(1)), lead(id=an_id(2))
    await put(store, [right, wrong])
    await index_leads(store, None)
    await put(store, [late := lead(id=an_id(3))])
    await misfile(store, wrong.id)

    async with store.moment() as at:
        indexed = await at.indexed([right, wrong, late, replace(right, company_name="Another")])

    assert indexed == {right.id: False, wrong.id: False}
    async with store.moment() as at:
        assert await at.indexed([right, wrong, late]) == {right.id: True, wrong.id: False}


async def misfile(store: Store, lead_id: UUID) -> None:
    """Have a lead found by words that are not its own."""

    async def work(tx: Tx) -> None:
        tx.set_index([(lead_id, ["nonsense"], None)])

    await store.transact(work)
