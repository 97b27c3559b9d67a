"""Acting on a lead for somebody who is signed in: what they may not see is not there, also when it was handed over meanwhile."""

import json
from dataclasses import dataclass, replace
from uuid import UUID

from leadline.domain.duplicates import NearLead
from leadline.domain.errors import Conflict, Forbidden, NotFound
from leadline.domain.lead_edits import StaleLead
from leadline.domain.leads import Lead
from leadline.domain.rights import can, why_not
from leadline.domain.users import User
from leadline.ports import Store
from leadline.usecases import mark
from leadline.usecases.deciding import Deciding
from leadline.usecases.one_lead import Scene, change_lead
from leadline.web.act_forms import ACTIONS_OF_ACTS, SEEN, Call, Form, read_call
from leadline.web.admission import nothing_here

_ENTRIES_LOOKED_AT = 20


@dataclass(frozen=True, slots=True)
class Done:
    """A lead before and after an act."""

    before: Lead
    after: Lead


async def act_on(store: Store, deciding: Deciding, user: User, lead_id: UUID, name: str, form: Form) -> Done:
    """Do what a form asks for, in one transaction that looks at the rights again. Raises NotFound in the words of every other
    nothing (also for an act that there is not), Forbidden, and whatever reading the form and the act itself raise."""
    call = await _unreview(store, lead_id, form) if name == "unreview" else read_call(name, form, user)
    if call is None:
        raise nothing_here()
    before: list[Lead] = []

    def act(lead: Lead, scene: Scene) -> Lead:
        check(user, name, lead)
        # A transaction may run more than once; its last run counts.
        before[:] = [lead]
        return call.act(lead, scene)

    address = (lambda lead: call.email_key or lead.email_key) if call.email_key or call.is_deleted else None
    told = replace(deciding, notifies=deciding.notifies and not call.is_undo)
    try:
        after = await change_lead(store, lead_id, act, told, seen=call.seen, deleted=call.is_deleted, address=address)
    except NotFound:
        raise nothing_here() from None
    except StaleLead as stale:
        if not can(user, "see_lead", stale.lead):
            raise nothing_here() from None
        raise
    except NearLead as near:
        raise await _nameless(store, user, near) from None
    return Done(before[0], after)


async def _nameless(store: Store, user: User, near: NearLead) -> Conflict:
    """The same refusal, without the id of a lead that is not this user's to see."""
    try:
        is_seen = can(user, "see_lead", await store.get_lead(near.lead_id))
    except NotFound:
        is_seen = False
    return near if is_seen else Conflict("Another lead of this address was created less than 24 hours from this one.")


def check(user: User, name: str, lead: Lead) -> None:
    """Raises NotFound for a lead that is not the user's to see, Forbidden for an act that is not theirs to do, Conflict for one
    that its being deleted, or not, stands in the way of."""
    if not can(user, "see_lead", lead):
        raise nothing_here()
    action = ACTIONS_OF_ACTS[name]
    if not can(user, action, lead):
        raise Forbidden(why_not(user, action))
    if lead.is_deleted != (name == "restore"):
        raise Conflict("This lead is deleted. Restore it first." if lead.is_deleted else "This lead is not deleted.")


async def _unreview(store: Store, lead_id: UUID, form: Form) -> Call:
    """What the last review replaced stands in the trail; a lead that changed since is left alone by its etag."""
    entries = (await store.list_activities(lead_id, None, _ENTRIES_LOOKED_AT)).items
    reviewed = next((entry for entry in entries if entry.action_type == "reviewed"), None)
    if reviewed is None or not form.get(SEEN):
        raise Conflict("There is no review to take back.")
    return Call(mark.unreview(json.loads(reviewed.old_value or "{}")), form[SEEN], is_undo=True)
