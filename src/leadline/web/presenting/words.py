"""Times, counts and names in the reader's words. `now` is a time in the reader's zone, and carries it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_DAYS_MAX = 30


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time for a `time` element: for machines, for the pointer, and as it is read."""

    machine: str
    title: str
    text: str


def moment(at: datetime, text: str) -> Moment:
    """A moment that reads as `text`."""
    at = at.astimezone(UTC)
    return Moment(at.strftime("%Y-%m-%dT%H:%M:%SZ"), f"{day(at)} {at:%H:%M:%S} UTC", text)


def aged(at: datetime, now: datetime) -> Moment:
    """How long ago, as short as a column is: "12 s", "4 min", "3 h", "2 days", then the date, where `now` is."""
    return moment(at, short_age(at, now))


def dated(at: datetime, now: datetime) -> Moment:
    """When, as a diary says it: the time today, with the date before. The diary is kept in the time zone of `now`, the reader's."""
    at = at.astimezone(now.tzinfo)
    return moment(at, f"{at:%H:%M}" if at.date() == now.date() else f"{day(at)}, {at:%H:%M}")


def day(at: datetime) -> str:
    """24 Nov 2026, whatever the language of the machine."""
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return f"{at.day} {months[at.month - 1]} {at.year}"


def short_age(at: datetime, now: datetime) -> str:
    """A clock that runs ahead of ours makes nobody older than now."""
    seconds = _seconds(now - at)
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min"
    if seconds < _DAY:
        return f"{seconds // _HOUR} h"
    days = seconds // _DAY
    return counted(days, "day") if days <= _DAYS_MAX else day(at.astimezone(now.tzinfo))


def span(length: timedelta) -> str:
    """A length of time in a sentence: "41 minutes", "3 hours"."""
    seconds = _seconds(length)
    for size, name in ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute")):
        if seconds >= size:
            return counted(seconds // size, name)
    return counted(seconds, "second")


def counted(number: int, one: str, many: str | None = None) -> str:
    """1 lead, 14 leads."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def initials(name: str) -> str:
    """Two letters for a face: those of the first and the last word."""
    words = name.split()
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper() if words else "?"


def points(number: int) -> str:
    """Points with their sign, a true minus."""
    return f"+{number}" if number > 0 else str(number).replace("-", "−")


def _seconds(length: timedelta) -> int:
    return max(0, int(length.total_seconds()))
