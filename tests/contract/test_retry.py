"""Trying again on every store: what failed goes back into the queue, and nothing else does."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from leadline.domain.errors import Conflict, NotFound
from leadline.domain.notifications import Notification
from leadline.ids import new_id
from leadline.ports import Store, Tx
from leadline.usecases import retry
from leadline.usecases.retry import retry_failed, retry_notification
from tests.builders import NOW
from tests.steps import notifications


def message(**fields: Any) -> Notification:
    row = Notification(new_id(), "email", "lead_assigned", "rep@company.example.com", NOW)
    return (
        replace(row, status="failed", retry_count=8, error_message="550 no such user")
        if not fields
        else replace(row, **fields)
    )


async def queue(store: Store, *rows: Notification) -> list[Notification]:
    async def work(tx: Tx) -> None:
        tx.add_notifications(rows)

    await store.transact(work)
    return list(rows)


async def test_a_failed_one_is_queued_anew_with_all_its_tries(store: Store) -> None:
    (row,) = await queue(store, message())

    again = await retry_notification(store, row.id)

    assert (again.status, again.retry_count, again.error_message) == ("pending", 0, None)
    assert await notifications(store) == [again]


async def test_what_waited_too_long_for_its_channel_may_be_sent_all_the_same(store: Store) -> None:
    (row,) = await queue(store, message(status="suppressed", status_reason="too_old"))

    assert (await retry_notification(store, row.id)).status == "pending"


@pytest.mark.parametrize(
    "fields",
    [{"status": "sent"}, {"status": "pending"}, {"status": "held"}, {"status": "suppressed", "status_reason": "spam"}],
)
async def test_any_other_is_left_as_it_is(store: Store, fields: Any) -> None:
    rows = await queue(store, message(**fields))

    with pytest.raises(Conflict, match=fields["status"]):
        await retry_notification(store, rows[0].id)
    with pytest.raises(NotFound):
        await retry_notification(store, new_id())

    assert await notifications(store) == rows


async def test_all_that_failed_by_then_are_queued_anew(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "AT_ONCE", 2)
    later = message(status="failed", created_at=NOW + timedelta(minutes=1))
    await queue(store, *(message() for _ in range(5)), message(status="sent"), later)

    assert await retry_failed(store, NOW) == 5
    assert [row.status for row in await notifications(store)] == ["failed"] + ["pending"] * 5 + ["sent"]
