"""Who gets a lead, and why nobody else did (RULES 4). Choosing only; recording is the use case's part."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from leadline.domain.leads import Category, Lead, WaitingReason, is_open, is_visible
from leadline.domain.users import User

ROUTED_CATEGORIES: frozenset[Category] = frozenset({"Hot", "Warm"})

# How many reps of a decision are stored by name.
CONSIDERED_MAX = 12

How = Literal["turn", "returning_owner", "unrouted", "waiting"]


@dataclass(frozen=True, slots=True)
class Route:
    """The answer for one lead: a user, or nobody with the reason. `decision` is what is stored with the lead:
    how, the chosen one, and each rep as [id, name, leads, cap, verdict] with the counts as they were before."""

    how: How
    user: User | None
    waiting_reason: WaitingReason | None
    turn_seq: int | None
    decision: dict[str, Any]


def is_eligible(user: User) -> bool:
    """Role rep, active and below the cap; a cap of 0 takes none."""
    return user.role == "rep" and user.is_active and user.current_lead_count < user.max_active_leads


def is_routed(category: Category) -> bool:
    """Hot and Warm are given to a rep; Cold stays unrouted until somebody claims it."""
    return category in ROUTED_CATEGORIES


def wants_owner(lead: Lead) -> bool:
    """Whether routing should look at this lead at all: open, visible, without an owner, and of a routed category."""
    return lead.assigned_to is None and is_open(lead) and is_visible(lead) and is_routed(lead.category)


class Roster:
    """The reps as one transaction sees them. Each choice fills a place and takes a turn, so a batch is routed lead by lead
    exactly as if the leads had come one at a time. The caller holds the routing lock."""

    def __init__(self, users: Iterable[User]) -> None:
        self._users = {u.id: u for u in users}
        reps = [u for u in self._users.values() if u.role == "rep"]
        self._turns = [u.id for u in sorted(reps, key=lambda u: (u.last_turn_seq, u.id.int))]
        self._rows: dict[UUID, list[Any]] = {}
        self._turn = max((u.last_turn_seq for u in self._users.values()), default=0)

    def find(self, user_id: UUID | None) -> User | None:
        """The user as this roster has them now, counts included, or None."""
        return self._users.get(user_id) if user_id else None

    def managers(self) -> list[User]:
        """Active managers and admins: those who are told that a lead waits."""
        return [u for u in self._users.values() if u.role != "rep" and u.is_active]

    def route(self, category: Category, returning_owner: UUID | None, now: datetime) -> Route:
        """Choose for one lead: nobody for Cold, the earlier owner of this address if eligible, else whose turn it is."""
        if not is_routed(category):
            return Route("unrouted", None, None, None, {"how": "unrouted", "category": category})
        owner = self.find(returning_owner)
        if owner is not None and is_eligible(owner):
            decision = {"how": "returning_owner", "chosen": str(owner.id), "name": owner.full_name}
            self.fill_place(owner.id)
            return Route("returning_owner", owner, None, None, decision)
        return self._by_turn(now)

    def fill_place(self, user_id: UUID) -> None:
        """Count one more lead for this user."""
        self._count(user_id, 1)

    def free_place(self, user_id: UUID) -> None:
        """Count one lead less for this user."""
        self._count(user_id, -1)

    def has_room(self) -> bool:
        """Whether any rep could take a lead now."""
        return any(is_eligible(self._users[rep]) for rep in self._turns)

    def _count(self, user_id: UUID, change: int) -> None:
        user = self._users[user_id]
        self._users[user_id] = replace(user, current_lead_count=user.current_lead_count + change)
        self._rows.pop(user_id, None)

    def _by_turn(self, now: datetime) -> Route:
        at = next((i for i, rep in enumerate(self._turns) if is_eligible(self._users[rep])), None)
        if at is None:
            has_active = any(self._users[rep].is_active for rep in self._turns)
            reason: WaitingReason = "no_capacity" if has_active else "no_active_rep"
            return Route("waiting", None, reason, None, {"how": "waiting", "reason": reason, **self._considered(None)})
        chosen = self._users[self._turns[at]]
        decision = {"how": "turn", "chosen": str(chosen.id), "name": chosen.full_name, **self._considered(chosen.id)}
        self._turn += 1
        self._users[chosen.id] = replace(chosen, last_turn_seq=self._turn, last_turn_at=now)
        self._turns.append(self._turns.pop(at))
        self.fill_place(chosen.id)
        return Route("turn", self._users[chosen.id], None, self._turn, decision)

    def _considered(self, chosen: UUID | None) -> dict[str, Any]:
        """Each rep as [id, name, leads, cap, verdict] in order of turn. In a large team the first of them and the chosen one
        stand by name, and of the others how many there were of each verdict: a decision is stored with every lead."""
        rows = [[*self._row(rep)[:4], "chosen"] if rep == chosen else self._row(rep) for rep in self._turns]
        if len(rows) <= CONSIDERED_MAX:
            return {"reps": rows}
        named = rows[:CONSIDERED_MAX] + [row for row in rows[CONSIDERED_MAX:] if row[4] == "chosen"]
        others = Counter(row[4] for row in rows[CONSIDERED_MAX:] if row[4] != "chosen")
        return {"reps": named, "others": dict(others)}

    def _row(self, user_id: UUID) -> list[Any]:
        """A rep who was not chosen. Kept until the count changes: a batch asks for it with every lead."""
        row = self._rows.get(user_id)
        if row is None:
            rep = self._users[user_id]
            row = [str(rep.id), rep.full_name, rep.current_lead_count, rep.max_active_leads, _verdict(rep)]
            self._rows[user_id] = row
        return row


def _verdict(rep: User) -> str:
    """Why a rep was not chosen."""
    if not rep.is_active:
        return "not_active"
    return "later_turn" if rep.current_lead_count < rep.max_active_leads else "full"


def drain_order(lead: Lead) -> tuple[bool, bool, datetime, int]:
    """Sort key of the waiting list: priority first, Hot before Warm, then who has waited longest."""
    return (not lead.priority_flag, lead.category != "Hot", lead.waiting_since or lead.created_at, lead.id.int)
