"""One transaction on Firestore: reads as of one moment and without locks, writes buffered until `commit`, which fails where
anything that was read and is written has changed since."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from google.cloud.firestore_v1 import AsyncClient

from leadline.domain.access import ApiKey, Session
from leadline.domain.activities import Activity
from leadline.domain.endpoints import Endpoint
from leadline.domain.idempotency import KeptAnswer
from leadline.domain.imports import ImportRun
from leadline.domain.intake import SubmissionRecord
from leadline.domain.invitations import Invitation
from leadline.domain.leads import Lead
from leadline.domain.login_tries import LoginTries
from leadline.domain.notifications import Notification
from leadline.domain.publications import Draft, Published
from leadline.domain.routing import drain_order
from leadline.domain.rulesets import RuleSet
from leadline.domain.suppressions import Suppression
from leadline.domain.users import User, UserChange
from leadline.ports import IntakeView
from leadline.storage.firestore import access, endpoints, idempotency, imports, intake, notifications, queries, rules
from leadline.storage.firestore.demo import DEMO_LEADS
from leadline.storage.firestore.documents import document_id, to_entity
from leadline.storage.firestore.flush import Buffers, flush, refuse_reading_after_writing
from leadline.storage.firestore.queries import Find
from leadline.storage.firestore.reads import Reads

# One commit writes each lead that is indexed.
INDEX_MAX = 300

WAITING_ORDER: queries.Order = (("priorityFlag", "DESCENDING"), ("waitingSince", "ASCENDING"), ("id", "ASCENDING"))
WAITING = tuple(
    Find("leads", {"isOpen": True, "isWaiting": True, "category": category}, order=WAITING_ORDER)
    for category in ("Hot", ("Warm", "Cold"))
)
TO_INDEX = Find("leads", {"needsIndex": True}, order=(("id", "ASCENDING"),))


class FirestoreTx:
    """See `ports.Tx`."""

    def __init__(self, client: AsyncClient, *, routing: bool, ticket: str) -> None:
        self._reads = Reads(client, ticket if routing else None)
        self._buffers = Buffers()
        self._routing = routing

    async def intake_view(
        self, addresses: Sequence[tuple[str, datetime]], events: Sequence[tuple[str, str]]
    ) -> IntakeView:
        return await intake.read_view(self._reading(), addresses, events)

    async def leads(self, ids: Sequence[UUID]) -> list[Lead]:
        return await self._reading().hold(ids)

    async def newest_lead_id(self, email_key: str) -> UUID | None:
        path = intake.email_path(email_key)
        found = (await self._reading().get([path]))[path]
        known = intake.known_leads(email_key, found)
        return known[0].lead_id if known else None

    async def known_activities(self, ids: Sequence[UUID]) -> set[UUID]:
        paths = {f"activities/{document_id(i)}": i for i in ids}
        return {paths[path] for path, found in (await self._reading().get(paths)).items() if found}

    async def users(self) -> list[User]:
        return await self._reading().users()

    async def waiting(self, limit: int) -> list[Lead]:
        reads = self._reading()
        lists = await asyncio.gather(*(reads.leads(replace(find, limit=limit)) for find in WAITING))
        return sorted((lead for leads in lists for lead in leads), key=drain_order)[:limit]

    async def leads_to_index(self, limit: int) -> list[Lead]:
        return await self._reading().leads(replace(TO_INDEX, limit=min(limit, INDEX_MAX)))

    async def demo_leads(self) -> list[Lead]:
        return await self._reading().leads(DEMO_LEADS)

    async def leads_of(self, owners: Sequence[UUID]) -> list[Lead]:
        chunks = queries.chunks([str(owner) for owner in owners])
        return [lead for c in chunks for lead in await self._reading().leads(Find("leads", {"ownerKey": c}))]

    async def invitation(self, token_hash: bytes) -> Invitation | None:
        path = access.invitation_path(token_hash)
        found = (await self._reading().get([path]))[path]
        return to_entity(Invitation, path, found.data) if found else None

    async def login_tries(self, slots: Sequence[int]) -> list[LoginTries]:
        found = await self._reading().get(map(access.tries_path, slots))
        return [to_entity(LoginTries, row.path, row.data) for row in found.values() if row]

    async def ended_login_tries(self, now: datetime, limit: int) -> list[LoginTries]:
        rows = await self._reading().find(access.ended_tries(now, limit))
        return [to_entity(LoginTries, row.path, row.data) for row in rows]

    def add_submissions(self, rows: Sequence[SubmissionRecord]) -> None:
        self._buffers.add("submissions", rows)

    def add_leads(self, leads: Sequence[Lead]) -> None:
        self._buffers.add("new_leads", leads)

    def update_leads(self, leads: Sequence[Lead]) -> None:
        self._buffers.add("changed_leads", leads)

    def set_index(self, rows: Sequence[tuple[UUID, list[str], str | None]]) -> None:
        self._buffers.add("index", rows)

    def remove_demo(self) -> None:
        self._buffers.removes_demo = True

    def add_activities(self, rows: Sequence[Activity]) -> None:
        self._buffers.add("activities", rows)

    async def notifications(self, ids: Sequence[UUID]) -> list[Notification]:
        return await notifications.read_notifications(self._reading(), ids)

    async def sent_by_slack(self, lead_ids: Sequence[UUID]) -> list[Notification]:
        return await notifications.read_sent_by_slack(self._reading(), lead_ids)

    def add_notifications(self, rows: Sequence[Notification]) -> None:
        self._buffers.add("notifications", rows)

    def update_notifications(self, rows: Sequence[Notification]) -> None:
        self._buffers.add("changed_notifications", rows)

    def add_suppressions(self, rows: Sequence[Suppression]) -> None:
        self._buffers.add("suppressions", rows)

    def change_users(self, changes: Sequence[UserChange]) -> None:
        self._buffers.add("user_changes", changes)

    def add_users(self, users: Sequence[User]) -> None:
        self._buffers.add("users", users)

    def update_users(self, users: Sequence[User]) -> None:
        self._buffers.add("changed_users", users)

    def add_sessions(self, sessions: Sequence[Session]) -> None:
        self._buffers.add("sessions", sessions)

    def revoke_sessions(self, *, token_hash: bytes | None = None, user_id: UUID | None = None, at: datetime) -> None:
        self._buffers.add("revoked", [(token_hash, user_id, at)])

    def add_invitations(self, invitations: Sequence[Invitation]) -> None:
        self._buffers.add("invitations", invitations)

    def use_invitation(self, token_hash: bytes, at: datetime) -> None:
        self._buffers.add("used_invitations", [(token_hash, at)])

    def revoke_invitations(self, user_id: UUID, at: datetime) -> None:
        self._buffers.add("revoked_invitations", [(user_id, at)])

    def set_login_tries(self, rows: Sequence[LoginTries]) -> None:
        self._buffers.add("login_tries", rows)

    async def ruleset(self, version: int) -> RuleSet | None:
        return await rules.read_ruleset(self._reading(), version)

    async def drafts(self) -> list[Draft]:
        return await rules.read_drafts(self._reading())

    def add_rulesets(self, rulesets: Sequence[Published]) -> None:
        self._buffers.add("rulesets", rulesets)

    def add_drafts(self, drafts: Sequence[Draft]) -> None:
        self._buffers.add("drafts", drafts)

    def update_drafts(self, drafts: Sequence[Draft]) -> None:
        self._buffers.add("changed_drafts", drafts)

    def remove_drafts(self, drafts: Sequence[Draft]) -> None:
        self._buffers.add("removed_drafts", drafts)

    def move_to_ruleset(self, version: int, leads: Sequence[tuple[UUID, int]]) -> None:
        self._buffers.add("moved_leads", [(version, *lead) for lead in leads])

    async def endpoints(self) -> list[Endpoint]:
        return await endpoints.read_endpoints(self._reading())

    def add_endpoints(self, new: Sequence[Endpoint]) -> None:
        self._buffers.add("endpoints", new)

    def update_endpoints(self, edited: Sequence[Endpoint]) -> None:
        self._buffers.add("changed_endpoints", edited)

    async def import_runs(self) -> list[ImportRun]:
        return await imports.read_import_runs(self._reading())

    def add_import_runs(self, runs: Sequence[ImportRun]) -> None:
        self._buffers.add("import_runs", runs)

    def update_import_runs(self, runs: Sequence[ImportRun]) -> None:
        self._buffers.add("changed_import_runs", runs)

    async def kept_answers(self, digests: Sequence[bytes]) -> list[KeptAnswer]:
        return await idempotency.read_answers(self._reading(), digests)

    async def expired_answers(self, now: datetime, limit: int) -> list[KeptAnswer]:
        return await idempotency.read_expired(self._reading(), now, limit)

    def keep_answers(self, answers: Sequence[KeptAnswer]) -> None:
        self._buffers.add("answers", answers)

    def remove_answers(self, answers: Sequence[KeptAnswer]) -> None:
        self._buffers.add("removed_answers", answers)

    def add_api_keys(self, keys: Sequence[ApiKey]) -> None:
        self._buffers.add("api_keys", keys)

    def revoke_api_key(self, key_hash: bytes, at: datetime) -> None:
        self._buffers.add("revoked_keys", [(key_hash, at)])

    async def commit(self) -> None:
        """Send the writes. Raises LostRace where something that was read has changed."""
        await flush(self._reads, self._buffers, routing=self._routing)

    def _reading(self) -> Reads:
        refuse_reading_after_writing(self._buffers)
        return self._reads
