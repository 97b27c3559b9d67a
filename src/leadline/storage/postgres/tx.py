"""One transaction on PostgreSQL: reads at once, writes buffered until `flush`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from leadline.domain.access import ApiKey, Session
from leadline.domain.activities import Activity
from leadline.domain.endpoints import Endpoint
from leadline.domain.intake import SubmissionRecord
from leadline.domain.invitations import Invitation
from leadline.domain.leads import Lead
from leadline.domain.login_tries import LoginTries
from leadline.domain.notifications import Notification
from leadline.domain.publications import Draft, Published
from leadline.domain.rulesets import RuleSet
from leadline.domain.suppressions import Suppression
from leadline.domain.users import User, UserChange, summed
from leadline.ports import IntakeView, LostRace
from leadline.storage.postgres import accounts, endpoints, intake, notifications, rows, rules
from leadline.storage.postgres.flush import PARTS, arguments, is_fresh, is_fresh_notification, statement
from leadline.storage.postgres.idempotency import IdempotencyTx
from leadline.storage.postgres.imports import ImportTx
from leadline.storage.postgres.lead_tables import OPEN, VISIBLE
from leadline.storage.postgres.rows import Connection

LEAD = rows.select(rows.LEAD)


class PostgresTx(IdempotencyTx, ImportTx):
    """See `ports.Tx`."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._removes_demo = False

    async def intake_view(
        self, addresses: Sequence[tuple[str, datetime]], events: Sequence[tuple[str, str]]
    ) -> IntakeView:
        self._check_reading()
        return await intake.read_view(self._connection, addresses, events)

    async def leads(self, ids: Sequence[UUID]) -> list[Lead]:
        # In id order, so that two transactions never wait for each other's rows crosswise.
        return await self._leads("id = ANY($1::uuid[]) ORDER BY id FOR UPDATE", ids)

    async def users(self) -> list[User]:
        self._check_reading()
        return [User(*row) for row in await self._connection.fetch(accounts.ALL_USERS)]

    async def waiting(self, limit: int) -> list[Lead]:
        where = f"waiting_since IS NOT NULL AND {OPEN} AND {VISIBLE}"
        order = "priority_flag DESC, category = 'Hot' DESC, waiting_since, id"
        return await self._leads(f"{where} ORDER BY {order} LIMIT $1 FOR UPDATE", limit)

    async def newest_lead_id(self, email_key: str) -> UUID | None:
        self._check_reading()
        sql = "SELECT id FROM leadline.leads WHERE email_key = $1 AND NOT is_deleted ORDER BY created_at DESC LIMIT 1"
        return await self._connection.fetchval(sql, email_key)  # type: ignore[no-any-return]

    async def known_activities(self, ids: Sequence[UUID]) -> set[UUID]:
        self._check_reading()
        found = await self._connection.fetch("SELECT id FROM leadline.activities WHERE id = ANY($1::uuid[])", ids)
        return {row["id"] for row in found}

    async def leads_to_index(self, limit: int) -> list[Lead]:
        return await self._leads("search_words IS NULL ORDER BY id LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED", limit)

    async def demo_leads(self) -> list[Lead]:
        return await self._leads("is_demo ORDER BY id FOR UPDATE")

    async def leads_of(self, owners: Sequence[UUID]) -> list[Lead]:
        return await self._leads("assigned_to = ANY($1::uuid[]) ORDER BY id FOR UPDATE", owners)

    async def invitation(self, token_hash: bytes) -> Invitation | None:
        self._check_reading()
        row = await self._connection.fetchrow(accounts.INVITATION_BY_TOKEN, token_hash)
        return Invitation(*row) if row else None

    async def login_tries(self, slots: Sequence[int]) -> list[LoginTries]:
        self._check_reading()
        await self._connection.execute(accounts.LOCK_TRIES, sorted(slots))
        return [LoginTries(*row) for row in await self._connection.fetch(accounts.TRIES_BY_SLOT, slots)]

    async def ended_login_tries(self, now: datetime, limit: int) -> list[LoginTries]:
        self._check_reading()
        return [LoginTries(*row) for row in await self._connection.fetch(accounts.ENDED_TRIES, now, limit)]

    def add_submissions(self, rows: Sequence[SubmissionRecord]) -> None:
        self._buffer("submissions", rows)

    def add_leads(self, leads: Sequence[Lead]) -> None:
        for lead in leads:
            self._buffer("fresh_leads" if is_fresh(lead) else "new_leads", [lead])

    def update_leads(self, leads: Sequence[Lead]) -> None:
        self._buffer("changed_leads", leads)

    def add_activities(self, rows: Sequence[Activity]) -> None:
        self._buffer("activities", rows)

    async def notifications(self, ids: Sequence[UUID]) -> list[Notification]:
        self._check_reading()
        return [Notification(*row) for row in await self._connection.fetch(notifications.BY_ID, ids)]

    async def sent_by_slack(self, lead_ids: Sequence[UUID]) -> list[Notification]:
        self._check_reading()
        return [Notification(*row) for row in await self._connection.fetch(notifications.SENT_BY_SLACK, lead_ids)]

    def add_notifications(self, rows: Sequence[Notification]) -> None:
        for row in rows:
            self._buffer("fresh_notifications" if is_fresh_notification(row) else "notifications", [row])

    def update_notifications(self, rows: Sequence[Notification]) -> None:
        self._buffer("changed_notifications", rows)

    def add_suppressions(self, rows: Sequence[Suppression]) -> None:
        for row in rows:
            self._statement(notifications.ADD_SUPPRESSION, row.address, row.reason, row.created_at)

    def change_users(self, changes: Sequence[UserChange]) -> None:
        self._buffer("user_changes", changes)

    def set_index(self, rows: Sequence[tuple[UUID, list[str], str | None]]) -> None:
        ids, words, numbers = zip(*rows, strict=True) if rows else ((), (), ())
        self._statement(intake.SET_INDEX, ids, [" ".join(w) for w in words], numbers)

    def remove_demo(self) -> None:
        # The application's role may not delete from the trail; this function of the owner's takes demo rows only.
        self._has_written = self._removes_demo = True

    def add_users(self, users: Sequence[User]) -> None:
        for user in users:
            self._statement(accounts.INSERT_USER, *(getattr(user, name) for name in rows.USER))

    def update_users(self, users: Sequence[User]) -> None:
        for user in users:
            self._statement(
                accounts.UPDATE_USER, *(getattr(user, name) for name in accounts.EDITED), user.id, user.version
            )

    def add_sessions(self, sessions: Sequence[Session]) -> None:
        for session in sessions:
            self._statement(accounts.INSERT_SESSION, *(getattr(session, name) for name in rows.SESSION))

    def revoke_sessions(self, *, token_hash: bytes | None = None, user_id: UUID | None = None, at: datetime) -> None:
        self._statement(accounts.REVOKE_SESSIONS, token_hash, user_id, at)

    def add_invitations(self, invitations: Sequence[Invitation]) -> None:
        for invitation in invitations:
            self._statement(accounts.INSERT_INVITATION, *(getattr(invitation, name) for name in rows.INVITATION))

    def use_invitation(self, token_hash: bytes, at: datetime) -> None:
        self._statement(accounts.USE_INVITATION, token_hash, at)

    def revoke_invitations(self, user_id: UUID, at: datetime) -> None:
        self._statement(accounts.REVOKE_INVITATIONS, user_id, at)

    def set_login_tries(self, rows: Sequence[LoginTries]) -> None:
        for tries in rows:
            if tries.number:
                self._statement(accounts.SET_TRIES, tries.slot, tries.number, tries.ends_at)
            else:
                self._statement(accounts.REMOVE_TRIES, tries.slot)

    async def ruleset(self, version: int) -> RuleSet | None:
        self._check_reading()
        found = await self._connection.fetchval(rules.RULESET, version)
        return None if found is None else RuleSet.from_json(found)

    async def drafts(self) -> list[Draft]:
        self._check_reading()
        return [rules.to_draft(row) for row in await self._connection.fetch(rules.DRAFTS)]

    def add_rulesets(self, rulesets: Sequence[Published]) -> None:
        for row in rulesets:
            self._statement(rules.INSERT_RULESET, *rules.published_values(row))

    def add_drafts(self, drafts: Sequence[Draft]) -> None:
        for draft in drafts:
            self._statement(rules.INSERT_DRAFT, *rules.draft_values(draft))

    def update_drafts(self, drafts: Sequence[Draft]) -> None:
        for draft in drafts:
            self._statement(rules.UPDATE_DRAFT, *rules.edit_values(draft))

    def remove_drafts(self, drafts: Sequence[Draft]) -> None:
        for draft in drafts:
            self._statement(rules.REMOVE_DRAFT, draft.id, draft.version)

    def move_to_ruleset(self, version: int, leads: Sequence[tuple[UUID, int]]) -> None:
        self._statement(rules.MOVE_TO_RULESET, *rules.moved_values(version, leads))

    async def endpoints(self) -> list[Endpoint]:
        self._check_reading()
        return [rows.to_endpoint(row) for row in await self._connection.fetch(endpoints.ALL_ENDPOINTS)]

    def add_endpoints(self, new: Sequence[Endpoint]) -> None:
        for endpoint in new:
            self._statement(endpoints.INSERT_ENDPOINT, *(getattr(endpoint, name) for name in rows.ENDPOINT))

    def update_endpoints(self, edited: Sequence[Endpoint]) -> None:
        for endpoint in edited:
            values = (getattr(endpoint, name) for name in endpoints.EDITED)
            self._statement(endpoints.UPDATE_ENDPOINT, *values, endpoint.id, endpoint.version)

    def add_api_keys(self, keys: Sequence[ApiKey]) -> None:
        for key in keys:
            self._statement(accounts.INSERT_API_KEY, *(getattr(key, name) for name in rows.API_KEY))

    def revoke_api_key(self, key_hash: bytes, at: datetime) -> None:
        self._statement(accounts.REVOKE_API_KEY, key_hash, at)

    async def flush(self) -> None:
        """Send the writes: first those with a statement of their own (a new user must be there before a lead names it), then
        all others in one."""
        for sql, args in self._statements:
            if await self._connection.fetchval(sql, *args) is False:
                raise LostRace("another writer changed the same row")
        used = [
            (name, summed(rows) if name == "user_changes" else rows)
            for name in PARTS
            if (rows := self._buffers.get(name))
        ]
        if used:
            await self._flush_buffers(used)
        if self._removes_demo:
            # Last: by now nothing real belongs to a demo user any more.
            await self._connection.execute("SELECT leadline.remove_demo()")

    async def _flush_buffers(self, used: list[tuple[str, Any]]) -> None:
        counts = await self._connection.fetchrow(statement(tuple(name for name, _ in used)), *arguments(used))
        missed = [name for name, rows in used if counts is None or counts[name] != len(rows)]
        if missed:
            raise LostRace(f"another writer changed or took away what was to be written: {', '.join(missed)}")

    async def _leads(self, where: str, *args: Any) -> list[Lead]:
        self._check_reading()
        return [
            Lead(*row)
            for row in await self._connection.fetch(f"SELECT {LEAD} FROM leadline.leads WHERE {where}", *args)
        ]
