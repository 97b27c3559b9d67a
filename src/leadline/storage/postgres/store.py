"""The store on PostgreSQL: transactions, and the reads outside of them."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import asyncpg

from leadline.domain.access import ApiKey, Session
from leadline.domain.activities import Activity
from leadline.domain.endpoints import Endpoint
from leadline.domain.errors import NotFound, Unavailable
from leadline.domain.findings import Finding
from leadline.domain.imports import ImportRun
from leadline.domain.intake import SubmissionRecord
from leadline.domain.invitations import Invitation
from leadline.domain.lead_lists import LeadQuery, Page, Position
from leadline.domain.leads import Lead
from leadline.domain.publications import Draft, Published
from leadline.domain.rescoring import Standing
from leadline.domain.users import User
from leadline.ports import LostRace, UnknownOutcome
from leadline.ports.moment import Moment
from leadline.storage.postgres import accounts, endpoints, imports, lead_counts, leads, rows, rules, trail
from leadline.storage.postgres.connection import OUTAGE, borrow, in_our_words, open_pool
from leadline.storage.postgres.moment import moment
from leadline.storage.postgres.notifications import NotificationReads
from leadline.storage.postgres.pulse import Pulse
from leadline.storage.postgres.rights import look_at_rights
from leadline.storage.postgres.tx import PostgresTx

T = TypeVar("T")

ATTEMPTS = 8
BACKOFF_SECONDS = 0.01
APP_ROLE = "leadline_app"

# The lock is of the transaction, so it works behind a pooler. It is a statement of its own: a statement that waits for a lock
# still reads its old snapshot, so nothing may be read in the one that takes it.
ROUTING_LOCK = 0x1EAD_0001
BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED"
# A plan that fits any batch is kept; left alone, the server plans anew for each small one, which takes longer than running it.
KEEP_PLANS = "SET LOCAL plan_cache_mode = force_generic_plan"
BEGIN_ROUTING = f"{BEGIN}; {KEEP_PLANS}; SELECT pg_advisory_xact_lock({ROUTING_LOCK})"


class PostgresStore(NotificationReads):
    """See `ports.Store`. Open it with `open_store`."""

    batch_max = 64

    def __init__(self, pool: "asyncpg.Pool[Any]", pulse: Pulse | None = None) -> None:
        self._pool = pool
        self._pulse = pulse

    async def transact(self, work: Callable[[PostgresTx], Awaitable[T]], *, routing: bool = False) -> T:
        for attempt in range(ATTEMPTS):
            try:
                return await self._run(work, BEGIN_ROUTING if routing else BEGIN)
            except LostRace:
                if attempt == ATTEMPTS - 1:
                    raise
            await asyncio.sleep(random.uniform(0, BACKOFF_SECONDS * 2**attempt))  # noqa: S311 - jitter, not a secret
        raise AssertionError("unreachable")

    async def _run(self, work: Callable[[PostgresTx], Awaitable[T]], begin: str) -> T:
        async with borrow(self._pool) as connection:
            tx = PostgresTx(connection)
            try:
                await connection.execute(begin)
                result = await work(tx)
                await tx.flush()
            except BaseException:
                await _roll_back(connection)
                raise
            await _commit(connection)
            return result

    async def get_lead(self, lead_id: UUID) -> Lead:
        async with borrow(self._pool) as connection:
            return await leads.get_lead(connection, lead_id)

    async def find_leads(self, ids: Sequence[UUID]) -> list[Lead]:
        async with borrow(self._pool) as connection:
            return await leads.find_leads(connection, ids)

    async def list_leads(self, query: LeadQuery, position: Position | None, limit: int) -> Page[Lead]:
        async with borrow(self._pool) as connection:
            return await leads.list_leads(connection, query, position, limit)

    async def count_open(self, owners: Sequence[UUID | None]) -> dict[str, int]:
        async with borrow(self._pool) as connection:
            return await lead_counts.count_open(connection, owners)

    async def leads_of_address(self, email_key: str, limit: int) -> list[Lead]:
        return [Lead(*row) for row in await self._fetch(leads.OF_ADDRESS, email_key, limit)]

    async def list_activities(self, lead_id: UUID, position: Position | None, limit: int) -> Page[Activity]:
        async with borrow(self._pool) as connection:
            return await trail.list_activities(connection, lead_id, position, limit)

    async def find_trails(self, lead_ids: Sequence[UUID]) -> dict[UUID, list[Activity]]:
        async with borrow(self._pool) as connection:
            return await trail.find_trails(connection, lead_ids)

    async def list_submissions(
        self, outcome: str | None, lead_id: UUID | None, position: Position | None, limit: int
    ) -> Page[SubmissionRecord]:
        async with borrow(self._pool) as connection:
            return await trail.list_submissions(connection, outcome, lead_id, position, limit)

    async def list_postings(self, position: Position | None, limit: int) -> Page[SubmissionRecord]:
        async with borrow(self._pool) as connection:
            return await trail.list_postings(connection, position, limit)

    async def list_endpoint_postings(
        self, endpoint: str, position: Position | None, limit: int
    ) -> Page[SubmissionRecord]:
        async with borrow(self._pool) as connection:
            return await trail.list_endpoint_postings(connection, endpoint, position, limit)

    async def find_submissions(self, ids: Sequence[UUID]) -> list[SubmissionRecord]:
        async with borrow(self._pool) as connection:
            return await trail.find_submissions(connection, ids)

    async def list_users(self) -> list[User]:
        return [User(*row) for row in await self._fetch(accounts.USERS_BY_NAME)]

    async def get_user(self, user_id: UUID) -> User:
        for row in await self._fetch(accounts.USER_BY_ID, user_id):
            return User(*row)
        raise NotFound(f"no user {user_id}")

    async def find_user_by_email(self, email_key: str) -> User | None:
        return next((User(*row) for row in await self._fetch(accounts.USER_BY_EMAIL, email_key)), None)

    async def find_session(self, token_hash: bytes) -> Session | None:
        return next((Session(*row) for row in await self._fetch(accounts.SESSION_BY_TOKEN, token_hash)), None)

    async def touch_session(self, token_hash: bytes, at: datetime) -> bool:
        return bool(await self._fetch(accounts.TOUCH_SESSION, token_hash, at))

    async def take_session(self, token_hash: bytes, at: datetime) -> Session | None:
        for row in await self._fetch(accounts.TAKE_SESSION, token_hash, at):
            return replace(Session(*row), revoked_at=None)
        return None

    async def find_invitation(self, token_hash: bytes) -> Invitation | None:
        return next((Invitation(*row) for row in await self._fetch(accounts.INVITATION_BY_TOKEN, token_hash)), None)

    async def list_invitations(self) -> list[Invitation]:
        return [Invitation(*row) for row in await self._fetch(accounts.ALL_INVITATIONS)]

    async def touch_api_key(self, key_hash: bytes, at: datetime) -> None:
        await self._fetch(accounts.TOUCH_API_KEY, key_hash, at)

    async def find_api_key(self, key_hash: bytes) -> ApiKey | None:
        return next((rows.to_api_key(row) for row in await self._fetch(accounts.API_KEY_BY_HASH, key_hash)), None)

    async def list_api_keys(self) -> list[ApiKey]:
        return [rows.to_api_key(row) for row in await self._fetch(accounts.ALL_API_KEYS)]

    async def get_ruleset(self, version: int) -> Published:
        async with borrow(self._pool) as connection:
            return await rules.get_ruleset(connection, version)

    async def list_rulesets(self, position: Position | None, limit: int) -> Page[Published]:
        async with borrow(self._pool) as connection:
            return await rules.list_rulesets(connection, position, limit)

    async def list_drafts(self) -> list[Draft]:
        return [rules.to_draft(row) for row in await self._fetch(rules.DRAFTS)]

    async def list_standings(self, below: int, position: Position | None, limit: int) -> Page[Standing]:
        async with borrow(self._pool) as connection:
            return await rules.list_standings(connection, below, position, limit)

    async def count_standings(self, below: int) -> int:
        async with borrow(self._pool) as connection:
            return await rules.count_standings(connection, below)

    async def find_endpoint(self, name: str) -> Endpoint | None:
        return next((rows.to_endpoint(row) for row in await self._fetch(endpoints.ENDPOINT_BY_NAME, name)), None)

    async def list_endpoints(self) -> list[Endpoint]:
        return [rows.to_endpoint(row) for row in await self._fetch(endpoints.ALL_ENDPOINTS)]

    async def list_import_runs(self) -> list[ImportRun]:
        return [ImportRun(*row) for row in await self._fetch(imports.ALL_RUNS)]

    async def newest_import_runs(self, position: Position | None, limit: int) -> Page[ImportRun]:
        async with borrow(self._pool) as connection:
            return await imports.newest_import_runs(connection, position, limit)

    def moment(self) -> AbstractAsyncContextManager[Moment]:
        return moment(self._pool)

    async def look_at_itself(self) -> tuple[list[Finding], list[str]]:
        async with borrow(self._pool) as connection:
            return await look_at_rights(connection)

    async def recount(self) -> None:
        await self._fetch("SELECT leadline.recount_leads()")

    async def ping(self) -> None:
        await self._fetch("SELECT 1")

    async def beat(self) -> None:
        await (self._pulse.beat() if self._pulse else self.ping())

    async def close(self) -> None:
        if self._pulse is not None:
            self._pulse.close()
        self._pool.terminate()

    async def _fetch(self, sql: str, *args: Any) -> list[asyncpg.Record]:
        async with borrow(self._pool) as connection:
            return await connection.fetch(sql, *args)


async def open_store(url: str, *, pool_size: int = 10, as_app: bool, **connecting: bool) -> PostgresStore:
    """Connect. `as_app` gives up the owner's rights on every connection: needed where one URL serves for both roles. `connecting`
    is for `open_pool`."""
    pool = await open_pool(url, size=pool_size, role=APP_ROLE if as_app else None, **connecting)
    return PostgresStore(pool, Pulse(url))


async def _roll_back(connection: Any) -> None:
    """Leave the transaction; where even that fails, leave the connection."""
    try:
        await asyncio.shield(connection.execute("ROLLBACK"))
    except OUTAGE:
        with suppress(asyncpg.InterfaceError):  # the pool may have taken a broken connection back already
            connection.terminate()


async def _commit(connection: Any) -> None:
    """Commit, shielded from the caller's cancellation. An outage here leaves the result unknown."""
    try:
        async with in_our_words():
            await asyncio.shield(connection.execute("COMMIT"))
    except Unavailable as lost:
        with suppress(asyncpg.InterfaceError):  # the pool may have taken a broken connection back already
            connection.terminate()
        raise UnknownOutcome(f"the answer to the commit was lost: {lost}") from lost
