"""Lists of what happened: activities, submissions, notifications."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

import asyncpg

from leadline.domain.activities import Activity
from leadline.domain.intake import SubmissionRecord
from leadline.domain.lead_lists import Page, Position
from leadline.domain.notifications import Notification
from leadline.storage.postgres import rows
from leadline.storage.postgres.rows import Connection

T = TypeVar("T")

# What most rows say is left out of the index. The planner proves nothing about a parameter, so a question for another value says so.
_COMMON = {"outcome": "created", "status": "sent"}
_AFTER_ALL = UUID(int=2**128 - 1)


async def list_activities(
    connection: Connection, lead_id: UUID, position: Position | None, limit: int
) -> Page[Activity]:
    """The trail of a lead, newest first; idx_activities_lead_id holds it in this order."""
    after = "AND (created_at, id) < ($3, $4)" if position else ""
    sql = f"SELECT {rows.select(rows.ACTIVITY)} FROM leadline.activities WHERE lead_id = $1 {after} ORDER BY created_at DESC, id DESC LIMIT $2"
    found = [Activity(*row) for row in await connection.fetch(sql, lead_id, limit + 1, *(position or ()))]
    return _page(found, limit, lambda activity: (activity.created_at, activity.id))


async def find_trails(connection: Connection, lead_ids: Sequence[UUID]) -> dict[UUID, list[Activity]]:
    """The whole trail of each of these leads, newest first."""
    sql = f"SELECT {rows.select(rows.ACTIVITY)} FROM leadline.activities WHERE lead_id = ANY($1) ORDER BY created_at DESC, id DESC"
    trails: dict[UUID, list[Activity]] = {lead_id: [] for lead_id in lead_ids}
    for row in await connection.fetch(sql, list(lead_ids)):
        activity = Activity(*row)
        trails[activity.lead_id].append(activity)
    return trails


async def list_submissions(
    connection: Connection, outcome: str | None, lead_id: UUID | None, position: Position | None, limit: int
) -> Page[SubmissionRecord]:
    """Raw postings, newest first."""
    columns = rows.select(rows.SUBMISSION)
    found = await _newest(connection, "submissions", columns, {"outcome": outcome, "lead_id": lead_id}, position, limit)
    return _page([rows.to_submission(row) for row in found], limit, lambda record: (record.id,))


async def list_postings(connection: Connection, position: Position | None, limit: int) -> Page[SubmissionRecord]:
    """Raw postings without what was sent, which lies beside the table and need not be read."""
    columns = ", ".join("''::bytea AS payload" if name == "payload" else name for name in rows.SUBMISSION)
    found = await _newest(connection, "submissions", columns, {}, position, limit)
    return _page([rows.to_submission(row) for row in found], limit, lambda record: (record.id,))


async def list_endpoint_postings(
    connection: Connection, endpoint: str, position: Position | None, limit: int
) -> Page[SubmissionRecord]:
    """Raw postings of an endpoint as they came, newest first. Asked with `endpoint = $1` the planner may go down the primary key
    through all of an endpoint that posted long ago; only idx_submissions_endpoint is in the order that is asked for here."""
    sql = (
        f"SELECT {rows.select(rows.SUBMISSION)} FROM leadline.submissions"
        " WHERE endpoint >= $1 AND (endpoint, id) < ($1, $3) AND replay_of IS NULL"
        " ORDER BY endpoint DESC, id DESC LIMIT $2"
    )
    found = await connection.fetch(sql, endpoint, limit + 1, *(position or (_AFTER_ALL,)))
    return _page([rows.to_submission(row) for row in found], limit, lambda record: (record.id,))


async def find_submissions(connection: Connection, ids: Sequence[UUID]) -> list[SubmissionRecord]:
    """These postings; unknown ids are left out."""
    sql = f"SELECT {rows.select(rows.SUBMISSION)} FROM leadline.submissions WHERE id = ANY($1::uuid[])"
    return [rows.to_submission(row) for row in await connection.fetch(sql, ids)]


async def list_notifications(
    connection: Connection, status: str | None, lead_id: UUID | None, position: Position | None, limit: int
) -> Page[Notification]:
    """Notifications, newest first."""
    columns = rows.select(rows.NOTIFICATION)
    found = await _newest(connection, "notifications", columns, {"status": status, "lead_id": lead_id}, position, limit)
    return _page([Notification(*row) for row in found], limit, lambda notification: (notification.id,))


async def _newest(
    connection: Connection, table: str, columns: str, filters: dict[str, Any], position: Position | None, limit: int
) -> list[asyncpg.Record]:
    """Rows by id descending: ids are UUIDv7, so the primary key is the order of time and needs no index beside it."""
    args: list[Any] = [limit + 1]
    conditions = ["true"]
    for column, value in filters.items():
        if value is not None:
            args.append(value)
            conditions.append(f"{column} = ${len(args)}")
            common = _COMMON.get(column)
            if common and value != common:
                conditions.append(f"{column} <> '{common}'")
    if position:
        args.append(position[0])
        conditions.append(f"id < ${len(args)}")
    sql = f"SELECT {columns} FROM leadline.{table} WHERE {' AND '.join(conditions)} ORDER BY id DESC LIMIT $1"
    return await connection.fetch(sql, *args)


def _page(found: list[T], limit: int, position: Callable[[T], Position]) -> Page[T]:
    """One row more than asked for tells whether there is a next page."""
    return Page(found[:limit], position(found[limit - 1]) if len(found) > limit else None)
