"""The queue of notifications on Firestore, with suppressed addresses and workers."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from google.cloud.firestore_v1 import AsyncClient

from leadline.domain.lead_lists import Page, Position
from leadline.domain.notifications import CHANNEL_NAMES, ChannelName, Notification, is_claimable
from leadline.domain.suppressions import Suppression
from leadline.domain.workers import Worker
from leadline.ports import LostRace
from leadline.ports.notifications import Claim, Depth
from leadline.storage.firestore import queries, trail
from leadline.storage.firestore.changes import Changes
from leadline.storage.firestore.documents import document_id, key_id, to_data
from leadline.storage.firestore.queries import Find, Found
from leadline.storage.firestore.reads import Reads
from leadline.storage.firestore.trail import entity_of

ATTEMPTS = 6
BACKOFF_SECONDS = 0.05
PAGE = 100
# A claim that finds nothing free in so many pages leaves the rest to the next, which begins elsewhere.
PAGES_MAX = 20
# Two who claim at once take each other's commits away, so a claim is small.
CLAIMED_MAX = 60
_STARTS = "0123456789abcdefghijklmnopqrstuvwxyz"
# After every id of a recipient.
_LAST_ID = "~"


def pending(channel: ChannelName, after: tuple[Any, ...] | None = None) -> Find:
    """The queue of a channel: recipient by recipient, each one's messages in their order."""
    equal = {"status": "pending", "notificationType": channel}
    return Find(
        "notifications", equal, order=(("recipient", "ASCENDING"), ("id", "ASCENDING")), after=after, limit=PAGE
    )


def due_held(channel: ChannelName, now: datetime, limit: int) -> Find:
    """Held rows whose time has come."""
    equal = {"status": "held", "notificationType": channel}
    order = (("nextAttemptAt", "ASCENDING"), ("id", "ASCENDING"))
    return Find("notifications", equal, ranges=(("nextAttemptAt", "<=", now),), order=order, limit=limit)  # type: ignore[arg-type]


def oldest(channel: ChannelName, status: str) -> Find:
    """The oldest row of a channel in a status."""
    return Find("notifications", {"status": status, "notificationType": channel}, order=(("id", "ASCENDING"),), limit=1)


@dataclass
class _Choice:
    """What one claim takes: for each recipient the rows from the oldest on, up to the first that is not free."""

    claim: Claim
    chosen: dict[str, list[Found]] = field(default_factory=dict)
    _closed: set[str] = field(default_factory=set)

    def look_at(self, row: Found) -> None:
        """The next row, in order of recipients and ids."""
        notification = entity_of(Notification, row)
        if notification is None or notification.recipient in self._closed:
            return
        taken = self.chosen.get(notification.recipient, [])
        if len(taken) == self.claim.each or not is_claimable(notification, self.claim.now):
            self._closed.add(notification.recipient)
        else:
            self.chosen[notification.recipient] = [*taken, row]

    @property
    def rows(self) -> list[Found]:
        """The rows in their order, no more than one commit should hold."""
        chosen = list(self.chosen.values())[: self.claim.recipients]
        return [row for rows in chosen for row in rows][:CLAIMED_MAX]

    @property
    def is_full(self) -> bool:
        """Whether enough recipients are found. The last one's rows may go on."""
        return len(self.chosen) > self.claim.recipients


async def claim(client: AsyncClient, wanted: Claim) -> list[Notification]:
    """Lease rows; whoever loses against another worker begins elsewhere, and gives up after some tries."""
    for attempt in range(ATTEMPTS):
        rows = await _choose(client, wanted)
        changes = Changes()
        for row in rows:
            lease = {"leaseUntil": wanted.lease_until, "leasedBy": wanted.worker}
            changes.update(row.path, lease, row.update_time)
        try:
            if rows:
                await changes.commit(client)
        except LostRace:
            await asyncio.sleep(random.uniform(0, BACKOFF_SECONDS * 2**attempt))  # noqa: S311 - jitter, not a secret
            continue
        leased = [n for row in rows if (n := entity_of(Notification, row)) is not None]
        return [replace(n, lease_until=wanted.lease_until, leased_by=wanted.worker) for n in leased]
    return []


async def _choose(client: AsyncClient, wanted: Claim) -> list[Found]:
    """Walk over the recipients from somewhere, and round."""
    choice = _Choice(wanted)
    start = random.choice(_STARTS)  # noqa: S311 - fairness, not a secret
    for after, end in (((start, ""), None), (None, start)):
        position: tuple[Any, ...] | None = after
        for _ in range(PAGES_MAX):
            rows = await queries.run(client, pending(wanted.channel, position))
            inside = [row for row in rows if end is None or row.data["recipient"] < end]
            for row in inside:
                choice.look_at(row)
            if choice.is_full or len(inside) < PAGE:
                break
            # What is left of the last recipient is of no use: a page holds more than one claim takes of it.
            position = (rows[-1].data["recipient"], _LAST_ID)
        if choice.is_full:
            break
    return choice.rows


