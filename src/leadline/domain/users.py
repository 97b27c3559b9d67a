"""Users: reps, managers and admins. What each may do is in `rights`."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from leadline.domain.errors import Fault
from leadline.domain.time_zones import is_time_zone

Role = Literal["rep", "manager", "admin"]
ROLES: tuple[Role, ...] = ("rep", "manager", "admin")


@dataclass(slots=True)
class User:
    """A person with an account, under the seed's column names. `current_lead_count` equals a recount after every commit.

    Between `quiet_from` and `quiet_to` ("22:00", in the person's time zone) messages are held. With `digest_at` what is told about
    Warm leads comes once a day, at that time."""

    id: UUID
    full_name: str
    email: str
    email_key: str
    created_at: datetime
    updated_at: datetime
    phone: str | None = None
    role: Role = "rep"
    is_active: bool = True
    max_active_leads: int = 20
    current_lead_count: int = 0
    total_leads_assigned: int = 0
    total_leads_contacted: int = 0
    total_leads_qualified: int = 0
    avg_response_time_minutes: int | None = None
    response_minutes_sum: int = 0
    response_count: int = 0
    slack_user_id: str | None = None
    notify_email: bool = True
    notify_slack: bool = True
    notify_sms: bool = False
    time_zone: str = "UTC"
    quiet_from: str | None = None
    quiet_to: str | None = None
    hot_in_quiet_hours: bool = False
    digest_at: str | None = None
    last_login_at: datetime | None = None
    last_turn_at: datetime | None = None
    last_turn_seq: int = 0
    password_hash: str | None = None
    is_demo: bool = False
    version: int = 1


@dataclass(slots=True)
class UserChange:
    """What one decision adds to a user's counters, relatively; a turn, where one was taken, is set."""

    user_id: UUID
    current_lead_count: int = 0
    total_leads_assigned: int = 0
    total_leads_contacted: int = 0
    total_leads_qualified: int = 0
    response_minutes_sum: int = 0
    response_count: int = 0
    last_turn_seq: int | None = None
    last_turn_at: datetime | None = None


def summed(changes: Iterable[UserChange]) -> list[UserChange]:
    """One change for each user, in id order (so that stores lock rows in one order); of several turns the last counts."""
    sums: dict[UUID, UserChange] = {}
    for change in changes:
        total = sums.setdefault(change.user_id, UserChange(change.user_id))
        total.current_lead_count += change.current_lead_count
        total.total_leads_assigned += change.total_leads_assigned
        total.total_leads_contacted += change.total_leads_contacted
        total.total_leads_qualified += change.total_leads_qualified
        total.response_minutes_sum += change.response_minutes_sum
        total.response_count += change.response_count
        if change.last_turn_seq is not None and change.last_turn_seq > (total.last_turn_seq or 0):
            total.last_turn_seq, total.last_turn_at = change.last_turn_seq, change.last_turn_at
    return [sums[user_id] for user_id in sorted(sums)]


def mean_minutes(total: int, count: int) -> int | None:
    """The mean response time, half-up in whole minutes; None before the first response."""
    return (2 * total + count) // (2 * count) if count else None


def counted(user: User, change: UserChange) -> User:
    """The user after a change of counters; the mean follows the exact sums."""
    total = user.response_minutes_sum + change.response_minutes_sum
    count = user.response_count + change.response_count
    return replace(
        user,
        current_lead_count=user.current_lead_count + change.current_lead_count,
        total_leads_assigned=user.total_leads_assigned + change.total_leads_assigned,
        total_leads_contacted=user.total_leads_contacted + change.total_leads_contacted,
        total_leads_qualified=user.total_leads_qualified + change.total_leads_qualified,
        response_minutes_sum=total,
        response_count=count,
        avg_response_time_minutes=mean_minutes(total, count),
        last_turn_seq=change.last_turn_seq or user.last_turn_seq,
        last_turn_at=change.last_turn_at or user.last_turn_at,
    )


_TEXT_WIDTHS = {"full_name": 255, "email": 255, "phone": 50, "slack_user_id": 100}
_FLAGS = ("is_active", "notify_email", "notify_slack", "notify_sms", "hot_in_quiet_hours")
_TIMES_OF_DAY = ("quiet_from", "quiet_to", "digest_at")
_TIME_OF_DAY = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
# What people set on themselves.
OWN_FIELDS = ("phone", "time_zone", "notify_email", "notify_slack", "notify_sms", *_TIMES_OF_DAY, "hot_in_quiet_hours")
MAX_ACTIVE_LEADS_LIMIT = 1_000_000_000


def check_user_fields(fields: Mapping[str, Any], *, is_new: bool) -> list[Fault]:
    """Every fault of what a person wants to set on a user. `full_name` and `email` are needed for a new one."""
    faults = [
        Fault(f"/{name}", "cannot be set")
        for name in fields
        if name not in (*_TEXT_WIDTHS, *_FLAGS, *_TIMES_OF_DAY, "role", "max_active_leads", "time_zone")
    ]
    for name, width in _TEXT_WIDTHS.items():
        needed = name in ("full_name", "email") and (is_new or name in fields)
        faults += _text_faults(name, fields.get(name), width, needed=needed)
    faults += [
        Fault(f"/{name}", "must be true or false") for name in _FLAGS if not isinstance(fields.get(name, True), bool)
    ]
    if fields.get("role", "rep") not in ROLES:
        faults.append(Fault("/role", f"must be one of {', '.join(ROLES)}"))
    if not is_time_zone(fields.get("time_zone", "UTC")):
        faults.append(Fault("/time_zone", "must be an IANA name of a time zone, such as Europe/Berlin or UTC"))
    faults += [
        Fault(f"/{name}", "must be a time of day, such as 22:00, or null")
        for name in _TIMES_OF_DAY
        if not _is_time_of_day(fields.get(name))
    ]
    cap = fields.get("max_active_leads", 0)
    if isinstance(cap, bool) or not isinstance(cap, int) or not 0 <= cap <= MAX_ACTIVE_LEADS_LIMIT:
        faults.append(Fault("/max_active_leads", f"must be an integer from 0 to {MAX_ACTIVE_LEADS_LIMIT}"))
    return faults


def check_quiet_hours(user: User) -> list[Fault]:
    """The fault of quiet hours that only begin, or only end: they would never be quiet."""
    if bool(user.quiet_from) == bool(user.quiet_to):
        return []
    missing, there = ("quiet_to", "a beginning") if user.quiet_from else ("quiet_from", "an end")
    return [Fault(f"/{missing}", f"is missing: the quiet hours have {there} only")]


def _is_time_of_day(value: object) -> bool:
    return value is None or (isinstance(value, str) and _TIME_OF_DAY.fullmatch(value) is not None)


def _text_faults(name: str, value: object, width: int, *, needed: bool) -> list[Fault]:
    if value is None:
        return [Fault(f"/{name}", "is required")] if needed else []
    if not isinstance(value, str):
        return [Fault(f"/{name}", "must be a text")]
    if needed and not value.strip():
        return [Fault(f"/{name}", "must not be blank")]
    if len(value) > width:
        return [Fault(f"/{name}", f"is {len(value)} characters long; at most {width} fit")]
    if not value.isprintable():
        return [Fault(f"/{name}", "contains control characters")]
    return []
