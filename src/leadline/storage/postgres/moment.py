"""PostgreSQL at one moment: a transaction of REPEATABLE READ, which sees one snapshot and holds nobody up."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from uuid import UUID

import asyncpg

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
from leadline.storage.postgres import rows, rules
from leadline.storage.postgres.connection import borrow
from leadline.storage.postgres.lead_counts import ALL_COUNTS
from leadline.storage.postgres.rows import Connection

T = TypeVar("T")

# Between two pages the reader may be busy writing what it read somewhere else.
PAUSE_MAX_MS = 600_000
BEGIN = (
    f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL idle_in_transaction_session_timeout = {PAUSE_MAX_MS}"
)
_TABLES: dict[type[Any], tuple[str, tuple[str, ...], Callable[[Any], Any]]] = {
    Lead: ("leads", rows.LEAD, lambda row: Lead(*row)),
    User: ("users", rows.USER, lambda row: User(*row)),
    Activity: ("activities", rows.ACTIVITY, lambda row: Activity(*row)),
    Notification: ("notifications", rows.NOTIFICATION, lambda row: Notification(*row)),
    SubmissionRecord: ("submissions", rows.SUBMISSION, rows.to_submission),
    ApiKey: ("api_keys", rows.API_KEY, rows.to_api_key),
    Session: ("sessions", rows.SESSION, lambda row: Session(*row)),
}


@asynccontextmanager
async def moment(pool: "asyncpg.Pool[Any]") -> AsyncIterator["PostgresMoment"]:
    """Everything as of the first read."""
    async with borrow(pool) as connection:
        await connection.execute(BEGIN)
        try:
            yield PostgresMoment(connection)
        finally:
            if not connection.is_closed():
                await connection.execute("ROLLBACK")


class PostgresMoment:
    """See `moment.Moment`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def page(self, kind: type[T], after: T | None, limit: int) -> list[T]:
        table, columns, read = _TABLES[kind]
        key = "token_hash" if kind is Session else "id"
        where = "" if after is None else f"WHERE {key} > $2"
        sql = f"SELECT {rows.select(columns)} FROM leadline.{table} {where} ORDER BY {key} LIMIT $1"
        found = await self._connection.fetch(sql, limit, *([] if after is None else [key_of(after)]))
        return [read(row) for row in found]

    async def rulesets(self) -> list[Published]:
        return [rules.to_published(row) for row in await self._connection.fetch(rules.ALL_RULESETS)]

    async def lead_counts(self) -> dict[Cell, int]:
        return {Cell(*cell): number for *cell, number in await self._connection.fetch(ALL_COUNTS)}

    async def known(self, kind: type[Any], ids: Sequence[UUID]) -> set[UUID]:
        tables = ["leads", "leads_archive"] if kind is Lead else [_TABLES[kind][0]]
        sql = " UNION ALL ".join(f"SELECT id FROM leadline.{table} WHERE id = ANY($1::uuid[])" for table in tables)
        return {row["id"] for row in await self._connection.fetch(sql, ids)}

    async def about(self, kind: type[T], lead_ids: Sequence[UUID]) -> list[T]:
        table, columns, read = _TABLES[kind]
        sql = f"SELECT {rows.select(columns)} FROM leadline.{table} WHERE lead_id = ANY($1::uuid[]) ORDER BY id"
        return [read(row) for row in await self._connection.fetch(sql, lead_ids)]

    async def namesakes(self, email_keys: Sequence[str]) -> list[Known]:
        sql = "SELECT id, email_key, created_at, assigned_to FROM leadline.leads WHERE email_key = ANY($1::text[]) AND NOT is_deleted"
        return [Known(*row) for row in await self._connection.fetch(sql, email_keys)]

    async def indexed(self, leads: Sequence[Lead]) -> dict[UUID, bool]:
        sql = "SELECT id, search_words FROM leadline.leads WHERE id = ANY($1::uuid[]) AND search_words IS NOT NULL"
        words = dict(await self._connection.fetch(sql, [lead.id for lead in leads]))
        return {lead.id: words[lead.id] == search_words(lead) for lead in leads if lead.id in words}
