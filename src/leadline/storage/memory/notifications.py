"""The queue of notifications on the memory store, with suppressed addresses and workers."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from itertools import groupby, takewhile
from uuid import UUID

from leadline.domain.notifications import ChannelName, Notification, is_claimable
from leadline.domain.suppressions import Suppression
from leadline.domain.workers import Worker
from leadline.ports import LostRace, Refused
from leadline.ports.notifications import Claim, Depth
from leadline.storage.memory.buffered import Buffered
from leadline.storage.memory.state import State


class NotificationTx(Buffered):
    """See `ports.Tx`."""

    async def notifications(self, ids: Sequence[UUID]) -> list[Notification]:
        self._read("notifications")
        return deepcopy([self._state.notifications[i] for i in dict.fromkeys(ids) if i in self._state.notifications])

    async def sent_by_slack(self, lead_ids: Sequence[UUID]) -> list[Notification]:
        self._read("sent_by_slack")
        return deepcopy([n for n in self._state.notifications.values() if n.lead_id in lead_ids and _is_in_slack(n)])

    def add_notifications(self, rows: Sequence[Notification]) -> None:
        def add(row: Notification) -> None:
            if row.id in self._state.notifications:
                raise Refused(f"the id {row.id} is taken")
            self._state.notifications[row.id] = row

        self._write("add_notifications", rows, add)

    def update_notifications(self, rows: Sequence[Notification]) -> None:
        def update(row: Notification) -> None:
            if row.id not in self._state.notifications:
                raise LostRace("another writer took this notification away")
            self._state.notifications[row.id] = row

        self._write("update_notifications", rows, update)

    def add_suppressions(self, rows: Sequence[Suppression]) -> None:
        self._write("add_suppressions", rows, lambda row: self._state.suppressions.setdefault(row.address, row))


def _is_in_slack(row: Notification) -> bool:
    return (row.notification_type, row.status) == ("slack", "sent")


class NotificationReads:
    """See `ports.Store`."""

    _state: State
    _on_call: Callable[[str], None]

    async def claim_notifications(self, claim: Claim) -> list[Notification]:
        self._on_call("claim_notifications")
        pending = [
            n
            for n in self._state.notifications.values()
            if (n.notification_type, n.status) == (claim.channel, "pending")
        ]
        pending.sort(key=lambda row: (row.recipient, row.id))
        claimed: list[Notification] = []
        recipients = 0
        for _, rows in groupby(pending, key=lambda row: row.recipient):
            mine = list(takewhile(lambda row: is_claimable(row, claim.now), rows))[: claim.each]
            recipients += bool(mine)
            claimed += mine
            if recipients == claim.recipients:
                break
        leased = [replace(row, lease_until=claim.lease_until, leased_by=claim.worker) for row in claimed]
        if leased:
            # A new state, so that a transaction under way runs again.
            self._state = self._state.copy()
            self._state.notifications |= {row.id: row for row in leased}
        return deepcopy(leased)

    async def due_held_notifications(self, channel: ChannelName, now: datetime, limit: int) -> list[Notification]:
        self._on_call("due_held_notifications")
        held = [
            (n.next_attempt_at, n)
            for n in self._state.notifications.values()
            if n.status == "held" and n.notification_type == channel and n.next_attempt_at and n.next_attempt_at <= now
        ]
        return deepcopy([row for _, row in sorted(held, key=lambda pair: (pair[0], pair[1].id))[:limit]])

    async def queue_depths(self) -> list[Depth]:
        self._on_call("queue_depths")
        rows = [n for n in self._state.notifications.values() if n.status in ("pending", "held", "failed")]
        rows.sort(key=lambda n: (n.notification_type, n.status, n.created_at))
        groups = ((key, list(g)) for key, g in groupby(rows, key=lambda n: (n.notification_type, n.status)))
        return [Depth(*key, len(group), group[0].created_at) for key, group in groups]

    async def find_suppressions(self, addresses: Sequence[str]) -> list[Suppression]:
        self._on_call("find_suppressions")
        return [self._state.suppressions[a] for a in dict.fromkeys(addresses) if a in self._state.suppressions]

    async def list_suppressions(self) -> list[Suppression]:
        self._on_call("list_suppressions")
        return sorted(self._state.suppressions.values(), key=lambda row: row.address)

    async def touch_worker(self, worker: Worker) -> None:
        self._on_call("touch_worker")
        self._state = self._state.copy()
        self._state.workers[worker.id] = worker

    async def forget_workers(self, ids: Sequence[UUID]) -> None:
        self._on_call("forget_workers")
        self._state = self._state.copy()
        for worker_id in ids:
            self._state.workers.pop(worker_id, None)

    async def list_workers(self) -> list[Worker]:
        self._on_call("list_workers")
        return sorted(self._state.workers.values(), key=lambda worker: worker.seen_at, reverse=True)
