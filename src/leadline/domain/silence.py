"""Whether an endpoint fell silent against its own habit: from the times of its last postings alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

# Below this there is no habit to speak of.
POSTINGS_MIN = 20
HISTORY_MIN = timedelta(days=3)
# Nobody is woken for less.
SILENCE_MIN = timedelta(hours=4)
# An endpoint that posts every few days may well pause for a week or two.
USUAL_GAP_MAX = timedelta(days=2)
# How many times the longest usual gap a silence must last. One gap in twenty may be longer: a holiday, an outage.
TIMES = 3
USUAL = 0.95
# Of seven days two are a weekend; who posts this much less on them rests there.
WEEKEND_SHARE_MAX = 0.1
_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Silence:
    """A spell without a posting: since when, and the longest gap that is usual, both without weekends where it rests on them."""

    since: datetime
    usual: timedelta


def silence_of(times: Sequence[datetime], now: datetime) -> Silence | None:
    """The silence of an endpoint whose last postings came at `times`, in any order; None where it is not silent, is too new, or
    always was rare."""
    ordered = sorted(times)
    if len(ordered) < POSTINGS_MIN or ordered[-1] - ordered[0] < HISTORY_MIN:
        return None
    rests = sum(time.weekday() >= _SATURDAY for time in ordered) <= WEEKEND_SHARE_MAX * len(ordered)
    gaps = sorted(_passed(one, other, rests=rests) for one, other in pairwise(ordered))
    usual = gaps[int(USUAL * (len(gaps) - 1))]
    if usual > USUAL_GAP_MAX:
        return None
    silent_for = _passed(ordered[-1], now, rests=rests)
    return Silence(ordered[-1], usual) if silent_for > max(SILENCE_MIN, TIMES * usual, gaps[-1]) else None


def _passed(start: datetime, end: datetime, *, rests: bool) -> timedelta:
    """The time from one to the other; of weekends (UTC) only where it does not rest on them."""
    if not rests or end <= start:
        return end - start
    whole, rest = divmod(end - start, _DAY)
    weeks, days = divmod(whole, 7)
    counted = weeks * 5 * _DAY
    at = start + weeks * 7 * _DAY
    for _ in range(days):
        counted += _at_work(at, at + _DAY)
        at += _DAY
    return counted + _at_work(at, at + rest)


def _at_work(start: datetime, end: datetime) -> timedelta:
    """The part of at most one day that is of no weekend."""
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0) + _DAY
    first = (min(end, midnight) - start) if start.weekday() < _SATURDAY else timedelta(0)
    second = max(end - midnight, timedelta(0)) if midnight.weekday() < _SATURDAY else timedelta(0)
    return first + second
