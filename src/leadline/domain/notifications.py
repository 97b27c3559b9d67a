"""Whom to tell, and by which channel (RULES 7). Only decides the rows; sending is the worker's part."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from leadline.domain.leads import Lead
from leadline.domain.users import User

ChannelName = Literal["email", "slack", "sms", "webhook"]
NotificationStatus = Literal["pending", "sent", "failed", "held", "suppressed"]
NOTIFICATION_STATUSES: tuple[NotificationStatus, ...] = ("pending", "sent", "failed", "held", "suppressed")
CHANNEL_NAMES: tuple[ChannelName, ...] = ("email", "slack", "sms", "webhook")
# Why a row is held (the first three), suppressed, or failed for good (the last); `error_message` says it in words.
StatusReason = Literal[
    "not_configured", "quiet_hours", "digest",
    "unsubscribed", "inactive_user", "lead_gone", "deleted", "spam", "erased", "demo", "contacted", "too_old", "dead_address",
]  # fmt: skip


@dataclass(slots=True)
class Notification:
    """One message to one recipient by one channel, under the seed's column names.

    Who has leased it until `lease_until` is about to send it. `next_attempt_at` is when a pending row may be tried next (None: at
    once), and when a held one may be looked at again. `retry_count` counts the tries that went wrong."""

    id: UUID
    notification_type: ChannelName
    template_name: str
    recipient: str
    created_at: datetime
    lead_id: UUID | None = None
    user_id: UUID | None = None
    subject: str | None = None
    body: str | None = None
    status: NotificationStatus = "pending"
    sent_at: datetime | None = None
    error_message: str | None = None
    retry_count: int = 0
    status_reason: StatusReason | None = None
    next_attempt_at: datetime | None = None
    lease_until: datetime | None = None
    leased_by: str | None = None
    provider_id: str | None = None
    provider_response: str | None = None


def is_claimable(row: Notification, now: datetime) -> bool:
    """Whether a row waits for somebody to send it, and its time has come."""
    is_free = row.lease_until is None or row.lease_until <= now
    return row.status == "pending" and is_free and (row.next_attempt_at is None or row.next_attempt_at <= now)


@dataclass(frozen=True, slots=True)
class Writer:
    """What every row of one decision shares: where ids come from, the time, and the Slack channel of the house."""

    new_id: Callable[[], UUID]
    now: datetime
    slack_channel: str = "#leads"


def may_notify(lead: Lead) -> bool:
    """Demo and test leads, spam and deleted ones are never spoken about or to."""
    return not (lead.is_demo or lead.is_test or lead.is_spam or lead.is_deleted)


def to_owner(lead: Lead, owner: User, writer: Writer) -> list[Notification]:
    """`hot_lead_alert` for a Hot lead that is New, `lead_assigned` for any other assignment, by the owner's preferences."""
    if not may_notify(lead):
        return []
    template = "hot_lead_alert" if lead.category == "Hot" and lead.status == "New" else "lead_assigned"
    return _to_user(template, lead, owner, writer)


def to_managers(lead: Lead, managers: Iterable[User], writer: Writer) -> list[Notification]:
    """`lead_waiting`, once per spell: nobody could take this lead."""
    if not may_notify(lead):
        return []
    return [row for manager in managers for row in _to_user("lead_waiting", lead, manager, writer)]


def to_lead(lead: Lead, writer: Writer) -> list[Notification]:
    """`warm_lead_nurture` to the person who wrote, for a Warm lead that is New."""
    if not may_notify(lead) or lead.category != "Warm" or lead.status != "New":
        return []
    return [Notification(writer.new_id(), "email", "warm_lead_nurture", lead.email, writer.now, lead_id=lead.id)]


def about_silence(
    endpoint: str, since: datetime, usual: timedelta, managers: Iterable[User], writer: Writer
) -> list[Notification]:
    """`endpoint_silent`, once per spell. It is about no lead, so what there is to say stands in the row."""
    hours = max(1, round(usual / timedelta(hours=1)))
    subject = f"Nothing has come in at {endpoint} since {since:%a %d %b, %H:%M} UTC"
    body = (
        f"{subject}. Usually there is a posting at least every {hours} {'hour' if hours == 1 else 'hours'}."
        " See whether the form still stands and its provider still posts."
    )
    rows = [row for manager in managers for row in _to_user("endpoint_silent", None, manager, writer)]
    for row in rows:
        row.subject, row.body = subject, body
    return rows


def _to_user(template: str, lead: Lead | None, user: User, writer: Writer) -> list[Notification]:
    about = lead.id if lead else None
    wanted: list[tuple[ChannelName, str | None]] = []
    if user.notify_slack:
        wanted.append(("slack", writer.slack_channel))
    if user.notify_email:
        wanted.append(("email", user.email))
    if user.notify_sms:
        wanted.append(("sms", user.phone))
    return [
        Notification(writer.new_id(), channel, template, recipient, writer.now, lead_id=about, user_id=user.id)
        for channel, recipient in wanted
        if recipient
    ]
