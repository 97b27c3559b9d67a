"""Entries of a lead's trail about messages: what was sent, and what could not be."""

from datetime import datetime
from uuid import UUID

from leadline.domain.activities import SYSTEM, ActionType, Activity, email_sent, record
from leadline.domain.cards import CARD_UPDATE
from leadline.domain.notifications import ChannelName, Notification

_SENT: dict[ChannelName, ActionType] = {"slack": "slack_sent", "sms": "sms_sent", "webhook": "webhook_sent"}
_WORDS: dict[ChannelName, str] = {
    "email": "an e-mail",
    "slack": "a Slack message",
    "sms": "a text message",
    "webhook": "a webhook",
}


def belongs_to_trail(row: Notification) -> bool:
    """Whether what became of a message is told of its lead: it was said to somebody, or could not be. The edit of a card says
    nothing new to anybody; what it follows stands in the trail already."""
    return row.lead_id is not None and row.status in ("sent", "failed") and row.template_name != CARD_UPDATE


def told(id: UUID, lead_id: UUID, row: Notification, at: datetime) -> Activity:
    """The entry of a message that was sent, or that was given up."""
    return message_sent(id, lead_id, row, at) if row.status == "sent" else notification_failed(id, lead_id, row, at)


def message_sent(id: UUID, lead_id: UUID, row: Notification, at: datetime) -> Activity:
    """The value is as the seed has it of an e-mail: {"template"}."""
    if row.notification_type == "email":
        return email_sent(id, lead_id, row.template_name, SYSTEM, at)
    sentence = f"Sent {_WORDS[row.notification_type]} to {row.recipient}: {row.template_name}"
    new = {"template": row.template_name}
    return record(_SENT[row.notification_type], id, lead_id, sentence, SYSTEM, at, new=new)


def notification_failed(id: UUID, lead_id: UUID, row: Notification, at: datetime) -> Activity:
    """Given up, with the provider's words."""
    sentence = f"Could not send {_WORDS[row.notification_type]} to {row.recipient}: {row.error_message}"
    new = {"template": row.template_name, "channel": row.notification_type, "tries": row.retry_count}
    return record("notification_failed", id, lead_id, sentence, SYSTEM, at, new=new)
