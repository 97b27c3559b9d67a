"""The queue on every store: who may claim what, one at a time, in order for each recipient."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from leadline.domain.notifications import Notification
from leadline.domain.suppressions import Suppression
from leadline.domain.workers import Worker
from leadline.ids import new_id
from leadline.ports import Store, Tx
from leadline.ports.notifications import Claim, Depth
from tests.builders import NOW
from tests.steps import notifications

MINUTE = timedelta(minutes=1)


def message(recipient: str = "#leads", **fields: Any) -> Notification:
    return replace(Notification(new_id(), "slack", "hot_lead_alert", recipient, NOW), **fields)


def a_claim(worker: str = "one", at: datetime = NOW, **fields: Any) -> Claim:
    return replace(Claim("slack", worker, at, at + MINUTE), **fields)


async def queued(store: Store, *rows: Notification) -> list[Notification]:
    async def work(tx: Tx) -> None:
        tx.add_notifications(rows)

    await store.transact(work)
    return list(rows)


async def settled(store: Store, row: Notification, **fields: Any) -> None:
    async def work(tx: Tx) -> None:
        (found,) = await tx.notifications([row.id])
        tx.update_notifications([replace(found, **fields)])

    await store.transact(work)


async def claimed(store: Store, *args: Any, **fields: Any) -> list[Notification]:
    return await store.claim_notifications(a_claim(*args, **fields))


async def test_a_claimed_row_is_leased_and_nobody_else_gets_it(store: Store) -> None:
    (row,) = await queued(store, message())

    first, second = await claimed(store, "one"), await claimed(store, "two")

    assert first == [replace(row, lease_until=NOW + MINUTE, leased_by="one")]
    assert second == []
    assert await notifications(store) == first


async def test_an_expired_lease_is_taken_over(store: Store) -> None:
    (row,) = await queued(store, message())
    await claimed(store, "one")

    taken = await claimed(store, "two", at=NOW + MINUTE)

    assert [(found.id, found.leased_by) for found in taken] == [(row.id, "two")]


async def test_only_pending_rows_of_the_channel_whose_time_has_come_are_claimed(store: Store) -> None:
    due = message("#due", next_attempt_at=NOW)
    others = [
        message("#later", next_attempt_at=NOW + MINUTE),
        message("#held", status="held", next_attempt_at=NOW),
        message("#sent", status="sent"),
        message("#failed", status="failed"),
        message("a@b.example.com", notification_type="email"),
    ]
    await queued(store, due, *others)

    assert [row.id for row in await claimed(store)] == [due.id]


async def test_messages_to_one_recipient_come_in_their_order_and_at_most_so_many(store: Store) -> None:
    rows = await queued(store, *(message() for _ in range(5)), message("#other"))

    first = await claimed(store, each=3)
    second = await claimed(store, "two")

    assert [row.id for row in first] == [row.id for row in (*rows[:3], rows[5])]
    assert second == []


async def test_a_row_that_waits_for_its_next_try_keeps_those_behind_it_and_a_failed_one_does_not(store: Store) -> None:
    first, second, third = await queued(store, message(), message(), message())
    await settled(store, first, next_attempt_at=NOW + MINUTE)

    assert await claimed(store) == []

    await settled(store, first, status="failed")

    assert [row.id for row in await claimed(store)] == [second.id, third.id]


async def test_a_row_in_the_middle_that_is_not_free_ends_what_is_claimed(store: Store) -> None:
    rows = await queued(store, message(), message(next_attempt_at=NOW + MINUTE), message())

    assert [row.id for row in await claimed(store)] == [rows[0].id]


async def test_more_recipients_than_are_asked_for_are_all_served_in_the_end(store: Store) -> None:
    rows = await queued(store, *(message(f"{letter}@x.example.com") for letter in "0adgmptz"))

    claims = [await claimed(store, recipients=3) for _ in range(4)]

    assert [len(each) for each in claims] == [3, 3, 2, 0]
    assert {row.id for each in claims for row in each} == {row.id for row in rows}


async def test_of_many_workers_at_once_each_row_goes_to_one_and_none_overtakes(store: Store) -> None:
    rows = await queued(store, *(message(f"#{n % 5}") for n in range(30)))
    served: dict[str, list[object]] = {}

    async def work(name: str) -> None:
        while len([row for done in served.values() for row in done]) < len(rows):
            for row in await claimed(store, name, recipients=2, each=3):
                served.setdefault(row.recipient, []).append(row.id)
                await settled(store, row, status="sent", lease_until=None, leased_by=None)

    async with asyncio.timeout(60):
        await asyncio.gather(*(work(f"worker {n}") for n in range(4)))

    expected: dict[str, list[object]] = {}
    for row in rows:
        expected.setdefault(row.recipient, []).append(row.id)
    assert served == expected


async def test_what_is_written_back_is_all_but_whom_to_tell_what(store: Store) -> None:
    (row,) = await queued(store, message())
    fields: dict[str, Any] = {
        "subject": "S", "body": "B", "status": "failed", "sent_at": NOW, "error_message": "no", "retry_count": 3,
        "status_reason": "spam", "next_attempt_at": NOW, "lease_until": NOW, "leased_by": "x", "provider_id": "p",
        "provider_response": "250 ok",
    }  # fmt: skip

    await settled(store, row, **fields)

    assert await notifications(store) == [replace(row, **fields)]


async def test_held_rows_come_when_their_time_has_come(store: Store) -> None:
    times = [NOW, NOW + MINUTE, NOW - MINUTE, None]
    rows = await queued(store, *(message(status="held", next_attempt_at=at) for at in times))

    assert [row.id for row in await store.due_held_notifications("slack", NOW, 5)] == [rows[2].id, rows[0].id]
    assert [row.id for row in await store.due_held_notifications("slack", NOW, 1)] == [rows[2].id]
    assert await store.due_held_notifications("email", NOW, 5) == []


async def test_the_depth_counts_what_is_not_settled_and_says_since_when(store: Store) -> None:
    await queued(store, message(created_at=NOW - MINUTE), message(), message(status="held"), message(status="sent"))
    await queued(store, message(notification_type="email", status="failed"), message(status="suppressed"))

    assert await store.queue_depths() == [
        Depth("email", "failed", 1, NOW),
        Depth("slack", "held", 1, NOW),
        Depth("slack", "pending", 2, NOW - MINUTE),
    ]


async def test_an_address_is_suppressed_once_and_found_by_its_key(store: Store) -> None:
    first = Suppression("ann@firm.example.com", "unsubscribed", NOW)
    other = Suppression("bob/a@firm.example.com", "dead_address", NOW)

    async def work(tx: Tx) -> None:
        tx.add_suppressions([first, other, replace(first, reason="complained")])

    await store.transact(work)
    await store.transact(work)

    assert await store.list_suppressions() == [first, other]
    assert await store.find_suppressions([first.address, "else@firm.example.com"]) == [first]
    assert await store.find_suppressions([]) == []


async def test_workers_are_heard_of_and_forgotten(store: Store) -> None:
    one, two = (Worker(new_id(), f"host {n}", NOW, NOW + n * MINUTE) for n in range(2))
    await store.touch_worker(one)
    await store.touch_worker(two)
    later = replace(one, seen_at=NOW + 5 * MINUTE)
    await store.touch_worker(later)

    assert await store.list_workers() == [later, two]

    await store.forget_workers([two.id])

    assert await store.list_workers() == [later]
