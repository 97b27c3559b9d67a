"""What a transaction has read: everything as of one moment, without a lock, remembered with its time of change."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from google.cloud.firestore_v1 import AsyncClient

from leadline.domain.leads import Lead
from leadline.domain.users import User
from leadline.storage.firestore import queries
from leadline.storage.firestore.documents import document_id, to_entity
from leadline.storage.firestore.queries import Find, Found
from leadline.storage.firestore.routing import ROUTING, check_turn, read_routing
from leadline.storage.firestore.trail import entity_of

T = TypeVar("T")


class Reads:
    """The snapshot of one transaction. Its moment is the first read; the routing document is part of it. With a `ticket` the
    first read raises Reserved while another holder's turn is not over."""

    def __init__(self, client: AsyncClient, ticket: str | None = None) -> None:
        self.client = client
        self._ticket = ticket
        self._time: datetime | None = None
        self._seen: dict[str, Found | None] = {}
        self._has_users = False
        self.held: set[str] = set()

    async def get(self, paths: Iterable[str]) -> dict[str, Found | None]:
        """These documents; None for those that are not there."""
        wanted = list(dict.fromkeys(paths))
        await self._begin()
        missing = [path for path in wanted if path not in self._seen]
        self._seen |= await queries.get(self.client, missing, self._time)
        return {path: self._seen[path] for path in wanted}

    async def find(self, find: Find) -> list[Found]:
        """The documents of a query."""
        await self._begin()
        rows = await queries.run(self.client, find, self._time)
        self._seen |= {row.path: row for row in rows}
        return rows

    async def users(self) -> list[User]:
        """Every user that can be read."""
        if self._has_users:
            rows = [row for path, row in self._seen.items() if row and path.startswith("users/")]
        else:
            rows = await self.find(Find("users"))
            self._has_users = True
        return [user for row in rows if (user := entity_of(User, row)) is not None]

    async def leads(self, find: Find) -> list[Lead]:
        """The leads of a query, up to its limit. What somebody else wrote among them is passed over: it must not keep the
        others waiting."""
        good: list[Lead] = []
        while True:
            rows = await self.find(find)
            good += [lead for row in rows if (lead := entity_of(Lead, row)) is not None]
            if find.limit is None or len(good) >= find.limit or len(rows) < find.limit:
                return good[: find.limit]
            find = replace(find, after=tuple(rows[-1].data[name] for name, _ in find.order))

    async def hold(self, ids: Sequence[UUID]) -> list[Lead]:
        """These leads; the commit fails where one of them has changed, even if this transaction does not write it."""
        paths = [f"leads/{document_id(i)}" for i in ids]
        found = [row for row in (await self.get(paths)).values() if row]
        self.held |= {row.path for row in found}
        return [to_entity(Lead, row.path, row.data) for row in found]

    def seen(self, path: str) -> Found | None:
        """What was read before."""
        return self._seen[path]

    async def routing(self) -> Found | None:
        """The routing document."""
        return (await self.get([ROUTING]))[ROUTING]

    async def _begin(self) -> None:
        if self._time is not None:
            return
        found, at = await read_routing(self.client)
        if self._ticket is not None:
            check_turn(found, at, self._ticket)
        self._time, self._seen[ROUTING] = at, found
