"""Notifications as a page shows them: what became of each, why, and what a channel lacks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from leadline.domain.delivery import may_retry
from leadline.domain.notifications import Notification, NotificationStatus
from leadline.web.presenting.words import Moment, dated

TABS: Mapping[NotificationStatus, str] = {
    "failed": "Failed",
    "held": "Held",
    "pending": "On their way",
    "sent": "Sent",
    "suppressed": "Not sent",
}
EMPTY: Mapping[NotificationStatus, str] = {
    "failed": "Nothing was given up. What a provider refuses for good would stand here, with its words.",
    "held": "Nothing is held. What waits for a channel to be configured, or for quiet hours to end, would stand here.",
    "pending": "Nothing is on its way.",
    "sent": "Nothing was sent yet.",
    "suppressed": "Nothing was left unsent.",
}
_NAMES = {"email": "E-mail", "slack": "Slack", "sms": "SMS", "webhook": "Webhook"}


@dataclass(frozen=True, slots=True)
class Row:
    """A message in the list."""

    id: UUID
    kind: str
    channel: str
    recipient: str
    why: str
    when: Moment
    tries: int
    lead_id: UUID | None
    may_retry: bool


def row(message: Notification, now: datetime) -> Row:
    """A message, with the time that its state is of."""
    return Row(
        message.id,
        message.template_name.replace("_", " ").capitalize(),
        _NAMES.get(message.notification_type, message.notification_type),
        message.recipient,
        message.error_message or message.provider_response or "",
        dated(message.sent_at or message.next_attempt_at or message.created_at, now),
        message.retry_count,
        message.lead_id,
        may_retry(message),
    )


def rows(messages: Iterable[Notification], now: datetime) -> list[Row]:
    """A page of the list."""
    return [row(message, now) for message in messages]


def lacking(hindrances: Mapping[str, str | None]) -> list[tuple[str, str]]:
    """The channels that send nothing, by name, with what they lack."""
    return [(_NAMES.get(name, name), why) for name, why in hindrances.items() if why]
