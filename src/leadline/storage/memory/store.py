"""The store in memory. Transactions run one after another; in tests each is rehearsed: run, thrown away, and run again."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from leadline.domain.access import ApiKey, Session
from leadline.domain.activities import Activity
from leadline.domain.errors import Conflict, NotFound
from leadline.domain.findings import Finding
from leadline.domain.intake import SubmissionRecord
from leadline.domain.invitations import Invitation
from leadline.domain.lead_counts import open_counts, recounted
from leadline.domain.lead_lists import LeadQuery, Page, Position, matches, order_of, position_of
from leadline.domain.leads import Lead
from leadline.domain.notifications import Notification
from leadline.domain.publications import Draft, Published
from leadline.domain.rescoring import Standing
from leadline.domain.users import User
from leadline.ports import LostRace
from leadline.storage.memory import rules
from leadline.storage.memory.endpoints import EndpointReads
from leadline.storage.memory.imports import ImportReads
from leadline.storage.memory.moment import MemoryMoment
from leadline.storage.memory.notifications import NotificationReads
from leadline.storage.memory.state import State, page_of
from leadline.storage.memory.tx import MemoryTx

T = TypeVar("T")

ATTEMPTS = 8


class MemoryStore(EndpointReads, ImportReads, NotificationReads):
    """See `ports.Store`. `on_call` hears of each call before it happens, of `committed` after, and may raise: for the faults."""

    batch_max = 64

    def __init__(self, *, rehearse: bool = True, on_call: Callable[[str], None] = lambda name: None) -> None:
        self._state = State()
        self._rehearse = rehearse
        self._on_call = on_call

    async def transact(self, work: Callable[[MemoryTx], Awaitable[T]], *, routing: bool = False) -> T:
        for attempt in range(ATTEMPTS):
            try:
                if self._rehearse:
                    await self._run(work)
                base = self._state
                result, state = await self._run(work)
                if self._state is not base:
                    raise LostRace("another writer committed meanwhile")
                self._on_call("commit")
                self._state = state
                self._on_call("committed")
                return result
            except LostRace:
                if attempt == ATTEMPTS - 1:
                    raise
        raise Conflict("kept losing to other writers")

    async def _run(self, work: Callable[[MemoryTx], Awaitable[T]]) -> tuple[T, State]:
        state = self._state.copy()
        tx = MemoryTx(state, self._on_call)
        result = await work(tx)
        tx.flush()
        return result, state

    async def get_lead(self, lead_id: UUID) -> Lead:
        self._on_call("get_lead")
        if lead_id not in self._state.leads:
            raise NotFound(f"no lead {lead_id}")
        return deepcopy(self._state.leads[lead_id])

    async def find_leads(self, ids: Sequence[UUID]) -> list[Lead]:
        self._on_call("find_leads")
        return deepcopy([self._state.leads[i] for i in ids if i in self._state.leads])

    async def list_leads(self, query: LeadQuery, position: Position | None, limit: int) -> Page[Lead]:
        self._on_call("list_leads")
        found = [lead for lead in self._state.leads.values() if matches(query, lead)]
        if query.words:
            found = [lead for lead in found if lead.id in self._state.words]
        return page_of(
            found, lambda lead: position_of(query, lead), position, limit, ascending=order_of(query) == "updated"
        )

    async def count_open(self, owners: Sequence[UUID | None]) -> dict[str, int]:
        self._on_call("count_open")
        return open_counts(self._state.lead_counts, owners)

    async def leads_of_address(self, email_key: str, limit: int) -> list[Lead]:
        self._on_call("leads_of_address")
        found = [lead for lead in self._state.leads.values() if lead.email_key == email_key and not lead.is_deleted]
        return page_of(found, lambda lead: (lead.created_at, lead.id), None, limit).items

    async def list_activities(self, lead_id: UUID, position: Position | None, limit: int) -> Page[Activity]:
        self._on_call("list_activities")
        found = [a for a in self._state.activities.values() if a.lead_id == lead_id]
        return page_of(found, lambda a: (a.created_at, a.id), position, limit)

    async def find_trails(self, lead_ids: Sequence[UUID]) -> dict[UUID, list[Activity]]:
        self._on_call("find_trails")
        trails: dict[UUID, list[Activity]] = {lead_id: [] for lead_id in lead_ids}
        for row in sorted(self._state.activities.values(), key=lambda a: (a.created_at, a.id), reverse=True):
            if row.lead_id in trails:
                trails[row.lead_id].append(row)
        return deepcopy(trails)

    async def list_submissions(
        self, outcome: str | None, lead_id: UUID | None, position: Position | None, limit: int
    ) -> Page[SubmissionRecord]:
        self._on_call("list_submissions")
        found = [
            s for s in self._state.submissions.values() if outcome in (None, s.outcome) and lead_id in (None, s.lead_id)
        ]
        return page_of(found, lambda s: (s.id,), position, limit)

    async def list_postings(self, position: Position | None, limit: int) -> Page[SubmissionRecord]:
        self._on_call("list_postings")
        found = [replace(record, payload=b"") for record in self._state.submissions.values()]
        return page_of(found, lambda s: (s.id,), position, limit)

    async def find_submissions(self, ids: Sequence[UUID]) -> list[SubmissionRecord]:
        self._on_call("find_submissions")
        return deepcopy([self._state.submissions[i] for i in ids if i in self._state.submissions])

    async def list_notifications(
        self, status: str | None, lead_id: UUID | None, position: Position | None, limit: int
    ) -> Page[Notification]:
        self._on_call("list_notifications")
        found = [
            n for n in self._state.notifications.values() if status in (None, n.status) and lead_id in (None, n.lead_id)
        ]
        return page_of(found, lambda n: (n.id,), position, limit)

    async def list_users(self) -> list[User]:
        self._on_call("list_users")
        return deepcopy(sorted(self._state.users.values(), key=lambda u: (u.full_name, u.id)))

    async def get_user(self, user_id: UUID) -> User:
        self._on_call("get_user")
        if user_id not in self._state.users:
            raise NotFound(f"no user {user_id}")
        return deepcopy(self._state.users[user_id])

    async def find_user_by_email(self, email_key: str) -> User | None:
        self._on_call("find_user_by_email")
        return deepcopy(next((u for u in self._state.users.values() if u.email_key == email_key), None))

    async def find_session(self, token_hash: bytes) -> Session | None:
        self._on_call("find_session")
        return deepcopy(self._state.sessions.get(token_hash))

    async def touch_session(self, token_hash: bytes, at: datetime) -> bool:
        self._on_call("touch_session")
        return self._change_session(token_hash, lambda s: replace(s, seen_at=max(s.seen_at, at))) is not None

    async def take_session(self, token_hash: bytes, at: datetime) -> Session | None:
        self._on_call("take_session")
        return self._change_session(token_hash, lambda session: replace(session, revoked_at=at))

    def _change_session(self, token_hash: bytes, change: Callable[[Session], Session]) -> Session | None:
        """Change a live session and give it back as it was. In a new state, so that a transaction under way runs again."""
        session = self._state.sessions.get(token_hash)
        if session is None or session.revoked_at is not None:
            return None
        self._state = self._state.copy()
        self._state.sessions[token_hash] = change(session)
        return session

    async def find_invitation(self, token_hash: bytes) -> Invitation | None:
        self._on_call("find_invitation")
        return deepcopy(self._state.invitations.get(token_hash))

    async def list_invitations(self) -> list[Invitation]:
        self._on_call("list_invitations")
        return deepcopy(sorted(self._state.invitations.values(), key=lambda invitation: invitation.token_hash))

    async def touch_api_key(self, key_hash: bytes, at: datetime) -> None:
        self._on_call("touch_api_key")
        key = self._state.api_keys.get(key_hash)
        if key is not None:
            self._state = self._state.copy()
            self._state.api_keys[key_hash] = replace(key, last_used_at=max(key.last_used_at or at, at))

    async def find_api_key(self, key_hash: bytes) -> ApiKey | None:
        self._on_call("find_api_key")
        return deepcopy(self._state.api_keys.get(key_hash))

    async def list_api_keys(self) -> list[ApiKey]:
        self._on_call("list_api_keys")
        return deepcopy(sorted(self._state.api_keys.values(), key=lambda key: key.id))

    async def get_ruleset(self, version: int) -> Published:
        self._on_call("get_ruleset")
        if version not in self._state.rulesets:
            raise NotFound(f"no rule set {version}")
        return self._state.rulesets[version]

    async def list_rulesets(self, position: Position | None, limit: int) -> Page[Published]:
        self._on_call("list_rulesets")
        return page_of(self._state.rulesets.values(), lambda published: (published.ruleset.version,), position, limit)

    async def list_drafts(self) -> list[Draft]:
        self._on_call("list_drafts")
        return deepcopy(sorted(self._state.drafts.values(), key=lambda draft: draft.id, reverse=True))

    async def list_standings(self, below: int, position: Position | None, limit: int) -> Page[Standing]:
        self._on_call("list_standings")
        found = rules.standings(self._state, below)
        return page_of(found, lambda row: (row.ruleset_version, row.id), position, limit, ascending=True)

    async def count_standings(self, below: int) -> int:
        self._on_call("count_standings")
        return len(rules.standings(self._state, below))

    @asynccontextmanager
    async def moment(self) -> AsyncIterator[MemoryMoment]:
        self._on_call("moment")
        yield MemoryMoment(self._state)

    async def look_at_itself(self) -> tuple[list[Finding], list[str]]:
        return [], []

    async def recount(self) -> None:
        self._state = self._state.copy()
        self._state.lead_counts = recounted(self._state.leads.values())

    async def ping(self) -> None:
        self._on_call("ping")

    beat = ping

    async def close(self) -> None:
        """Nothing is held."""
