"""RULES 3 and 4 as a check over a whole store: what must be true after every commit, whatever happened before it."""

import json
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import Any, TypeVar
from uuid import UUID

from leadline.domain.activities import Activity
from leadline.domain.duplicates import is_within_window
from leadline.domain.lead_lists import LeadQuery, Page, Position
from leadline.domain.leads import Lead, counts_for_owner
from leadline.domain.routing import is_eligible, wants_owner
from leadline.domain.users import User, mean_minutes
from leadline.ports import Store

T = TypeVar("T")

TOTALS = (
    "total_leads_assigned",
    "total_leads_contacted",
    "total_leads_qualified",
    "response_minutes_sum",
    "response_count",
)


async def pages(read: Callable[[Position | None, int], Awaitable[Page[T]]], limit: int = 200) -> list[T]:
    """Everything a list holds, page by page."""
    found: list[T] = []
    position: Position | None = None
    while True:
        page = await read(position, limit)
        assert len(page.items) <= limit, "a page is longer than its limit"
        found += page.items
        if page.next is None:
            return found
        assert len(page.items) == limit, "a page that is not the last one is not full"
        position = page.next


async def listed(store: Store, query: LeadQuery, limit: int = 200) -> list[Lead]:
    """A whole list of leads."""
    return await pages(lambda position, size: store.list_leads(query, position, size), limit)


async def every_lead(store: Store) -> list[Lead]:
    """All leads, spam and deleted ones included."""
    views = (LeadQuery(statuses=()), LeadQuery(statuses=(), spam=True), LeadQuery(statuses=(), deleted=True))
    return [lead for view in views for lead in await listed(store, view)]


async def trail(store: Store, lead_id: UUID) -> list[Activity]:
    """A lead's whole trail, oldest entry first."""
    return (await pages(lambda position, limit: store.list_activities(lead_id, position, limit)))[::-1]


def recount(leads: Iterable[Lead]) -> Counter[UUID]:
    """How many places each user has filled."""
    return Counter(lead.assigned_to for lead in leads if lead.assigned_to and counts_for_owner(lead))


