"""Silence against an endpoint's own habit: told when it is out of the ordinary for this one, and never for the new and the rare."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.domain.silence import POSTINGS_MIN, SILENCE_MIN, TIMES, silence_of

# A Tuesday.
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def every(gap: timedelta, number: int = 100, until: datetime = NOW) -> list[datetime]:
    return [until - n * gap for n in range(number)]


def office_hours(until: datetime, days: int = 28) -> list[datetime]:
    """A posting on each hour from 8 to 18, Monday to Friday."""
    hours = [until.replace(minute=0) - n * HOUR for n in range(days * 24)]
    return [at for at in hours if 8 <= at.hour < 18 and at.weekday() < 5]


@pytest.mark.parametrize(("gap", "silent_after"), [(HOUR, SILENCE_MIN), (4 * HOUR, 12 * HOUR), (DAY, 3 * DAY)])
def test_a_steady_endpoint_is_silent_after_three_of_its_gaps_and_at_least_four_hours(
    gap: timedelta, silent_after: timedelta
) -> None:
    times = every(gap)

    silence = silence_of(times, NOW + silent_after + timedelta(minutes=1))

    assert silence_of(times, NOW + silent_after) is None
    assert silence is not None
    assert (silence.since, silence.usual) == (NOW, gap)


def test_nights_are_part_of_the_habit_and_weekends_do_not_count_for_whom_they_are_free() -> None:
    friday = datetime(2026, 11, 20, 17, tzinfo=UTC)
    times = office_hours(friday)

    assert silence_of(times, datetime(2026, 11, 23, 8, tzinfo=UTC)) is None
    assert silence_of(times, datetime(2026, 11, 24, 8, tzinfo=UTC)) is None
    assert silence_of(times, datetime(2026, 11, 25, 8, tzinfo=UTC)) is not None


def test_who_posts_at_weekends_too_is_heard_missing_at_them() -> None:
    friday = datetime(2026, 11, 20, 17, tzinfo=UTC)

    assert silence_of(every(HOUR, 300, friday), friday + 5 * HOUR) is not None


def test_the_new_and_the_rare_are_never_silent() -> None:
    assert silence_of([], NOW) is None
    assert silence_of(every(DAY, POSTINGS_MIN - 1), NOW + 300 * DAY) is None
    # Many postings of one afternoon are no habit yet.
    assert silence_of(every(timedelta(minutes=1), 100), NOW + 300 * DAY) is None
    assert silence_of(every(3 * DAY, 100), NOW + 300 * DAY) is None


def test_a_gap_that_was_longer_before_is_no_alarm() -> None:
    times = [*every(HOUR, 100), *every(HOUR, 100, NOW - 99 * HOUR - 2 * DAY)]

    assert silence_of(times, NOW + 2 * DAY) is None
    assert silence_of(times, NOW + 2 * DAY + HOUR) is not None


def test_a_posting_ends_the_spell() -> None:
    times = every(HOUR)
    later = NOW + 10 * HOUR

    assert silence_of(times, later) is not None
    assert silence_of([*times, later], later + HOUR) is None


@given(
    st.lists(st.integers(0, 60 * 24 * 28), max_size=80), st.integers(0, 60 * 24 * 60), st.randoms(use_true_random=False)
)
def test_the_order_says_nothing_and_a_silence_goes_on(minutes: list[int], later: int, chance: random.Random) -> None:
    times = [NOW - timedelta(minutes=minute) for minute in minutes]
    at = NOW + timedelta(minutes=later)
    shuffled = times.copy()
    chance.shuffle(shuffled)

    silence = silence_of(times, at)

    assert silence_of(shuffled, at) == silence
    if silence is not None:
        assert silence.since == max(times)
        assert at - silence.since > max(SILENCE_MIN, TIMES * silence.usual)
        assert silence_of(times, at + 7 * DAY) == silence


def weekday_minutes(start: datetime, end: datetime) -> int:
    """Counted minute by minute."""
    count = int((end - start) / timedelta(minutes=1))
    step: Callable[[int], datetime] = lambda n: start + timedelta(minutes=n)  # noqa: E731
    return sum(step(n).weekday() < 5 for n in range(count))


@given(st.integers(0, 14 * 24), st.integers(0, 20 * 24))
def test_time_without_weekends_is_what_counting_it_gives(start_hours: int, hours: int) -> None:
    from leadline.domain.silence import _passed

    start = NOW + start_hours * HOUR
    end = start + hours * HOUR

    assert _passed(start, end, rests=True) == timedelta(minutes=weekday_minutes(start, end))
