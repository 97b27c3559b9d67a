"""Assigning by hand: to somebody, to nobody, back to routing, or to oneself."""

from dataclasses import replace
from uuid import UUID

from leadline.domain import activities
from leadline.domain.errors import Conflict, Fault, Invalid
from leadline.domain.leads import Lead, counts_for_owner, is_claimable
from leadline.domain.notifications import to_owner
from leadline.domain.routing import How, is_eligible, kept_routing
from leadline.domain.users import User, UserChange
from leadline.usecases.assign import route_existing
from leadline.usecases.one_lead import Act, Scene

AUTO = "auto"


def assign(to: object) -> Act:
    """Give a lead to the user of this id, to nobody for None, to whose turn it is for "auto". Raises Invalid for anything else."""
    if to is None:
        return unassign
    if to == AUTO:
        return assign_auto
    try:
        return assign_to(UUID(str(to)))
    except ValueError as error:
        raise Invalid([Fault("/user_id", 'must be a user\'s id, null or "auto"')]) from error


def assign_to(user_id: UUID) -> Act:
    """Give a lead to a user, whose cap does not stop a manager. Raises Invalid for an unknown or inactive user."""

    def act(lead: Lead, scene: Scene) -> Lead:
        user = scene.roster.find(user_id)
        if user is None or not user.is_active:
            raise Invalid([Fault("/user_id", "is not an active user")])
        return lead if user.id == lead.assigned_to else _given(lead, user, "hand", scene)

    return act


def claim(user_id: UUID) -> Act:
    """Take an unassigned lead. Raises Conflict where somebody has it already, where it is closed or spam, or where the
    rep is full."""

    def act(lead: Lead, scene: Scene) -> Lead:
        user = scene.roster.find(user_id)
        if lead.assigned_to == user_id:
            return lead
        if user is None or lead.assigned_to is not None:
            raise Conflict("somebody has this lead already")
        if not is_claimable(lead):
            raise Conflict(f"the lead is {'spam' if lead.is_spam else lead.status}: there is nothing to claim")
        if user.role == "rep" and not is_eligible(user):
            raise Conflict(f"you have {user.current_lead_count} of {user.max_active_leads} leads; close one first")
        return _given(lead, user, "claim", scene)

    return act


def unassign(lead: Lead, scene: Scene) -> Lead:
    """Take a lead from its owner and leave it to whoever claims it."""
    freed = _taken(lead, scene)
    return replace(
        freed, waiting_since=None, waiting_reason=None, route_decision={"how": "unassigned"} | kept_routing(lead)
    )


def assign_auto(lead: Lead, scene: Scene) -> Lead:
    """Take a lead from its owner and let routing choose again."""
    return route_existing(_taken(lead, scene), scene.roster, None, scene.deciding, scene.writes)


def _taken(lead: Lead, scene: Scene) -> Lead:
    owner = scene.roster.find(lead.assigned_to)
    if owner is None:
        return lead
    d = scene.deciding
    scene.writes.activities.append(activities.unassigned(d.house.new_id(), lead.id, owner, d.actor, d.now))
    if counts_for_owner(lead):
        scene.roster.free_place(owner.id)
        scene.writes.user_changes.append(UserChange(owner.id, current_lead_count=-1))
    return replace(lead, assigned_to=None)


def _given(lead: Lead, user: User, how: How, scene: Scene) -> Lead:
    d = scene.deciding
    owner = scene.roster.find(lead.assigned_to)
    counts = counts_for_owner(lead)
    if owner is not None and counts:
        scene.roster.free_place(owner.id)
        scene.writes.user_changes.append(UserChange(owner.id, current_lead_count=-1))
    if counts:
        scene.roster.fill_place(user.id)
    scene.writes.user_changes.append(UserChange(user.id, current_lead_count=int(counts), total_leads_assigned=1))
    scene.writes.activities.append(activities.assigned(d.house.new_id(), lead.id, user, how, d.actor, d.now))
    decision = {"how": how, "chosen": str(user.id), "name": user.full_name, "by": d.actor.name} | kept_routing(lead)
    given = replace(lead, assigned_to=user.id, waiting_since=None, waiting_reason=None, route_decision=decision)
    if d.notifies and d.actor.user_id != user.id:
        scene.writes.notifications.extend(to_owner(given, user, d.writer()))
    return given
