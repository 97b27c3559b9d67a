"""What becomes of a notification at sending (RULES 7): sent, held until later, or suppressed; tried again or failed. Only decides."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from leadline.domain.cards import CARD_UPDATE
from leadline.domain.leads import Lead
from leadline.domain.notifications import Notification, StatusReason
from leadline.domain.users import User

# Some twenty minutes on average: a mail server that greylists lets nobody in within the first five.
TRIES_MAX = 12
BACKOFF_SECONDS = 2.0
BACKOFF_SECONDS_MAX = 900.0
# Configuring a channel releases what is younger; nobody wants older alerts all at once.
RELEASED_WITHIN = timedelta(hours=24)
# More than so many to one Slack channel in so short a time are joined in one message.
JOINED_ABOVE = 5
JOINED_WITHIN = timedelta(seconds=5)
WORDS_MAX = 2_000


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is true of a row at sending: its lead and its user as they stand, why the channel cannot send, whether the recipient
    wants no more mail."""

    now: datetime
    lead: Lead | None = None
    user: User | None = None
    hindrance: str | None = None
    is_unsubscribed: bool = False


def decide(row: Notification, around: Circumstances) -> Notification | None:
    """The row as held or suppressed, or None where it is to be sent now."""
    if (why := _suppressed(row, around)) is not None:
        return suppress(row, *why)
    if around.hindrance is not None:
        return _hold(row, "not_configured", around.hindrance, around.now)
    return None if around.user is None else _held_for(row, around.user, around)


def suppress(row: Notification, reason: StatusReason, words: str) -> Notification:
    """A row that is not sent, now or later."""
    return replace(_unleased(row), status="suppressed", status_reason=reason, error_message=words, next_attempt_at=None)


def _suppressed(row: Notification, around: Circumstances) -> tuple[StatusReason, str] | None:
    lead, user = around.lead, around.user
    if row.lead_id is not None and lead is None:
        return "lead_gone", "the lead is there no longer"
    # A card that is already there must not go on showing a lead that was deleted.
    if lead is not None and row.template_name != CARD_UPDATE:
        if lead.is_deleted:
            return "deleted", "the lead was deleted"
        if lead.is_spam:
            return "spam", "the lead is spam"
        if lead.is_demo or lead.is_test:
            return "demo", "demo and test leads are never told of"
        if row.template_name == "hot_lead_alert" and lead.status != "New":
            return "contacted", f"the lead is {lead.status} by now: nobody need be alerted"
    if row.user_id is not None and (user is None or not user.is_active):
        return "inactive_user", "the user is not active"
    if around.is_unsubscribed:
        return "unsubscribed", "this address is among those that get no mail"
    return None


def _held_for(row: Notification, user: User, around: Circumstances) -> Notification | None:
    """By when a person wants to be told. What was gathered for a digest comes at the hour that was chosen for it."""
    if row.status_reason == "digest":
        return None
    is_warm = around.lead is not None and around.lead.category == "Warm"
    if user.digest_at and row.template_name == "lead_assigned" and is_warm:
        at = _next(user.digest_at, user, around.now)
        return _hold(row, "digest", f"is gathered for the digest of {user.digest_at}", at)
    if row.template_name == "hot_lead_alert" and user.hot_in_quiet_hours:
        return None
    if (ends := quiet_until(user, around.now)) is not None:
        return _hold(row, "quiet_hours", f"quiet hours until {user.quiet_to}, {user.time_zone}", ends)
    return None


def _hold(row: Notification, reason: StatusReason, words: str, until: datetime) -> Notification:
    return replace(_unleased(row), status="held", status_reason=reason, error_message=words, next_attempt_at=until)


def quiet_until(user: User, now: datetime) -> datetime | None:
    """When the quiet hours end that this person has now, or None."""
    if not user.quiet_from or not user.quiet_to or user.quiet_from == user.quiet_to:
        return None
    start, end = time.fromisoformat(user.quiet_from), time.fromisoformat(user.quiet_to)
    at = now.astimezone(_zone(user)).time()
    is_quiet = start <= at < end if start < end else at >= start or at < end
    return _next(user.quiet_to, user, now) if is_quiet else None


def _next(clock: str, user: User, now: datetime) -> datetime:
    """The next time that a person's clock shows this."""
    zone, at = _zone(user), time.fromisoformat(clock)
    day = now.astimezone(zone).date()
    for later in range(3):
        # Where clocks are turned back, an hour comes twice.
        for fold in (0, 1):
            moment = _shown(datetime.combine(day + timedelta(days=later), at, zone).replace(fold=fold))
            if moment > now:
                return moment
    raise AssertionError("a clock shows every time within two days")


