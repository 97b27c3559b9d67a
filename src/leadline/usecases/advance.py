"""Advancing a lead through its statuses (RULES 5), with everything that hangs on it."""

from dataclasses import dataclass, replace
from uuid import UUID

from leadline.domain import activities
from leadline.domain.errors import NotFound
from leadline.domain.leads import Lead, Status, counts_for_owner
from leadline.domain.lifecycle import check_transition
from leadline.domain.routing import Roster
from leadline.domain.users import UserChange
from leadline.ports import Store, Tx
from leadline.usecases.assign import drain, route_existing
from leadline.usecases.deciding import Deciding, Writes
from leadline.usecases.rescore import rescored


@dataclass(frozen=True, slots=True)
class Move:
    """Where a lead goes, and why: a reason is needed to disqualify, a note with the reason `other`."""

    status: Status
    reason: str | None = None
    note: str | None = None


async def advance_lead(store: Store, lead_id: UUID, move: Move, deciding: Deciding) -> Lead:
    """Move a lead on. A place that becomes free is given to a waiting lead in the same transaction.
    Raises NotFound, Conflict naming the allowed steps, Invalid for a missing or unknown reason."""

    async def work(tx: Tx) -> None:
        found = await tx.leads([lead_id])
        if not found or found[0].is_deleted:
            raise NotFound(f"no lead {lead_id}")
        lead = found[0]
        check_transition(lead.status, move.status, reason=move.reason, note=move.note)
        roster = Roster(await tx.users())
        waiting = await tx.waiting(1)
        decide(lead, move, roster, waiting, deciding).hand_to(tx)

    await store.transact(work, routing=True)
    return await store.get_lead(lead_id)


def decide(lead: Lead, move: Move, roster: Roster, waiting: list[Lead], deciding: Deciding) -> Writes:
    """Pure: the lead after the step, the counters of its owner, the trail, and who gets a place that became free."""
    writes = Writes()
    now = deciding.now
    changed = replace(lead, status=move.status, last_activity_date=now, updated_at=now)
    new_id, actor = deciding.house.new_id, deciding.actor
    writes.activities.append(
        activities.status_changed(new_id(), lead.id, lead.status, move.status, actor, now, reason=move.reason)
    )
    if move.note:
        writes.activities.append(activities.note_added(new_id(), lead.id, move.note, actor, now))
    if move.status == "Contacted" and lead.first_contacted_at is None:
        changed = replace(changed, first_contacted_at=now)
        if changed.assigned_to:
            writes.user_changes.append(first_contact(changed, changed.assigned_to))
    if move.status == "Qualified" and not lead.qualification_bonus_applied:
        changed, rows = rescored(replace(changed, qualification_bonus_applied=True), "qualified", deciding)
        writes.activities.extend(rows)
        if lead.assigned_to:
            writes.user_changes.append(UserChange(lead.assigned_to, total_leads_qualified=1))
    if move.reason == "spam":
        changed = replace(changed, is_spam=True)
        writes.activities.append(activities.marked_spam(new_id(), lead.id, actor, now))
    if move.status in ("Disqualified", "Opportunity"):
        changed = replace(changed, waiting_since=None, waiting_reason=None)
    changed = _settle_place(lead, changed, roster, deciding, writes)
    writes.changed_leads.append(changed)
    drain([other for other in waiting if other.id != lead.id], roster, deciding, writes)
    return writes


def first_contact(lead: Lead, owner: UUID) -> UserChange:
    """What the first contact of a lead adds to its owner's counters: nothing before it. Response time is the floor of the
    minutes from creation; imported leads are left out of the response figures."""
    if lead.first_contacted_at is None:
        return UserChange(owner)
    if lead.import_id is not None:
        return UserChange(owner, total_leads_contacted=1)
    minutes = max(0, int((lead.first_contacted_at - lead.created_at).total_seconds() // 60))
    return UserChange(owner, total_leads_contacted=1, response_minutes_sum=minutes, response_count=1)


def _settle_place(before: Lead, after: Lead, roster: Roster, deciding: Deciding, writes: Writes) -> Lead:
    """Keep the owner's count right. A reopened lead goes back to its owner if active, even over the cap, else to routing."""
    owner = roster.find(before.assigned_to)
    if owner is not None and counts_for_owner(before) and not counts_for_owner(after):
        roster.free_place(owner.id)
        writes.user_changes.append(UserChange(owner.id, current_lead_count=-1))
    elif owner is not None and counts_for_owner(after) and not counts_for_owner(before):
        if owner.is_active:
            roster.fill_place(owner.id)
            writes.user_changes.append(UserChange(owner.id, current_lead_count=1))
            return after
        return route_existing(replace(after, assigned_to=None), roster, None, deciding, writes)
    elif owner is None:
        return route_existing(after, roster, None, deciding, writes)
    return after
