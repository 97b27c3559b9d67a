"""Firestore at one moment: every read says as of when. Firestore remembers an hour."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from google.cloud.firestore_v1 import AsyncClient

from leadline.domain.access import Session
from leadline.domain.lead_counts import Cell, drift, recounted
from leadline.domain.leads import Lead
from leadline.domain.publications import Published
from leadline.domain.search import search_words
from leadline.ports.moment import Known, key_of, pages
from leadline.storage.firestore import queries
from leadline.storage.firestore.changes import Changes
from leadline.storage.firestore.documents import COLLECTIONS, document_id, index_data
from leadline.storage.firestore.lead_counts import CELLS_MAX, add_counts, read_counts
from leadline.storage.firestore.queries import Find, Found
from leadline.storage.firestore.routing import read_routing
from leadline.storage.firestore.rules import rulesets_of
from leadline.storage.firestore.trail import entity_of

T = TypeVar("T")


@asynccontextmanager
async def moment(client: AsyncClient) -> AsyncIterator["FirestoreMoment"]:
    """Everything as of now, by the server's clock."""
    _, at = await read_routing(client)
    yield FirestoreMoment(client, at)


class FirestoreMoment:
    """See `moment.Moment`."""

    def __init__(self, client: AsyncClient, at: datetime) -> None:
        self._client = client
        self._at = at

    async def page(self, kind: type[T], after: T | None, limit: int) -> list[T]:
        key = "tokenHash" if kind is Session else "id"
        start = None if after is None else key_of(after)
        position = start if start is None or isinstance(start, bytes) else str(start)
        while True:
            bound = None if position is None else (position,)
            find = Find(COLLECTIONS[kind], order=((key, "ASCENDING"),), after=bound, limit=limit)
            rows = await self._run(find)
            good = [entity for row in rows if (entity := entity_of(kind, row)) is not None]
            # A page of nothing but somebody else's documents is not the end.
            if good or not rows:
                return good
            position = rows[-1].data[key]

    async def rulesets(self) -> list[Published]:
        return sorted(rulesets_of(await self._run(Find("scoringRulesets"))), key=lambda row: row.ruleset.version)

    async def lead_counts(self) -> dict[Cell, int]:
        return await read_counts(self._client, self._at)

    async def known(self, kind: type[Any], ids: Sequence[UUID]) -> set[UUID]:
        paths = {f"{COLLECTIONS[kind]}/{document_id(i)}": i for i in ids}
        found = await queries.get(self._client, paths, self._at)
        return {paths[path] for path, row in found.items() if row is not None}

    async def about(self, kind: type[T], lead_ids: Sequence[UUID]) -> list[T]:
        rows: list[Found] = []
        for chunk in queries.chunks([str(i) for i in lead_ids]):
            rows += await self._run(Find(COLLECTIONS[kind], {"leadId": chunk}))
        return sorted((e for row in rows if (e := entity_of(kind, row)) is not None), key=key_of)

    async def namesakes(self, email_keys: Sequence[str]) -> list[Known]:
        rows: list[Found] = []
        for chunk in queries.chunks(email_keys):
            rows += await self._run(Find("leads", {"emailKey": chunk}))
        leads = [lead for row in rows if (lead := entity_of(Lead, row)) is not None and not lead.is_deleted]
        return [Known(lead.id, lead.email_key, lead.created_at, lead.assigned_to) for lead in leads]

    async def indexed(self, leads: Sequence[Lead]) -> dict[UUID, bool]:
        paths = {f"leads/{document_id(lead.id)}": lead for lead in leads}
        found = await queries.get(self._client, paths, self._at)
        stored = {path: row.data for path, row in found.items() if row is not None and "searchPrefixes" in row.data}
        return {
            paths[path].id: data["searchPrefixes"] == index_data(search_words(paths[path]))["searchPrefixes"]
            for path, data in stored.items()
        }

    async def _run(self, find: Find) -> list[Found]:
        return await queries.run(self._client, find, self._at)


async def count_leads(at: FirestoreMoment) -> Counter[Cell]:
    """The counts as the leads of a moment make them."""
    counts: Counter[Cell] = Counter()
    async for leads in pages(at, Lead):
        counts.update(recounted(leads))
    return counts


async def recount(client: AsyncClient) -> None:
    """Add what the kept counts lack of a recount as of the same moment: it stays the same whatever is written meanwhile."""
    async with moment(client) as at:
        lacking = list(drift(await at.lead_counts(), await count_leads(at)).items())
    for start in range(0, len(lacking), CELLS_MAX):
        changes = Changes()
        add_counts(changes, dict(lacking[start : start + CELLS_MAX]))
        await changes.commit(client)
