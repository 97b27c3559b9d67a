"""Slack cards that are true no longer: what to say to them. Only decides the rows."""

from collections.abc import Iterable

from leadline.domain.leads import Lead
from leadline.domain.notifications import Notification, Writer
from leadline.domain.users import User

CARD_UPDATE = "card_update"


def card_updates(
    before: Lead, after: Lead, owner: User | None, told: Iterable[Notification], writer: Writer
) -> list[Notification]:
    """A `card_update` for each card of a lead that has another owner or status now. A card is known by "channel/time", which is also
    the recipient of its updates: so they stay in order. What is no card of its own has no slash. The row is nobody's, for nobody's
    quiet hours may keep it back; its subject is the owner's name."""
    if (before.assigned_to, before.status) == (after.assigned_to, after.status):
        return []
    cards = {
        row.provider_id
        for row in told
        if row.notification_type == "slack" and row.status == "sent" and row.provider_id and "/" in row.provider_id
    }
    return [
        Notification(
            writer.new_id(),
            "slack",
            CARD_UPDATE,
            card,
            writer.now,
            lead_id=after.id,
            subject=owner.full_name if owner else None,
        )
        for card in sorted(cards)
    ]
