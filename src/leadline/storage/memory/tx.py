"""One transaction on the memory store: it reads a private copy, and buffers its writes until `flush`."""

from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from leadline.domain.activities import Activity
from leadline.domain.duplicates import is_within_window
from leadline.domain.intake import SubmissionRecord, event_of
from leadline.domain.lead_lists import LeadQuery, matches
from leadline.domain.leads import Lead
from leadline.domain.routing import drain_order
from leadline.domain.search import INDEXED
from leadline.domain.users import User, UserChange, counted, summed
from leadline.ports import IntakeView, LostRace, Refused
from leadline.ports.moment import Known
from leadline.storage.checks import check_lead, check_submission
from leadline.storage.memory.accounts import AccountTx
from leadline.storage.memory.endpoints import EndpointTx
from leadline.storage.memory.idempotency import IdempotencyTx
from leadline.storage.memory.imports import ImportTx
from leadline.storage.memory.notifications import NotificationTx
from leadline.storage.memory.rules import RulesTx
from leadline.storage.memory.state import check_relations, recent_first

T = TypeVar("T")


class MemoryTx(AccountTx, RulesTx, EndpointTx, IdempotencyTx, ImportTx, NotificationTx):
    """See `ports.Tx`. Everything that goes in or out is copied, so a use case that changes a value in place is caught."""

    async def intake_view(
        self, addresses: Sequence[tuple[str, datetime]], events: Sequence[tuple[str, str]]
    ) -> IntakeView:
        self._read("intake_view")
        near, latest = {}, {}
        for key, at in addresses:
            known = recent_first(
                [lead for lead in self._state.leads.values() if lead.email_key == key and not lead.is_deleted]
            )
            near.update({lead.id: _known(lead) for lead in known if is_within_window(lead.created_at, at)})
            owned = [lead for lead in known if lead.assigned_to]
            latest.update({key: _known(owned[0])} if owned else {})
        wanted = set(events)
        seen = [
            replace(s, payload=b"")
            for s in self._state.submissions.values()
            if event_of(s) in wanted and s.replay_of is None
        ]
        users, newest = _copies(self._state.users.values()), max(self._state.rulesets, default=None)
        return IntakeView(users, list(near.values()), list(latest.values()), _copies(seen), newest)

    async def leads(self, ids: Sequence[UUID]) -> list[Lead]:
        self._read("leads")
        return _copies(self._state.leads[i] for i in dict.fromkeys(ids) if i in self._state.leads)

    async def users(self) -> list[User]:
        self._read("users")
        return _copies(self._state.users.values())

    async def waiting(self, limit: int) -> list[Lead]:
        self._read("waiting")
        waiting = [lead for lead in self._state.leads.values() if matches(LeadQuery(waiting=True), lead)]
        return _copies(sorted(waiting, key=drain_order)[:limit])

    async def newest_lead_id(self, email_key: str) -> UUID | None:
        self._read("newest_lead_id")
        known = [lead for lead in self._state.leads.values() if lead.email_key == email_key and not lead.is_deleted]
        return recent_first(known)[0].id if known else None

    async def known_activities(self, ids: Sequence[UUID]) -> set[UUID]:
        self._read("known_activities")
        return {i for i in ids if i in self._state.activities}

    async def leads_to_index(self, limit: int) -> list[Lead]:
        self._read("leads_to_index")
        waiting = [lead for lead in self._state.leads.values() if lead.id not in self._state.words]
        return _copies(sorted(waiting, key=lambda lead: lead.id)[:limit])

    async def demo_leads(self) -> list[Lead]:
        self._read("demo_leads")
        return _copies(lead for lead in self._state.leads.values() if lead.is_demo)

    async def leads_of(self, owners: Sequence[UUID]) -> list[Lead]:
        self._read("leads_of")
        return _copies(lead for lead in self._state.leads.values() if lead.assigned_to in owners)

    def add_submissions(self, rows: Sequence[SubmissionRecord]) -> None:
        self._write("add_submissions", rows, self._add_submission)

    def add_leads(self, leads: Sequence[Lead]) -> None:
        self._write("add_leads", leads, self._add_lead)

    def update_leads(self, leads: Sequence[Lead]) -> None:
        self._write("update_leads", leads, self._update_lead)

    def set_index(self, rows: Sequence[tuple[UUID, list[str], str | None]]) -> None:
        self._write("set_index", rows, self._set_index)

    def remove_demo(self) -> None:
        self._write("remove_demo", [None], self._remove_demo)

    def add_activities(self, rows: Sequence[Activity]) -> None:
        self._write("add_activities", rows, lambda row: _put(self._state.activities, row))

    def change_users(self, changes: Sequence[UserChange]) -> None:
        self._write("change_users", summed(changes), self._change_user)

    def add_users(self, users: Sequence[User]) -> None:
        self._write("add_users", users, self._put_user)

    def update_users(self, users: Sequence[User]) -> None:
        self._write("update_users", users, self._update_user)

    def _add_submission(self, record: SubmissionRecord) -> None:
        check_submission(record)
        event = event_of(record)
        kept = (event_of(s) for s in self._state.submissions.values() if s.replay_of is None)
        if event and record.replay_of is None and event in kept:
            raise LostRace("another writer kept this event")
        _put(self._state.submissions, record)

    def _add_lead(self, lead: Lead) -> None:
        check_lead(lead)
        check_relations(self._state, lead)
        _put(self._state.leads, lead)
        self._state.count(None, lead)

    def _update_lead(self, lead: Lead) -> None:
        stored = self._state.leads.get(lead.id)
        if stored is None or stored.version != lead.version:
            raise LostRace("another writer changed the same lead")
        check_lead(lead)
        check_relations(self._state, lead)
        if any(getattr(stored, name) != getattr(lead, name) for name in INDEXED):
            self._state.words.pop(lead.id, None)
        self._state.leads[lead.id] = replace(lead, version=stored.version + 1)
        self._state.count(stored, lead)

    def _set_index(self, row: tuple[UUID, list[str], str | None]) -> None:
        lead_id, words, phone_e164 = row
        if lead_id in self._state.leads:
            self._state.words[lead_id] = words
            self._state.leads[lead_id] = replace(self._state.leads[lead_id], phone_e164=phone_e164)

    def _remove_demo(self, _: None) -> None:
        state = self._state
        demo = {lead.id for lead in state.leads.values() if lead.is_demo}
        for table in (state.activities, state.notifications, state.submissions):
            for key in [key for key, row in table.items() if row.lead_id in demo]:
                del table[key]
        for lead_id in demo:
            state.count(state.leads.pop(lead_id), None)
            state.words.pop(lead_id, None)
        owners = {lead.assigned_to for lead in state.leads.values()}
        for user_id in [u.id for u in state.users.values() if u.is_demo and u.id not in owners]:
            del state.users[user_id]
            for tokens in (state.sessions, state.invitations):
                for token_hash in [token for token, row in tokens.items() if row.user_id == user_id]:
                    del tokens[token_hash]

    def _change_user(self, change: UserChange) -> None:
        user = self._state.users.get(change.user_id)
        if user is None:
            raise LostRace("a user whose counters change is there no longer")
        self._state.users[user.id] = counted(user, change)

    def _put_user(self, user: User) -> None:
        if any(u.email_key == user.email_key and u.id != user.id for u in self._state.users.values()):
            raise LostRace("another writer took this e-mail")
        self._state.users[user.id] = user

    def _update_user(self, user: User) -> None:
        stored = self._state.users.get(user.id)
        if stored is None or stored.version != user.version:
            raise LostRace("another writer changed the same user")
        counters = ("current_lead_count", "total_leads_assigned", "total_leads_contacted", "total_leads_qualified",
                    "avg_response_time_minutes", "response_minutes_sum", "response_count", "last_turn_at", "last_turn_seq")  # fmt: skip
        kept = {name: getattr(stored, name) for name in counters}
        self._put_user(replace(user, version=stored.version + 1, **kept))


def _put(table: dict[UUID, Any], row: Any) -> None:
    if row.id in table:
        raise Refused(f"the id {row.id} is taken")
    table[row.id] = row


def _known(lead: Lead) -> Known:
    return Known(lead.id, lead.email_key, lead.created_at, lead.assigned_to)


def _copies(rows: Iterable[T]) -> list[T]:
    return deepcopy(list(rows))