def _shown(local: datetime) -> datetime:
    """When a clock shows this time; where it is turned past it, when it is turned."""
    moment = local.astimezone(UTC)
    if moment.astimezone(local.tzinfo).time() == local.time():
        return moment
    moment = min(moment, local.replace(fold=1 - local.fold).astimezone(UTC))
    while moment.astimezone(local.tzinfo).time() < local.time():
        moment += timedelta(minutes=1)
    return moment


def _zone(user: User) -> ZoneInfo:
    try:
        return ZoneInfo(user.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def release(row: Notification, now: datetime) -> Notification:
    """A held row whose time has come: pending again, or suppressed where its channel was configured too late."""
    if row.status_reason == "not_configured" and now - row.created_at > RELEASED_WITHIN:
        hours = int(RELEASED_WITHIN.total_seconds() // 3600)
        return suppress(row, "too_old", f"waited more than {hours} hours for its channel to be configured")
    kept = row.status_reason if row.status_reason == "digest" else None
    return replace(row, status="pending", status_reason=kept, error_message=None, next_attempt_at=None)


def may_retry(row: Notification) -> bool:
    """Whether a person may have a row tried again: one that failed, or that waited too long for its channel."""
    return row.status == "failed" or row.status_reason == "too_old"


def retry(row: Notification) -> Notification:
    """A failed, held or suppressed row that a person wants tried again from the beginning."""
    return replace(row, status="pending", status_reason=None, error_message=None, next_attempt_at=None, retry_count=0)


def sent(
    row: Notification, subject: str | None, body: str, provider: tuple[str | None, str], now: datetime
) -> Notification:
    """A row that the provider took, with what was said and what it answered."""
    provider_id, response = provider
    return replace(
        _unleased(row),
        status="sent",
        sent_at=now,
        subject=None if subject is None else subject[:500],
        body=body,
        error_message=None,
        status_reason=None,
        next_attempt_at=None,
        provider_id=provider_id,
        provider_response=_readable(response),
    )


def failed(row: Notification, words: str, *, is_dead_address: bool = False) -> Notification:
    """A row that is given up, with the provider's words."""
    return replace(
        _unleased(row),
        status="failed",
        status_reason="dead_address" if is_dead_address else None,
        error_message=_readable(words),
        provider_response=_readable(words),
        retry_count=row.retry_count + 1,
        next_attempt_at=None,
    )


def try_again(
    row: Notification, words: str, now: datetime, chance: float, retry_after_seconds: float | None = None
) -> Notification:
    """A row whose try went wrong for now: full-jitter exponential backoff, never before the provider wants it; after TRIES_MAX tries
    it has failed. `chance` is drawn from [0, 1)."""
    if row.retry_count + 1 >= TRIES_MAX:
        return failed(row, words)
    wait = chance * min(BACKOFF_SECONDS_MAX, BACKOFF_SECONDS * 2**row.retry_count)
    wait = max(wait, retry_after_seconds or 0.0)
    return replace(
        _unleased(row),
        error_message=_readable(words),
        provider_response=_readable(words),
        retry_count=row.retry_count + 1,
        next_attempt_at=now + timedelta(seconds=wait),
    )


def give_back(row: Notification) -> Notification:
    """A row that was leased and not tried."""
    return _unleased(row)


def batches(rows: Sequence[Notification]) -> list[list[Notification]]:
    """One recipient's rows in order, parted into messages: a digest, a burst to a Slack channel, else one row each."""
    parts: list[list[Notification]] = []
    left = list(rows)
    while left:
        size = _joined(left)
        parts.append(left[:size])
        left = left[size:]
    return parts


def _joined(rows: Sequence[Notification]) -> int:
    """How many of these rows, from the first on, are one message."""
    first = rows[0]
    if first.status_reason == "digest":
        return _run(rows, lambda row: (row.status_reason, row.user_id) == ("digest", first.user_id))
    if first.template_name == CARD_UPDATE:
        # The card is made of the lead as it stands: once is enough.
        return _run(rows, lambda row: row.template_name == CARD_UPDATE)
    size = _run(rows, lambda row: _is_alert(row) and row.created_at - first.created_at <= JOINED_WITHIN)
    return size if size > JOINED_ABOVE and first.notification_type == "slack" else 1


def _run(rows: Sequence[Notification], fits: Callable[[Notification], bool]) -> int:
    return sum(1 for _ in takewhile(fits, rows))


def _is_alert(row: Notification) -> bool:
    """Whether a message may be joined with others of its kind: what is about no lead, or waits for its hour, has words of its own."""
    return row.lead_id is not None and row.status_reason != "digest" and row.template_name != CARD_UPDATE


def _unleased(row: Notification) -> Notification:
    return replace(row, lease_until=None, leased_by=None)


def _readable(words: str) -> str:
    """A provider's words as a column takes them."""
    return words.replace("\x00", "")[:WORDS_MAX]
