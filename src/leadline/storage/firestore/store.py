"""The store on Firestore: transactions, and the reads outside of them."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID, uuid4

from google.cloud.firestore_v1 import AsyncClient

from leadline.domain.access import ApiKey, Session
from leadline.domain.activities import Activity
from leadline.domain.endpoints import Endpoint
from leadline.domain.errors import NotFound
from leadline.domain.findings import Finding
from leadline.domain.imports import ImportRun
from leadline.domain.intake import SubmissionRecord
from leadline.domain.invitations import Invitation
from leadline.domain.lead_counts import open_counts
from leadline.domain.lead_lists import LeadQuery, Page, Position
from leadline.domain.leads import Lead
from leadline.domain.publications import Draft, Published
from leadline.domain.rescoring import Standing
from leadline.domain.users import User
from leadline.ports import LostRace
from leadline.ports.moment import Moment
from leadline.storage.firestore import (
    access,
    accounts,
    doctor,
    endpoints,
    imports,
    intake,
    leads,
    queries,
    rules,
    trail,
)
from leadline.storage.firestore.connection import open_client
from leadline.storage.firestore.lead_counts import read_counts
from leadline.storage.firestore.moment import moment, recount
from leadline.storage.firestore.notifications import NotificationReads
from leadline.storage.firestore.routing import ROUTING, Reserved, reserve
from leadline.storage.firestore.tx import FirestoreTx

T = TypeVar("T")

ATTEMPTS = 12
BACKOFF_SECONDS = 0.02
BACKOFF_MAX_SECONDS = 0.3
# How often one looks whether another process's turn is over, and for how long at most.
POLL_SECONDS = 0.03
WAIT_SECONDS_MAX = 10.0


class FirestoreStore(NotificationReads):
    """See `ports.Store`. Open it with `open_store`.

    Transactions that route go one after another within a process, so they never disturb each other; between processes the
    one that commits first wins, and the other runs again with the right of way."""

    # A capture writes five to ten documents, and a commit takes 400.
    batch_max = 40

    def __init__(self, client: AsyncClient) -> None:
        self._client = client
        self._routing = asyncio.Lock()
        self._ticket = uuid4().hex

    async def transact(self, work: Callable[[FirestoreTx], Awaitable[T]], *, routing: bool = False) -> T:
        async with self._routing if routing else nullcontext():
            deadline = time.monotonic() + WAIT_SECONDS_MAX
            lost = 0
            while True:
                try:
                    return await self._run(work, routing=routing, goes_first=routing and lost > 0)
                except Reserved:
                    if time.monotonic() > deadline:
                        raise
                    await _pause(POLL_SECONDS)
                except LostRace:
                    lost += 1
                    if lost == ATTEMPTS:
                        raise
                    await _pause(min(BACKOFF_SECONDS * 2**lost, BACKOFF_MAX_SECONDS))

    async def _run(self, work: Callable[[FirestoreTx], Awaitable[T]], *, routing: bool, goes_first: bool) -> T:
        if goes_first:
            await reserve(self._client, self._ticket)
        tx = FirestoreTx(self._client, routing=routing, ticket=self._ticket)
        result = await work(tx)
        # Shielded: a caller that goes away must not leave a commit whose result nobody hears.
        await asyncio.shield(tx.commit())
        return result

    async def get_lead(self, lead_id: UUID) -> Lead:
        return await leads.get_lead(self._client, lead_id)

    async def find_leads(self, ids: Sequence[UUID]) -> list[Lead]:
        return await leads.find_leads(self._client, ids)

    async def list_leads(self, query: LeadQuery, position: Position | None, limit: int) -> Page[Lead]:
        return await leads.list_leads(self._client, query, position, limit)

    async def count_open(self, owners: Sequence[UUID | None]) -> dict[str, int]:
        return open_counts(await read_counts(self._client), owners)

    async def leads_of_address(self, email_key: str, limit: int) -> list[Lead]:
        path = intake.email_path(email_key)
        known = intake.known_leads(email_key, (await queries.get(self._client, [path]))[path])
        found = await leads.find_leads(self._client, [one.lead_id for one in known[:limit]])
        # Deleted meanwhile.
        return [lead for lead in found if not lead.is_deleted]

    async def list_activities(self, lead_id: UUID, position: Position | None, limit: int) -> Page[Activity]:
        return await trail.list_activities(self._client, lead_id, position, limit)

    async def find_trails(self, lead_ids: Sequence[UUID]) -> dict[UUID, list[Activity]]:
        return await trail.find_trails(self._client, lead_ids)

    async def list_submissions(
        self, outcome: str | None, lead_id: UUID | None, position: Position | None, limit: int
    ) -> Page[SubmissionRecord]:
        return await trail.list_submissions(self._client, outcome, lead_id, position, limit)

    async def list_postings(self, position: Position | None, limit: int) -> Page[SubmissionRecord]:
        return await trail.list_postings(self._client, position, limit)

    async def list_endpoint_postings(
        self, endpoint: str, position: Position | None, limit: int
    ) -> Page[SubmissionRecord]:
        return await trail.list_endpoint_postings(self._client, endpoint, position, limit)

    async def find_submissions(self, ids: Sequence[UUID]) -> list[SubmissionRecord]:
        return await trail.find_submissions(self._client, ids)

    async def list_users(self) -> list[User]:
        return await accounts.list_users(self._client)

    async def get_user(self, user_id: UUID) -> User:
        user = await accounts.find_user(self._client, accounts.user_path(user_id))
        if user is None:
            raise NotFound(f"no user {user_id}")
        return user

    async def find_user_by_email(self, email_key: str) -> User | None:
        return await accounts.find_user_by_email(self._client, email_key)

    async def find_session(self, token_hash: bytes) -> Session | None:
        return await access.find_session(self._client, token_hash)

    async def touch_session(self, token_hash: bytes, at: datetime) -> bool:
        seen = await access.change_live_session(
            self._client, token_hash, lambda session: {"seenAt": max(at, session["seenAt"])}
        )
        return seen is not None

    async def take_session(self, token_hash: bytes, at: datetime) -> Session | None:
        return await access.change_live_session(self._client, token_hash, lambda _: {"revokedAt": at})

    async def find_invitation(self, token_hash: bytes) -> Invitation | None:
        return await access.find_invitation(self._client, token_hash)

    async def list_invitations(self) -> list[Invitation]:
        return await access.list_invitations(self._client)

    async def touch_api_key(self, key_hash: bytes, at: datetime) -> None:
        await access.touch_api_key(self._client, key_hash, at)

    async def find_api_key(self, key_hash: bytes) -> ApiKey | None:
        return await access.find_api_key(self._client, key_hash)

    async def list_api_keys(self) -> list[ApiKey]:
        return await access.list_api_keys(self._client)

    async def get_ruleset(self, version: int) -> Published:
        return await rules.get_ruleset(self._client, version)

    async def list_rulesets(self, position: Position | None, limit: int) -> Page[Published]:
        return await rules.list_rulesets(self._client, position, limit)

    async def list_drafts(self) -> list[Draft]:
        return await rules.list_drafts(self._client)

    async def list_standings(self, below: int, position: Position | None, limit: int) -> Page[Standing]:
        return await rules.list_standings(self._client, below, position, limit)

    async def count_standings(self, below: int) -> int:
        return await rules.count_standings(self._client, below)

    async def find_endpoint(self, name: str) -> Endpoint | None:
        return await endpoints.find_endpoint(self._client, name)

    async def list_endpoints(self) -> list[Endpoint]:
        return await endpoints.list_endpoints(self._client)

    async def list_import_runs(self) -> list[ImportRun]:
        return await imports.list_import_runs(self._client)

    async def newest_import_runs(self, position: Position | None, limit: int) -> Page[ImportRun]:
        return await trail.newest_import_runs(self._client, position, limit)

    def moment(self) -> AbstractAsyncContextManager[Moment]:
        return moment(self._client)

    async def look_at_itself(self) -> tuple[list[Finding], list[str]]:
        return [found async for found in doctor.odd_documents(self._client)], [doctor.TRAIL_NOTE]

    async def recount(self) -> None:
        await recount(self._client)

    async def ping(self) -> None:
        await queries.get(self._client, [ROUTING])

    async def beat(self) -> None:
        # The client opens as many streams as are asked for: this one waits for no other.
        await self.ping()

    async def close(self) -> None:
        await close_client(self._client)


async def _pause(seconds: float) -> None:
    """Some time, so that two who lost do not meet again."""
    await asyncio.sleep(random.uniform(0, seconds))  # noqa: S311 - jitter, not a secret


async def close_client(client: AsyncClient) -> None:
    """Close the channel. The client's own `close` is for its synchronous sister; a channel that was never opened is none."""
    transport: Any = getattr(client, "_transport", None)
    if transport is not None:
        await transport.close()


async def open_store(project: str, *, database: str | None = None, is_there: bool = True) -> FirestoreStore:
    """The store of a project, once it has answered, or (not `is_there`) before it has. Raises WrongProject (an Unavailable that
    waiting does not mend) where there are no credentials, no such project, or no right to it."""
    store = FirestoreStore(open_client(project, database))
    try:
        if is_there:
            await store.ping()
    except BaseException:
        await store.close()
        raise
    return store
