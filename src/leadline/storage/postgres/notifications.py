"""The queue of notifications, addresses that want none, and workers."""

import random
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from leadline.domain.lead_lists import Page, Position
from leadline.domain.notifications import ChannelName, Notification
from leadline.domain.suppressions import Suppression
from leadline.domain.workers import Worker
from leadline.ports.notifications import Claim, Depth
from leadline.storage.postgres import rows, trail
from leadline.storage.postgres.connection import borrow

# Where a walk over recipients begins is drawn anew each time, so that the end of the alphabet gets its share.
_STARTS = "0123456789abcdefghijklmnopqrstuvwxyz"

_PENDING = "n.status = 'pending' AND n.notification_type = $1"
_FREE = "(n.lease_until IS NULL OR n.lease_until <= $2) AND (n.next_attempt_at IS NULL OR n.next_attempt_at <= $2)"
_HEAD = "SELECT n.recipient, n.id, {free} AS is_free FROM leadline.notifications n WHERE {pending} AND {where} ORDER BY n.recipient, n.id LIMIT 1"


def _walk(name: str, first: str, last: str) -> str:
    """The oldest pending row of each recipient in turn, each found by one descent of idx_notifications_pending."""
    head = _HEAD.format(free=_FREE, pending=_PENDING, where=f"n.recipient {first}")
    following = _HEAD.format(free=_FREE, pending=_PENDING, where=f"n.recipient > w.recipient{last}")
    return f"{name} AS (({head}) UNION ALL SELECT f.* FROM {name} w, LATERAL ({following}) f)"


# The head of a recipient stands for all of that recipient's rows: who holds its lock may lease what follows it, up to the first row
# that is not free. A head that another worker holds is passed over with all that is behind it. What both saw as free is looked at
# again by the row as it is by then, for FOR UPDATE and UPDATE check their conditions anew. Ids are handed on as arrays: in a join the
# planner, whose statistics are older than a flood, may read all that is pending for each of them.
CLAIM = f"""
WITH RECURSIVE {_walk("onward", ">= $7", "")}, {_walk("around", "< $7", " AND n.recipient < $7")},
heads AS (
  SELECT id FROM (SELECT * FROM onward UNION ALL SELECT * FROM around) every WHERE is_free LIMIT $5
),
held AS (
  SELECT n.id, n.recipient FROM leadline.notifications n
  WHERE n.id = ANY (ARRAY(SELECT id FROM heads)) AND {_PENDING} AND {_FREE} FOR UPDATE SKIP LOCKED
),
following AS (
  SELECT r.id, bool_and(r.is_free) OVER (PARTITION BY r.recipient ORDER BY r.id) AS is_free
  FROM held h, LATERAL (
    SELECT n.id, n.recipient, {_FREE} AS is_free FROM leadline.notifications n
    WHERE {_PENDING} AND n.recipient = h.recipient AND n.id >= h.id ORDER BY n.id LIMIT $6
  ) r
)
UPDATE leadline.notifications n SET lease_until = $3, leased_by = $4
WHERE n.id = ANY (ARRAY(SELECT id FROM following WHERE is_free)) AND {_PENDING} AND {_FREE} RETURNING {rows.select(rows.NOTIFICATION, "n")}
"""

BY_ID = f"SELECT {rows.select(rows.NOTIFICATION)} FROM leadline.notifications WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE"
SENT_BY_SLACK = (
    f"SELECT {rows.select(rows.NOTIFICATION)} FROM leadline.notifications"
    " WHERE lead_id = ANY($1::uuid[]) AND notification_type = 'slack' AND status = 'sent'"
)
DUE_HELD = (
    f"SELECT {rows.select(rows.NOTIFICATION)} FROM leadline.notifications"
    " WHERE status = 'held' AND notification_type = $1 AND next_attempt_at <= $2 ORDER BY next_attempt_at, id LIMIT $3"
)
# By status, so that the index over what is not sent serves it.
DEPTHS = " UNION ALL ".join(
    "SELECT notification_type, status, count(*), min(created_at) FROM leadline.notifications"
    f" WHERE status = '{status}' AND status <> 'sent' GROUP BY 1, 2"
    for status in ("pending", "held", "failed")
)
ADD_SUPPRESSION = (
    "INSERT INTO leadline.suppressions (address, reason, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
)
FIND_SUPPRESSIONS = "SELECT address, reason, created_at FROM leadline.suppressions WHERE address = ANY($1::text[])"
ALL_SUPPRESSIONS = 'SELECT address, reason, created_at FROM leadline.suppressions ORDER BY address COLLATE "C"'
TOUCH_WORKER = (
    "INSERT INTO leadline.workers (id, place, started_at, seen_at) VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (id) DO UPDATE SET seen_at = greatest(workers.seen_at, excluded.seen_at)"
)
FORGET_WORKERS = "DELETE FROM leadline.workers WHERE id = ANY($1::uuid[])"
ALL_WORKERS = "SELECT id, place, started_at, seen_at FROM leadline.workers ORDER BY seen_at DESC"


def claim_arguments(claim: Claim) -> tuple[Any, ...]:
    """What CLAIM takes."""
    start = random.choice(_STARTS)  # noqa: S311 - fairness, not a secret
    return (claim.channel, claim.now, claim.lease_until, claim.worker, claim.recipients, claim.each, start)


class NotificationReads:
    """See `ports.Store`."""

    _pool: "asyncpg.Pool[Any]"

    async def claim_notifications(self, claim: Claim) -> list[Notification]:
        claimed = [Notification(*row) for row in await self._ask(CLAIM, *claim_arguments(claim))]
        return sorted(claimed, key=lambda row: (row.recipient, row.id))

    async def due_held_notifications(self, channel: ChannelName, now: datetime, limit: int) -> list[Notification]:
        return [Notification(*row) for row in await self._ask(DUE_HELD, channel, now, limit)]

    async def queue_depths(self) -> list[Depth]:
        return sorted((Depth(*row) for row in await self._ask(DEPTHS)), key=lambda d: (d.channel, d.status))

    async def find_suppressions(self, addresses: Sequence[str]) -> list[Suppression]:
        return [Suppression(*row) for row in await self._ask(FIND_SUPPRESSIONS, addresses)]

    async def list_suppressions(self) -> list[Suppression]:
        return [Suppression(*row) for row in await self._ask(ALL_SUPPRESSIONS)]

    async def touch_worker(self, worker: Worker) -> None:
        await self._ask(TOUCH_WORKER, worker.id, worker.place, worker.started_at, worker.seen_at)

    async def forget_workers(self, ids: Sequence[UUID]) -> None:
        await self._ask(FORGET_WORKERS, ids)

    async def list_workers(self) -> list[Worker]:
        return [Worker(*row) for row in await self._ask(ALL_WORKERS)]

    async def list_notifications(
        self, status: str | None, lead_id: UUID | None, position: Position | None, limit: int
    ) -> Page[Notification]:
        async with borrow(self._pool) as connection:
            return await trail.list_notifications(connection, status, lead_id, position, limit)

    async def _ask(self, sql: str, *args: Any) -> list[asyncpg.Record]:
        async with borrow(self._pool) as connection:
            return await connection.fetch(sql, *args)
