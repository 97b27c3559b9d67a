"""Assigning: recording what routing chose, and giving waiting leads away when a place is free."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from leadline.domain import activities
from leadline.domain.activities import SYSTEM
from leadline.domain.leads import Lead, counts_for_owner
from leadline.domain.notifications import to_managers, to_owner
from leadline.domain.routing import Roster, Route, drain_order, kept_routing, wants_owner
from leadline.domain.users import UserChange
from leadline.usecases.deciding import Deciding, Writes


def with_route(lead: Lead, route: Route, now: datetime) -> Lead:
    """The lead as routing left it: an owner, a place on the waiting list (kept since the first time), or neither."""
    is_waiting = route.how == "waiting"
    return replace(
        lead,
        assigned_to=route.user.id if route.user else lead.assigned_to,
        waiting_since=(lead.waiting_since or now) if is_waiting else None,
        waiting_reason=route.waiting_reason if is_waiting else None,
        route_decision=route.decision,
    )


def record_route(
    lead: Lead, route: Route, roster: Roster, deciding: Deciding, writes: Writes, *, began_waiting: bool
) -> None:
    """The trail, the counters and the messages of one routing. `lead` is the lead after it."""
    if route.user is not None:
        writes.activities.append(
            activities.assigned(deciding.house.new_id(), lead.id, route.user, route.how, SYSTEM, deciding.now)
        )
        writes.user_changes.append(
            UserChange(
                route.user.id,
                current_lead_count=1,
                total_leads_assigned=1,
                last_turn_seq=route.turn_seq,
                last_turn_at=deciding.now if route.turn_seq else None,
            )
        )
        if deciding.notifies:
            writes.notifications.extend(to_owner(lead, route.user, deciding.writer()))
    elif began_waiting and deciding.notifies:
        writes.notifications.extend(to_managers(lead, roster.managers(), deciding.writer()))


def route_existing(lead: Lead, roster: Roster, earlier_owner: UUID | None, deciding: Deciding, writes: Writes) -> Lead:
    """Route a lead that is there already, where it wants an owner; one that turned Cold leaves the waiting list."""
    if not wants_owner(lead):
        return replace(lead, waiting_since=None, waiting_reason=None) if lead.waiting_since else lead
    routes_all = bool(kept_routing(lead))
    route = roster.route(lead.category, earlier_owner, deciding.now, routes_all=routes_all)
    routed = with_route(lead, route, deciding.now)
    record_route(routed, route, roster, deciding, writes, began_waiting=lead.waiting_since is None)
    return routed


def drain(waiting: Iterable[Lead], roster: Roster, deciding: Deciding, writes: Writes) -> None:
    """Give waiting leads to reps with room, in drain order, until one of the two runs out."""
    for lead in sorted(waiting, key=drain_order):
        if not roster.has_room():
            return
        writes.changed_leads.append(
            replace(route_existing(lead, roster, None, deciding, writes), updated_at=deciding.now)
        )


def hand_back(lead: Lead, roster: Roster, deciding: Deciding, writes: Writes) -> None:
    """Take a lead from its owner and route it again, where it counts for the owner. Closed leads keep the name of who worked
    them."""
    owner = roster.find(lead.assigned_to)
    if owner is None or not counts_for_owner(lead):
        return
    writes.activities.append(
        activities.unassigned(deciding.house.new_id(), lead.id, owner, deciding.actor, deciding.now)
    )
    writes.user_changes.append(UserChange(owner.id, current_lead_count=-1))
    roster.free_place(owner.id)
    freed = replace(lead, assigned_to=None, updated_at=deciding.now)
    writes.changed_leads.append(route_existing(freed, roster, None, deciding, writes))