@dataclass
class Books:
    """The totals of users, recounted from the trails alone."""

    totals: dict[UUID, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def enter(self, lead: Lead, activities: Iterable[Activity]) -> None:
        """Go through one lead's trail in order: who owned it when it was first contacted, first qualified."""
        owner: UUID | None = None
        reached: set[str] = set()
        for entry in activities:
            new: dict[str, Any] = json.loads(entry.new_value or "{}")
            if entry.action_type == "assigned":
                owner = UUID(new["user_id"]) if new["user_id"] else None
                if owner:
                    self.totals[owner]["total_leads_assigned"] += 1
            elif entry.action_type == "status_changed" and new["status"] not in reached:
                reached.add(new["status"])
                if owner:
                    self._count(owner, new["status"], lead, entry)

    def _count(self, owner: UUID, status: str, lead: Lead, entry: Activity) -> None:
        if status == "Qualified":
            self.totals[owner]["total_leads_qualified"] += 1
        if status == "Contacted":
            self.totals[owner]["total_leads_contacted"] += 1
            if lead.import_id is None:
                minutes = max((entry.created_at - lead.created_at) // timedelta(minutes=1), 0)
                self.totals[owner]["response_minutes_sum"] += minutes
                self.totals[owner]["response_count"] += 1


async def broken_rules(store: Store, *, may_exceed: Iterable[UUID] = (), with_trail: bool = True) -> list[str]:
    """Every rule that the store breaks now; nothing is what a test wants. `may_exceed` are reps taken over their cap by hand."""
    leads, users = await every_lead(store), await store.list_users()
    broken = [
        *_broken_counts(leads, users, set(may_exceed)),
        *_broken_waiting(leads, users),
        *_broken_duplicates(leads),
        *_broken_scores(leads),
    ]
    if with_trail:
        broken += await _broken_books(store, leads, users)
        broken += await _broken_submissions(store, leads)
    return broken


def _broken_counts(leads: list[Lead], users: list[User], may_exceed: set[UUID]) -> Iterable[str]:
    counts = recount(leads)
    for user in users:
        if user.current_lead_count != counts[user.id]:
            yield f"{user.full_name} counts {user.current_lead_count} leads and has {counts[user.id]}"
        if user.role == "rep" and user.current_lead_count > user.max_active_leads and user.id not in may_exceed:
            yield f"{user.full_name} has {user.current_lead_count} leads and room for {user.max_active_leads}"
        if not user.is_active and counts[user.id]:
            yield f"{user.full_name} is not active and still has {counts[user.id]} open leads"
    turns = Counter(user.last_turn_seq for user in users if user.last_turn_seq)
    yield from (f"turn {turn} was taken {number} times" for turn, number in turns.items() if number > 1)


def _broken_waiting(leads: list[Lead], users: list[User]) -> Iterable[str]:
    with_room = [user.full_name for user in users if is_eligible(user)]
    for lead in leads:
        waits = lead.waiting_since is not None
        # What a manager took from everybody is left to whoever claims it.
        is_set_free = (lead.route_decision or {}).get("how") == "unassigned"
        if waits != (wants_owner(lead) and not is_set_free):
            yield f"{lead.id} ({lead.category}, {lead.status}) {'waits without need' if waits else 'has no owner and does not wait'}"
        if waits != (lead.waiting_reason is not None):
            yield f"{lead.id} waits since {lead.waiting_since} because of {lead.waiting_reason}"
        if waits and with_room:
            yield f"{lead.id} waits while {', '.join(with_room)} has room"


def _broken_duplicates(leads: list[Lead]) -> Iterable[str]:
    kept = sorted((lead for lead in leads if not lead.is_deleted), key=lambda lead: (lead.email_key, lead.created_at))
    for one, other in pairwise(kept):
        if one.email_key == other.email_key and is_within_window(one.created_at, other.created_at):
            yield f"{one.email_key} is two leads, of {one.created_at} and {other.created_at}"


def _broken_scores(leads: list[Lead]) -> Iterable[str]:
    for lead in leads:
        if sum(lead.score_breakdown.values()) != lead.raw_score or lead.lead_score != min(max(lead.raw_score, 0), 100):
            yield f"{lead.id} scores {lead.lead_score}, raw {lead.raw_score}, from {lead.score_breakdown}"


async def _broken_books(store: Store, leads: list[Lead], users: list[User]) -> list[str]:
    books = Books()
    broken = []
    for lead in leads:
        entries = await trail(store, lead.id)
        books.enter(lead, entries)
        if [entry.action_type for entry in entries].count("lead_created") != 1:
            broken.append(f"{lead.id} was not created once by its trail")
    for user in users:
        stored = {name: getattr(user, name) for name in TOTALS}
        counted = {name: books.totals[user.id][name] for name in TOTALS}
        if stored != counted:
            broken.append(f"{user.full_name} has {stored} and the trails say {counted}")
        if user.avg_response_time_minutes != mean_minutes(user.response_minutes_sum, user.response_count):
            broken.append(f"{user.full_name} has a mean of {user.avg_response_time_minutes}")
    return broken


async def _broken_submissions(store: Store, leads: list[Lead]) -> list[str]:
    """Each lead was created by one submission; whatever a submission or a notification names is there."""
    rows = await pages(lambda position, limit: store.list_submissions(None, None, position, limit))
    made = Counter(row.lead_id for row in rows if row.outcome == "created")
    ids = {lead.id for lead in leads}
    broken = [f"{lead_id} was created by {made[lead_id]} submissions" for lead_id in ids if made[lead_id] != 1]
    broken += [f"submission {r.id} ({r.outcome}) names no lead" for r in rows if (r.outcome in ("created", "duplicate")) != (r.lead_id in ids)]  # fmt: skip
    sent = await pages(lambda position, limit: store.list_notifications(None, None, position, limit))
    return broken + [f"notification {n.id} is about no lead" for n in sent if n.lead_id not in ids]