class NotificationReads:
    """See `ports.Store`."""

    _client: AsyncClient

    async def claim_notifications(self, wanted: Claim) -> list[Notification]:
        return await claim(self._client, wanted)

    async def due_held_notifications(self, channel: ChannelName, now: datetime, limit: int) -> list[Notification]:
        rows = await queries.run(self._client, due_held(channel, now, limit))
        return [n for row in rows if (n := entity_of(Notification, row)) is not None]

    async def queue_depths(self) -> list[Depth]:
        kinds = [(channel, status) for channel in sorted(CHANNEL_NAMES) for status in ("failed", "held", "pending")]
        found = await asyncio.gather(*(self._depth(channel, status) for channel, status in kinds))
        return [depth for depth in found if depth is not None]

    async def _depth(self, channel: ChannelName, status: Any) -> Depth | None:
        rows = await queries.run(self._client, oldest(channel, status))
        first = next((n for row in rows if (n := entity_of(Notification, row)) is not None), None)
        if first is None:
            return None
        count = await queries.count(self._client, replace(oldest(channel, status), limit=None))
        return Depth(channel, status, count, first.created_at)

    async def find_suppressions(self, addresses: Sequence[str]) -> list[Suppression]:
        found = await queries.get(self._client, map(suppression_path, addresses))
        return [s for row in found.values() if row and (s := entity_of(Suppression, row)) is not None]

    async def list_suppressions(self) -> list[Suppression]:
        rows = await queries.run(self._client, Find("suppressions"))
        return sorted((s for row in rows if (s := entity_of(Suppression, row)) is not None), key=lambda s: s.address)

    async def touch_worker(self, worker: Worker) -> None:
        path = worker_path(worker.id)
        found = (await queries.get(self._client, [path]))[path]
        changes = Changes()
        if found is None:
            changes.create(path, to_data(worker))
        else:
            changes.update(path, {"seenAt": worker.seen_at}, None)
        await changes.commit(self._client)

    async def forget_workers(self, ids: Sequence[UUID]) -> None:
        changes = Changes()
        for worker_id in ids:
            changes.delete(worker_path(worker_id))
        if ids:
            await changes.commit(self._client)

    async def list_workers(self) -> list[Worker]:
        rows = await queries.run(self._client, Find("workers"))
        workers = [w for row in rows if (w := entity_of(Worker, row)) is not None]
        return sorted(workers, key=lambda worker: worker.seen_at, reverse=True)

    async def list_notifications(
        self, status: str | None, lead_id: UUID | None, position: Position | None, limit: int
    ) -> Page[Notification]:
        return await trail.list_notifications(self._client, status, lead_id, position, limit)


def notification_path(notification_id: UUID) -> str:
    """The document of a notification."""
    return f"notifications/{document_id(notification_id)}"


def suppression_path(address: str) -> str:
    """The document of an address."""
    return f"suppressions/{key_id(address)}"


def worker_path(worker_id: UUID) -> str:
    """The document of a worker."""
    return f"workers/{document_id(worker_id)}"


async def read_notifications(reads: Reads, ids: Sequence[UUID]) -> list[Notification]:
    """These rows; the commit fails where one that is written has changed since."""
    found = await reads.get(map(notification_path, ids))
    return [n for row in found.values() if row and (n := entity_of(Notification, row)) is not None]


async def read_sent_by_slack(reads: Reads, lead_ids: Sequence[UUID]) -> list[Notification]:
    """What was sent to Slack about these leads: each has few messages, so they are chosen here."""
    sent: list[Notification] = []
    for chunk in queries.chunks([str(lead_id) for lead_id in lead_ids]):
        found = (entity_of(Notification, row) for row in await reads.find(Find("notifications", {"leadId": chunk})))
        sent += [n for n in found if n is not None and (n.notification_type, n.status) == ("slack", "sent")]
    return sent


async def write_notifications(reads: Reads, changes: Changes, changed: Sequence[Notification]) -> None:
    """Rows as they stand now."""
    stored = await reads.get(notification_path(row.id) for row in changed) if changed else {}
    for row in changed:
        found = stored[notification_path(row.id)]
        if found is None:
            raise LostRace("another writer took this notification away")
        changes.update(found.path, to_data(row), found.update_time)


async def write_suppressions(reads: Reads, changes: Changes, new: Sequence[Suppression]) -> None:
    """Addresses that are not there yet."""
    stored = await reads.get(suppression_path(row.address) for row in new) if new else {}
    for row in new:
        path = suppression_path(row.address)
        if stored[path] is None and path not in changes:
            changes.create(path, to_data(row))
