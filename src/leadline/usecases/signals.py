"""Engagement: what a lead does after the form, counted once for each event."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, get_args
from uuid import NAMESPACE_URL, UUID, uuid5

from leadline.domain import contact_activities
from leadline.domain.errors import NotFound
from leadline.domain.leads import Lead
from leadline.domain.routing import Roster
from leadline.ports import Store, Tx
from leadline.usecases.deciding import Deciding, Writes
from leadline.usecases.mark import rescored_and_routed
from leadline.usecases.one_lead import Scene
from leadline.usecases.rescore import alert_owner
from leadline.usecases.rules import house_in_force

SignalType = Literal["email_reply", "pricing_page_visit", "demo_video_watched"]
SIGNAL_TYPES: tuple[SignalType, ...] = get_args(SignalType)


@dataclass(frozen=True, slots=True)
class Signal:
    """One event. It is of the lead with this id, else of the newest lead of this address."""

    type: SignalType
    event_id: str
    occurred_at: datetime
    lead_id: UUID | None = None
    email_key: str | None = None

    @property
    def activity_id(self) -> UUID:
        """The same event has the same id for ever, and so stands in the trail once."""
        return uuid5(NAMESPACE_URL, f"leadline:signal:{self.event_id}")


async def count_signal(store: Store, signal: Signal, deciding: Deciding) -> bool:
    """Count an event; False where it was counted before. Raises NotFound where there is no such lead."""

    async def work(tx: Tx) -> bool:
        lead_id = signal.lead_id or await tx.newest_lead_id(signal.email_key or "")
        found: Sequence[Lead] = await tx.leads([lead_id]) if lead_id else []
        if not found or found[0].is_deleted:
            raise NotFound("no lead of this id or address")
        if await tx.known_activities([signal.activity_id]):
            return False
        view = await tx.intake_view([], [])
        house = await house_in_force(tx, view.ruleset_version, deciding.house)
        scene = Scene(Roster(view.users), replace(deciding, house=house), Writes())
        scene.writes.changed_leads.append(replace(_counted(found[0], signal, scene), updated_at=deciding.now))
        await scene.writes.hand_to(tx, deciding.writer())
        return True

    return await store.transact(work, routing=True)


def _counted(lead: Lead, signal: Signal, scene: Scene) -> Lead:
    counted, count = _count(lead, signal.type)
    d = scene.deciding
    row = contact_activities.engagement(signal.activity_id, lead.id, signal.type, count, d.actor, signal.occurred_at)
    scene.writes.activities.append(row)
    counted = replace(counted, last_activity_date=d.now)
    changed = rescored_and_routed(lead, counted, signal.type.replace("_", " "), scene)
    alert_owner(lead, changed, scene.roster, d, scene.writes)
    return changed


def _count(lead: Lead, kind: SignalType) -> tuple[Lead, int]:
    if kind == "email_reply":
        return replace(lead, email_reply_count=lead.email_reply_count + 1), lead.email_reply_count + 1
    if kind == "pricing_page_visit":
        return replace(lead, pricing_page_visits=lead.pricing_page_visits + 1), lead.pricing_page_visits + 1
    return replace(lead, demo_video_watched=True), 1
