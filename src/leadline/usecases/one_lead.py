"""The shape of every act on one lead: read it and the team, decide, write, and give away a place that became free."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from leadline.domain import activities
from leadline.domain.duplicates import NearLead
from leadline.domain.errors import NotFound
from leadline.domain.lead_edits import StaleLead, etag
from leadline.domain.leads import Lead, counts_for_owner
from leadline.domain.routing import Roster
from leadline.domain.users import UserChange
from leadline.ports import Store, Tx
from leadline.usecases.assign import drain, route_existing
from leadline.usecases.deciding import Deciding, Writes
from leadline.usecases.rules import house_in_force


@dataclass(frozen=True, slots=True)
class Scene:
    """What an act on a lead may look at and write to. Pure: it holds values only."""

    roster: Roster
    deciding: Deciding
    writes: Writes
    returning_owner: UUID | None = None


Act = Callable[[Lead, Scene], Lead]


async def change_lead(
    store: Store,
    lead_id: UUID,
    act: Act,
    deciding: Deciding,
    *,
    seen: str | None = None,
    deleted: bool = False,
    address: Callable[[Lead], str] | None = None,
) -> Lead:
    """Run an act on a lead in one transaction, under the routing lock, and answer the lead as it then stands.

    `seen` is the etag of what the caller looked at; another one raises StaleLead. Deleted leads are found only with `deleted`.
    `address` names the e-mail key the lead will have, where the act brings it back or changes it: a lead of that address less
    than 24 hours away is a NearLead. Raises NotFound, and whatever the act raises."""

    async def work(tx: Tx) -> None:
        found = await tx.leads([lead_id])
        if not found or found[0].is_deleted != deleted:
            raise NotFound(f"no lead {lead_id}")
        lead = found[0]
        if seen is not None and seen != etag(lead):
            raise StaleLead(lead)
        view = await tx.intake_view([(address(lead), lead.created_at)] if address else [], [])
        near = [known for known in view.near if known.lead_id != lead.id]
        if near:
            raise NearLead(near[0].lead_id)
        owner = view.latest[0].assigned_to if view.latest else None
        house = await house_in_force(tx, view.ruleset_version, deciding.house)
        scene = Scene(Roster(view.users), replace(deciding, house=house), Writes(), owner)
        waiting = await tx.waiting(1)
        changed = act(lead, scene)
        write_change(lead, changed, scene)
        drain([other for other in waiting if other.id != lead.id], scene.roster, deciding, scene.writes)
        await scene.writes.hand_to(tx, deciding.writer())

    await store.transact(work, routing=True)
    return await store.get_lead(lead_id)


def write_change(lead: Lead, changed: Lead, scene: Scene) -> None:
    """The lead as it is now, where it is another than before."""
    if changed != lead:
        scene.writes.changed_leads.append(replace(changed, updated_at=scene.deciding.now))


def settle_place(before: Lead, after: Lead, scene: Scene) -> Lead:
    """Keep the owner's count right when a lead begins or ceases to count. One that counts again goes back to its owner if
    active, even over the cap, else to routing. One without an owner is routed when it counts again or changes category; at
    any other step it stays with whoever comes to claim it."""
    owner = scene.roster.find(before.assigned_to)
    if owner is None:
        is_released = counts_for_owner(after) and not counts_for_owner(before)
        if not is_released and after.category == before.category:
            return after
        return route_existing(after, scene.roster, scene.returning_owner, scene.deciding, scene.writes)
    if counts_for_owner(before) and not counts_for_owner(after):
        scene.roster.free_place(owner.id)
        scene.writes.user_changes.append(UserChange(owner.id, current_lead_count=-1))
    elif counts_for_owner(after) and not counts_for_owner(before):
        if not owner.is_active:
            d = scene.deciding
            scene.writes.activities.append(activities.unassigned(d.house.new_id(), after.id, owner, d.actor, d.now))
            freed = replace(after, assigned_to=None)
            return route_existing(freed, scene.roster, scene.returning_owner, scene.deciding, scene.writes)
        scene.roster.fill_place(owner.id)
        scene.writes.user_changes.append(UserChange(owner.id, current_lead_count=1))
    return after
