"""Trying again what was given up: one notification, or all that failed."""

from datetime import datetime
from uuid import UUID

from leadline.domain import delivery
from leadline.domain.errors import Conflict, NotFound
from leadline.domain.notifications import Notification
from leadline.ports import Store, Tx

AT_ONCE = 100


async def find_notification(store: Store, notification_id: UUID) -> Notification | None:
    """One notification as it stands."""

    async def work(tx: Tx) -> list[Notification]:
        return await tx.notifications([notification_id])

    return next(iter(await store.transact(work)), None)


async def retry_notification(store: Store, notification_id: UUID) -> Notification:
    """Queue a notification anew that has failed or waited too long for its channel. Raises NotFound, and Conflict for any other."""

    async def work(tx: Tx) -> Notification:
        found = await tx.notifications([notification_id])
        if not found:
            raise NotFound(f"no notification {notification_id}")
        (row,) = found
        if not delivery.may_retry(row):
            raise Conflict(f"the notification is {row.status}; only one that failed can be tried again")
        again = delivery.retry(row)
        tx.update_notifications([again])
        return again

    return await store.transact(work)


async def retry_failed(store: Store, before: datetime) -> int:
    """Queue every notification anew that was made before this time and has failed. Answers how many."""
    retried = 0
    position = None
    while True:
        page = await store.list_notifications("failed", None, position, AT_ONCE)
        ids = [row.id for row in page.items if row.created_at <= before]
        retried += await _retry(store, ids)
        if page.next is None:
            return retried
        position = page.next


async def _retry(store: Store, ids: list[UUID]) -> int:
    async def work(tx: Tx) -> int:
        rows = [row for row in await tx.notifications(ids) if row.status == "failed"]
        if rows:
            tx.update_notifications([delivery.retry(row) for row in rows])
        return len(rows)

    return await store.transact(work) if ids else 0
