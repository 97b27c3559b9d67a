"""The memory store at one moment: a state, which nobody writes to once it was committed."""

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from leadline.domain.access import ApiKey, Session
from leadline.domain.activities import Activity
from leadline.domain.intake import SubmissionRecord
from leadline.domain.lead_counts import Cell
from leadline.domain.leads import Lead
from leadline.domain.notifications import Notification
from leadline.domain.publications import Published
from leadline.domain.search import search_words
from leadline.domain.users import User
from leadline.ports.moment import Known, key_of
from leadline.storage.memory.state import State

T = TypeVar("T")

_TABLES: dict[type[Any], str] = {
    Lead: "leads",
    User: "users",
    Activity: "activities",
    Notification: "notifications",
    SubmissionRecord: "submissions",
    ApiKey: "api_keys",
    Session: "sessions",
}


class MemoryMoment:
    """See `moment.Moment`. Nothing is copied on the way out: who reads all of a store writes none of it."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._sorted: dict[type[Any], list[Any]] = {}

    async def page(self, kind: type[T], after: T | None, limit: int) -> list[T]:
        if kind not in self._sorted:
            self._sorted[kind] = sorted(self._rows(kind), key=key_of)
        rows = self._sorted[kind]
        return [row for row in rows if after is None or key_of(row) > key_of(after)][:limit]

    async def rulesets(self) -> list[Published]:
        return [self._state.rulesets[version] for version in sorted(self._state.rulesets)]

    async def lead_counts(self) -> dict[Cell, int]:
        return dict(self._state.lead_counts)

    async def known(self, kind: type[Any], ids: Sequence[UUID]) -> set[UUID]:
        return {row.id for row in self._rows(kind)} & set(ids)

    async def about(self, kind: type[T], lead_ids: Sequence[UUID]) -> list[T]:
        wanted = set(lead_ids)
        return sorted((row for row in self._rows(kind) if row.lead_id in wanted), key=key_of)

    async def namesakes(self, email_keys: Sequence[str]) -> list[Known]:
        leads = (lead for lead in self._state.leads.values() if lead.email_key in email_keys and not lead.is_deleted)
        return [Known(lead.id, lead.email_key, lead.created_at, lead.assigned_to) for lead in leads]

    async def indexed(self, leads: Sequence[Lead]) -> dict[UUID, bool]:
        words = self._state.words
        return {lead.id: words[lead.id] == search_words(lead) for lead in leads if lead.id in words}

    def _rows(self, kind: type[Any]) -> list[Any]:
        return list(getattr(self._state, _TABLES[kind]).values())
