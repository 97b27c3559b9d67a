"""Slack cards that are true no longer, and what becomes of them. Only decides the rows."""

from collections.abc import Iterable
from uuid import UUID

from leadline.domain.activities import ActionType, Activity
from leadline.domain.lead_edits import etag
from leadline.domain.leads import Lead
from leadline.domain.notifications import Notification, Writer

CARD_UPDATE = "card_update"

# Whatever changes the mark that the buttons of a card carry (lead_edits.etag): until the card is edited, a click on it is refused.
# What only the system does to a score is not among it: the publication of a rule set edits no thousand cards. Nor is a repeated
# posting, which changes nothing as a rule: who decides on it says so.
MAKES_UNTRUE: frozenset[ActionType] = frozenset(
    {
        "assigned", "status_changed", "edited", "reviewed", "priority_flagged", "marked_spam", "unmarked_spam", "deleted",
        "restored", "erased",
    }
)  # fmt: skip


def shown_otherwise(entries: Iterable[Activity]) -> set[UUID]:
    """The leads whose cards are true no longer after these entries of their trails."""
    return {entry.lead_id for entry in entries if entry.action_type in MAKES_UNTRUE}


def is_card(row: Notification) -> bool:
    """Whether a message stands in Slack and can be edited there: it is known by "channel/time". What is no card of its own, such
    as a burst joined in one message, has no slash."""
    return row.notification_type == "slack" and row.status == "sent" and "/" in (row.provider_id or "")


def card_updates(cards: Iterable[Notification], writer: Writer) -> list[Notification]:
    """A `card_update` for each card. Its recipient is the card, so its updates stay in order; it is nobody's, for nobody's quiet
    hours may keep it back."""
    known = {(row.provider_id or "", row.lead_id) for row in cards if is_card(row)}
    return [
        Notification(writer.new_id(), "slack", CARD_UPDATE, card, writer.now, lead_id=lead_id)
        for card, lead_id in sorted(known, key=str)
    ]


def is_outdated(row: Notification, said: Lead | None, now: Lead) -> bool:
    """Whether a message became a card that was not true any more when it arrived: its lead changed between `said` and `now`."""
    if not is_card(row) or row.template_name == CARD_UPDATE or said is None:
        return False
    return etag(said) != etag(now)
