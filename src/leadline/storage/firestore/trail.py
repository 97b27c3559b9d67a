"""Lists of what happened: activities, submissions, notifications, imports."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar
from uuid import UUID

from google.cloud.firestore_v1 import AsyncClient

from leadline.domain.activities import Activity
from leadline.domain.imports import ImportRun
from leadline.domain.intake import SubmissionRecord
from leadline.domain.lead_lists import Page, Position
from leadline.domain.notifications import Notification
from leadline.storage.firestore import queries
from leadline.storage.firestore.documents import Data, OddDocument, document_id, keys_of, to_entity
from leadline.storage.firestore.queries import Find, Found

log = logging.getLogger("leadline.firestore")
T = TypeVar("T")

# All of a posting but what was sent.
_LIGHT = tuple(sorted(keys_of(SubmissionRecord) - {"payload"}))


def activities_of(lead_id: UUID) -> Find:
    """The trail of a lead, newest first."""
    return Find("activities", {"leadId": str(lead_id)}, order=(("createdAt", "DESCENDING"), ("id", "DESCENDING")))


def newest(collection: str, **filters: Any) -> Find:
    """Documents by their own id descending, which is the order of time: ids are UUIDv7."""
    equal = {name: str(value) for name, value in filters.items() if value is not None}
    return Find(collection, equal, order=(("id", "DESCENDING"),))


async def list_activities(client: AsyncClient, lead_id: UUID, position: Position | None, limit: int) -> Page[Activity]:
    """The trail of a lead, newest first."""
    return await _page(client, activities_of(lead_id), Activity, position, limit, lambda a: (a.created_at, a.id))


async def find_trails(client: AsyncClient, lead_ids: Sequence[UUID]) -> dict[UUID, list[Activity]]:
    """The whole trail of each of these leads, newest first."""
    found = await asyncio.gather(*(queries.run(client, activities_of(lead_id)) for lead_id in lead_ids))
    return {
        lead_id: [entity for row in rows if (entity := entity_of(Activity, row)) is not None]
        for lead_id, rows in zip(lead_ids, found, strict=True)
    }


async def newest_import_runs(client: AsyncClient, position: Position | None, limit: int) -> Page[ImportRun]:
    """Imports, newest first."""
    return await _page(client, newest("importRuns"), ImportRun, position, limit, lambda run: (run.id,))


async def list_submissions(
    client: AsyncClient, outcome: str | None, lead_id: UUID | None, position: Position | None, limit: int
) -> Page[SubmissionRecord]:
    """Raw postings, newest first."""
    find = newest("submissions", outcome=outcome, leadId=lead_id)
    return await _page(client, find, SubmissionRecord, position, limit, lambda s: (s.id,))


async def list_postings(client: AsyncClient, position: Position | None, limit: int) -> Page[SubmissionRecord]:
    """Raw postings without what was sent."""
    find = replace(newest("submissions"), only=_LIGHT)
    return await _page(client, find, SubmissionRecord, position, limit, lambda s: (s.id,), {"payload": b""})


def postings_of(endpoint: str) -> Find:
    """The postings of an endpoint as they came, newest first."""
    return Find("submissions", {"endpoint": endpoint, "replayOf": None}, order=(("id", "DESCENDING"),))


async def list_endpoint_postings(
    client: AsyncClient, endpoint: str, position: Position | None, limit: int
) -> Page[SubmissionRecord]:
    """Raw postings of an endpoint as they came, newest first."""
    return await _page(client, postings_of(endpoint), SubmissionRecord, position, limit, lambda s: (s.id,))


async def find_submissions(client: AsyncClient, ids: Sequence[UUID]) -> list[SubmissionRecord]:
    """These postings; unknown ids are left out."""
    found = await queries.get(client, (f"submissions/{document_id(i)}" for i in ids))
    return [to_entity(SubmissionRecord, row.path, row.data) for row in found.values() if row]


async def list_notifications(
    client: AsyncClient, status: str | None, lead_id: UUID | None, position: Position | None, limit: int
) -> Page[Notification]:
    """Notifications, newest first."""
    find = newest("notifications", status=status, leadId=lead_id)
    return await _page(client, find, Notification, position, limit, lambda n: (n.id,))


async def _page(
    client: AsyncClient,
    find: Find,
    kind: type[T],
    position: Position | None,
    limit: int,
    position_of: Callable[[T], Position],
    unread: Data | None = None,
) -> Page[T]:
    """A page; where somebody else's documents stand in it, read on until it is full. `unread` stands for fields left out."""
    after = None if position is None else tuple(str(p) if isinstance(p, UUID) else p for p in position)
    good: list[T] = []
    while len(good) <= limit:
        rows = await queries.run(client, replace(find, after=after, limit=limit + 1))
        if unread:
            rows = [replace(row, data=row.data | unread) for row in rows]
        good += [entity for row in rows if (entity := entity_of(kind, row)) is not None]
        if len(rows) <= limit:
            break
        after = tuple(rows[-1].data[name] for name, _ in find.order)
    return Page(good[:limit], position_of(good[limit - 1]) if len(good) > limit else None)


def entity_of(kind: type[T], row: Found) -> T | None:
    """The entity of a document, or None with a warning where somebody else wrote it."""
    try:
        return to_entity(kind, row.path, row.data)
    except OddDocument as odd:
        log.warning("left out: %s", odd)
        return None
