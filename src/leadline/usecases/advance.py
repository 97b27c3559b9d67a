"""Advancing a lead through its statuses (RULES 5), with everything that hangs on it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from leadline.domain import activities, contact_activities
from leadline.domain.leads import Lead, Status, is_open
from leadline.domain.lifecycle import check_bant, check_transition
from leadline.domain.users import Role, UserChange
from leadline.ports import Store
from leadline.usecases.deciding import Deciding
from leadline.usecases.one_lead import Act, Scene, change_lead, settle_place
from leadline.usecases.rescore import rescored


@dataclass(frozen=True, slots=True)
class Move:
    """Where a lead goes, and why: a reason is needed to disqualify, a note with the reason `other`.
    `bant` is what was found out at Qualify: budget, authority, need and timeline, none compulsory."""

    status: Status
    reason: str | None = None
    note: str | None = None
    bant: Mapping[str, str] | None = None


async def advance_lead(
    store: Store, lead_id: UUID, move: Move, deciding: Deciding, *, role: Role | None = None, seen: str | None = None
) -> Lead:
    """Move a lead on. A place that becomes free is given to a waiting lead in the same transaction.
    Raises NotFound, Conflict naming the allowed steps, Forbidden for a rep who reopens, Invalid for a missing or unknown
    reason, StaleLead."""
    return await change_lead(store, lead_id, advance(move, role), deciding, seen=seen)


def advance(move: Move, role: Role | None = None) -> Act:
    """The step as an act: the lead after it, the counters of its owner, the trail."""
    if move.bant:
        check_bant(move.bant, move.status)

    def act(lead: Lead, scene: Scene) -> Lead:
        check_transition(lead.status, move.status, role, reason=move.reason, note=move.note)
        now = scene.deciding.now
        _tell(lead, move, scene)
        changed = replace(lead, status=move.status, last_activity_date=now)
        if move.status == "New":
            # What came in while it was closed did not move its score, nor did rules that were published meanwhile.
            changed, rows = rescored(changed, "reopened", scene.deciding)
            scene.writes.activities.extend(rows)
        if move.status == "Contacted" and lead.first_contacted_at is None:
            changed = replace(changed, first_contacted_at=now)
            if changed.assigned_to:
                scene.writes.user_changes.append(first_contact(changed, changed.assigned_to))
        if move.status == "Qualified" and not lead.qualification_bonus_applied:
            changed, rows = rescored(replace(changed, qualification_bonus_applied=True), "qualified", scene.deciding)
            scene.writes.activities.extend(rows)
            if lead.assigned_to:
                scene.writes.user_changes.append(UserChange(lead.assigned_to, total_leads_qualified=1))
        if not is_open(changed):
            changed = replace(
                changed, is_spam=changed.is_spam or move.reason == "spam", waiting_since=None, waiting_reason=None
            )
        return settle_place(lead, changed, scene)

    return act


def _tell(lead: Lead, move: Move, scene: Scene) -> None:
    """The trail of a step."""
    new_id, actor, now = scene.deciding.house.new_id, scene.deciding.actor, scene.deciding.now
    rows = scene.writes.activities
    rows.append(activities.status_changed(new_id(), lead.id, lead.status, move.status, actor, now, reason=move.reason))
    if move.note:
        rows.append(activities.note_added(new_id(), lead.id, move.note, actor, now))
    if move.bant:
        rows.append(contact_activities.qualified_bant(new_id(), lead.id, move.bant, actor, now))
    if move.reason == "spam" and not lead.is_spam:
        rows.append(activities.marked_spam(new_id(), lead.id, actor, now))


def first_contact(lead: Lead, owner: UUID) -> UserChange:
    """What the first contact of a lead adds to its owner's counters: nothing before it. Response time is the floor of the
    minutes from creation; imported leads are left out of the response figures."""
    if lead.first_contacted_at is None:
        return UserChange(owner)
    if lead.import_id is not None:
        return UserChange(owner, total_leads_contacted=1)
    minutes = max(0, int((lead.first_contacted_at - lead.created_at).total_seconds() // 60))
    return UserChange(owner, total_leads_contacted=1, response_minutes_sum=minutes, response_count=1)
