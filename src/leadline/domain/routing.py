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

_ALL: dict[str, Any] = {"routing": "all"}

# How a lead came to its owner, or to none: the last three by a person.
How = Literal["turn", "returning_owner", "unrouted", "waiting", "file", "imported", "hand", "claim", "unassigned"]


@dataclass(frozen=True, slots=True)
class Route:
    """The answer for one lead: a user, or nobody with the reason. `decision` is what is stored with the lead:
    how, the chosen one, and each rep as [id, name, leads, cap, verdict] with the counts as they were before."""

    how: How
    user: User | None
    waiting_reason: WaitingReason | None
    turn_seq: int | None
    decision: dict[str, Any]


# An import that was not told to route leaves its leads to whoever claims them.
NOT_ROUTED = Route("imported", None, None, None, {"how": "imported"})


def is_eligible(user: User) -> bool:
    """Role rep, active and below the cap; a cap of 0 takes none."""
    return user.role == "rep" and user.is_active and user.current_lead_count < user.max_active_leads


def is_routed(category: Category, *, routes_all: bool = False) -> bool:
    """Hot and Warm are given to a rep; Cold stays unrouted until somebody claims it, unless its endpoint or the house routes all."""
    return routes_all or category in ROUTED_CATEGORIES


def kept_routing(lead: Lead) -> dict[str, Any]:
    """What every later decision about a lead keeps of the first: that every lead was routed where it came in."""
    return _ALL if (lead.route_decision or {}).get("routing") == "all" else {}


def wants_owner(lead: Lead) -> bool:
    """Whether routing should look at this lead at all: open, visible, without an owner, and of a routed category."""
    return lead.assigned_to is None and is_open(lead) and is_visible(lead) and _is_routed(lead)


def _is_routed(lead: Lead) -> bool:
    return is_routed(lead.category, routes_all=bool(kept_routing(lead)))


class _Seat:
    """A rep's place among the turns. The row that stands for a rep who is not chosen is kept until the count changes: a batch
    asks for it with every lead, and looking a rep up by id would take longer than all the rest."""

    __slots__ = ("_id", "row", "user")

    def __init__(self, user: User) -> None:
        self._id = str(user.id)
        self.take(user)

    def take(self, user: User) -> None:
        """The rep as they are now."""
        self.user = user
        self.row = [self._id, user.full_name, user.current_lead_count, user.max_active_leads, _verdict(user)]


def why_nobody(users: Iterable[User]) -> WaitingReason | None:
    """Why no rep could take a lead as things stand; None where one could."""
    reps = [user for user in users if user.role == "rep"]
    if any(map(is_eligible, reps)):
        return None
    return "no_capacity" if any(user.is_active for user in reps) else "no_active_rep"


class Roster:
    """The reps as one transaction sees them. Each choice fills a place and takes a turn, so a batch is routed lead by lead
    exactly as if the leads had come one at a time. The caller holds the routing lock."""

    def __init__(self, users: Iterable[User]) -> None:
        self._users = {u.id: u for u in users}
        reps = [u for u in self._users.values() if u.role == "rep"]
        self._turns = [_Seat(u) for u in sorted(reps, key=lambda u: (u.last_turn_seq, u.id.int))]
        self._seats = {seat.user.id: seat for seat in self._turns}
        self._turn = max((u.last_turn_seq for u in self._users.values()), default=0)

    def find(self, user_id: UUID | None) -> User | None:
        """The user as this roster has them now, counts included, or None."""
        return self._users.get(user_id) if user_id else None

    def managers(self) -> list[User]:
        """Active managers and admins: those who are told that a lead waits."""
        return [u for u in self._users.values() if u.role != "rep" and u.is_active]

    def route(
        self, category: Category, returning_owner: UUID | None, now: datetime, *, routes_all: bool = False
    ) -> Route:
        """Choose for one lead: nobody for Cold (unless `routes_all`), the earlier owner of this address if eligible,
        else whose turn it is."""
        if routes_all:
            route = self.route("Hot", returning_owner, now)
            return replace(route, decision=route.decision | _ALL)
        if not is_routed(category):
            return Route("unrouted", None, None, None, {"how": "unrouted", "category": category})
        owner = self.find(returning_owner)
        if owner is not None and is_eligible(owner):
            decision = {"how": "returning_owner", "chosen": str(owner.id), "name": owner.full_name}
            self.fill_place(owner.id)
            return Route("returning_owner", owner, None, None, decision)
        return self._by_turn(now)

    def give(self, user_id: UUID) -> Route:
        """To the owner that an imported file names, whatever their room: a person decided that."""
        self.fill_place(user_id)
        owner = self._users[user_id]
        decision = {"how": "file", "chosen": str(owner.id), "name": owner.full_name}
        return Route("file", owner, None, None, decision)

    def fill_place(self, user_id: UUID) -> None:
        """Count one more lead for this user."""
        self._count(user_id, 1)

    def free_place(self, user_id: UUID) -> None:
        """Count one lead less for this user."""
        self._count(user_id, -1)

    def has_room(self) -> bool:
        """Whether any rep could take a lead now."""
        return any(is_eligible(seat.user) for seat in self._turns)

    def _count(self, user_id: UUID, change: int) -> None:
        user = self._users[user_id]
        self._set(replace(user, current_lead_count=user.current_lead_count + change))

    def _set(self, user: User) -> None:
        self._users[user.id] = user
        if seat := self._seats.get(user.id):
            seat.take(user)

    def _by_turn(self, now: datetime) -> Route:
        at = next((i for i, seat in enumerate(self._turns) if is_eligible(seat.user)), None)
        if at is None:
            reason = why_nobody(seat.user for seat in self._turns)
            return Route("waiting", None, reason, None, {"how": "waiting", "reason": reason, **self._considered(None)})
        rep = self._turns[at].user
        decision = {"how": "turn", "chosen": self._turns[at].row[0], "name": rep.full_name, **self._considered(at)}
        self._turn += 1
        count = rep.current_lead_count + 1
        chosen = replace(rep, last_turn_seq=self._turn, last_turn_at=now, current_lead_count=count)
        self._turns.append(self._turns.pop(at))
        self._set(chosen)
        return Route("turn", chosen, None, self._turn, decision)

    def _considered(self, chosen: int | None) -> dict[str, Any]:
        """Each rep as [id, name, leads, cap, verdict] in order of turn. In a large team the first of them and the chosen one
        stand by name, and of the others how many there were of each verdict: a decision is stored with every lead."""
        rows = [seat.row for seat in self._turns]
        if chosen is not None:
            rows[chosen] = [*rows[chosen][:4], "chosen"]
        if len(rows) <= CONSIDERED_MAX:
            return {"reps": rows}
        named, others = rows[:CONSIDERED_MAX], rows[CONSIDERED_MAX:]
        if chosen is not None and chosen >= CONSIDERED_MAX:
            named.append(others.pop(chosen - CONSIDERED_MAX))
        return {"reps": named, "others": dict(Counter([row[4] for row in others]))}


def _verdict(rep: User) -> str:
    """Why a rep was not chosen."""
    if not rep.is_active:
        return "not_active"
    return "later_turn" if rep.current_lead_count < rep.max_active_leads else "full"


def drain_order(lead: Lead) -> tuple[bool, bool, datetime, int]:
    """Sort key of the waiting list: priority first, Hot before Warm, then who has waited longest."""
    return (not lead.priority_flag, lead.category != "Hot", lead.waiting_since or lead.created_at, lead.id.int)
