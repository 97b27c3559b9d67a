"""What becomes of a message at sending: who is not told, who is told later, and when it is tried again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.domain import delivery
from leadline.domain.breaker import OPENS_AFTER, PAUSE_SECONDS_MAX, Breaker
from leadline.domain.delivery import Circumstances
from leadline.domain.notifications import Notification
from tests.builders import NOW, an_id, lead, user

HOUR = timedelta(hours=1)
LEAD = lead(category="Hot")


def row(**fields: Any) -> Notification:
    base = Notification(an_id(9), "slack", "lead_assigned", "#leads", NOW, lead_id=LEAD.id)
    return replace(base, lease_until=NOW + HOUR, leased_by="x", **fields)


@pytest.mark.parametrize(
    ("fields", "around", "reason"),
    [
        ({}, {"lead": None}, "lead_gone"),
        ({}, {"lead": replace(LEAD, is_deleted=True)}, "deleted"),
        ({}, {"lead": replace(LEAD, is_spam=True)}, "spam"),
        ({}, {"lead": replace(LEAD, is_demo=True)}, "demo"),
        ({}, {"lead": replace(LEAD, is_test=True)}, "demo"),
        ({"template_name": "hot_lead_alert"}, {"lead": replace(LEAD, status="Contacted")}, "contacted"),
        ({"user_id": an_id(3)}, {"user": None}, "inactive_user"),
        ({"user_id": an_id(3)}, {"user": user(is_active=False)}, "inactive_user"),
        ({}, {"is_unsubscribed": True}, "unsubscribed"),
        ({}, {"is_unsubscribed": True, "hindrance": "SMTP_URL is not set"}, "unsubscribed"),
    ],
)
def test_nobody_is_told_what_is_no_longer_so(fields: Any, around: Any, reason: str) -> None:
    decided = delivery.decide(row(**fields), Circumstances(NOW, **({"lead": LEAD} | around)))

    assert decided is not None
    assert (decided.status, decided.status_reason, decided.leased_by, decided.lease_until) == (
        "suppressed",
        reason,
        None,
        None,
    )
    assert decided.error_message


def test_what_is_as_it_was_is_sent() -> None:
    sent_as_it_is = [row(), row(template_name="hot_lead_alert"), row(lead_id=None)]

    assert [delivery.decide(each, Circumstances(NOW, LEAD)) for each in sent_as_it_is] == [None] * 3
    contacted = replace(LEAD, status="Contacted")
    assert delivery.decide(row(), Circumstances(NOW, contacted)) is None


def test_a_channel_that_is_not_configured_holds_its_rows_and_says_why() -> None:
    held = delivery.decide(row(), Circumstances(NOW, LEAD, hindrance="SMTP_URL is not set"))

    assert held is not None
    assert (held.status, held.status_reason, held.error_message) == ("held", "not_configured", "SMTP_URL is not set")
    assert held.next_attempt_at == NOW


def test_configuring_a_channel_releases_what_is_younger_than_a_day() -> None:
    held = row(status="held", status_reason="not_configured", error_message="why", next_attempt_at=NOW)

    young = delivery.release(held, NOW + timedelta(hours=24))
    old = delivery.release(held, NOW + timedelta(hours=24, seconds=1))

    assert (young.status, young.status_reason, young.error_message, young.next_attempt_at) == (
        "pending",
        None,
        None,
        None,
    )
    assert (old.status, old.status_reason) == ("suppressed", "too_old")


# 2026-11-24 is a Tuesday; Berlin is an hour ahead of UTC.
@pytest.mark.parametrize(
    ("quiet", "zone", "now", "ends"),
    [
        (("22:00", "06:30"), "UTC", "21:59", None),
        (("22:00", "06:30"), "UTC", "22:00", "2026-11-25T06:30"),
        (("22:00", "06:30"), "UTC", "03:00", "2026-11-24T06:30"),
        (("22:00", "06:30"), "UTC", "06:30", None),
        (("22:00", "06:30"), "Europe/Berlin", "21:00", "2026-11-25T05:30"),
        (("22:00", "06:30"), "Europe/Berlin", "05:29", "2026-11-24T05:30"),
        (("12:00", "13:00"), "UTC", "12:30", "2026-11-24T13:00"),
        (("12:00", "12:00"), "UTC", "12:00", None),
        ((None, "12:00"), "UTC", "11:00", None),
        (("12:00", "13:00"), "Nowhere/Nothing", "12:30", "2026-11-24T13:00"),
    ],
)
def test_quiet_hours_are_by_the_clock_of_the_person(quiet: Any, zone: str, now: str, ends: str | None) -> None:
    person = user(quiet_from=quiet[0], quiet_to=quiet[1], time_zone=zone)
    at = datetime.fromisoformat(f"2026-11-24T{now}").replace(tzinfo=UTC)

    assert delivery.quiet_until(person, at) == (datetime.fromisoformat(ends).replace(tzinfo=UTC) if ends else None)


def test_quiet_hours_end_at_the_right_time_where_the_clocks_are_turned_meanwhile() -> None:
    person = user(quiet_from="22:00", quiet_to="06:00", time_zone="Europe/Berlin")
    # In the night to 29 March 2026 an hour is left out.
    at = datetime(2026, 3, 28, 21, 30, tzinfo=UTC)

    assert delivery.quiet_until(person, at) == datetime(2026, 3, 29, 4, 0, tzinfo=UTC)


# In the night to 25 October 2026 Berlin has the hour from 02:00 twice: until 01:00 UTC, and again until 02:00 UTC.
@pytest.mark.parametrize(
    ("quiet_to", "now", "ends"),
    [
        ("02:30", "2026-10-25T00:10", "2026-10-25T00:30"),
        ("02:30", "2026-10-25T00:40", None),
        ("02:30", "2026-10-25T01:10", "2026-10-25T01:30"),
        ("06:00", "2026-10-25T00:10", "2026-10-25T05:00"),
        # In the night to 29 March the clocks go from 02:00 to 03:00, at 01:00 UTC.
        ("02:30", "2026-03-29T00:50", "2026-03-29T01:00"),
        ("02:30", "2026-03-29T01:00", None),
        ("02:00", "2026-03-29T00:50", "2026-03-29T01:00"),
    ],
)
def test_an_hour_that_comes_twice_or_not_at_all_keeps_nothing_back_for_a_day(
    quiet_to: str, now: str, ends: str | None
) -> None:
    person = user(quiet_from="22:00", quiet_to=quiet_to, time_zone="Europe/Berlin")
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)

    assert delivery.quiet_until(person, at) == (datetime.fromisoformat(ends).replace(tzinfo=UTC) if ends else None)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]),
    st.times().map(lambda t: f"{t:%H:%M}"),
    st.times().map(lambda t: f"{t:%H:%M}"),
)
def test_quiet_hours_end_within_a_day_and_are_over_then(at: datetime, zone: str, start: str, end: str) -> None:
    person = user(quiet_from=start, quiet_to=end, time_zone=zone)
    until = delivery.quiet_until(person, at)

    if until is not None:
        assert at < until <= at + timedelta(hours=25)
        assert delivery.quiet_until(person, until) is None


def test_a_hot_alert_breaks_the_quiet_only_for_those_who_want_it() -> None:
    quiet = {"quiet_from": "00:00", "quiet_to": "23:59"}
    alert = row(template_name="hot_lead_alert", user_id=an_id(3))

    held = delivery.decide(alert, Circumstances(NOW, LEAD, user(**quiet)))
    let_through = delivery.decide(alert, Circumstances(NOW, LEAD, user(**quiet, hot_in_quiet_hours=True)))

    assert held is not None
    assert (held.status, held.status_reason) == ("held", "quiet_hours")
    assert held.next_attempt_at == datetime(2026, 11, 24, 23, 59, tzinfo=UTC)
    assert let_through is None


def test_what_is_told_of_warm_leads_is_gathered_for_those_who_want_a_digest() -> None:
    person = user(digest_at="08:00")
    told = row(user_id=person.id)
    warm = Circumstances(NOW, replace(LEAD, category="Warm"), person)

    held = delivery.decide(told, warm)

    assert held is not None
    assert (held.status, held.status_reason) == ("held", "digest")
    assert held.next_attempt_at == datetime(2026, 11, 25, 8, tzinfo=UTC)
    released = delivery.release(held, held.next_attempt_at)
    assert delivery.decide(released, warm) is None
    assert delivery.decide(told, replace(warm, lead=LEAD)) is None


def test_a_digest_and_a_burst_are_one_message_and_all_else_is_one_each() -> None:
    def at(seconds: float, **fields: Any) -> Notification:
        return row(created_at=NOW + timedelta(seconds=seconds), **fields)

    gathered = [at(n, status_reason="digest", user_id=an_id(3)) for n in range(3)]
    theirs = [at(n, status_reason="digest", user_id=an_id(4)) for n in range(2)]
    five = [at(n) for n in range(5)]
    six = [at(n * 0.9) for n in range(6)]

    assert delivery.batches([*gathered, *theirs]) == [gathered, theirs]
    assert delivery.batches(five) == [[each] for each in five]
    assert delivery.batches([*six, at(60)]) == [six, [at(60)]]
    assert delivery.batches([*gathered, *six]) == [gathered, six]
    mail = [replace(each, notification_type="email") for each in six]
    assert delivery.batches(mail) == [[each] for each in mail]
    assert delivery.batches([]) == []


def test_what_is_about_no_lead_is_never_joined_with_alerts() -> None:
    notices = [row(lead_id=None, template_name="endpoint_silent") for _ in range(6)]
    alerts = [row() for _ in range(6)]

    assert delivery.batches(notices) == [[each] for each in notices]
    assert delivery.batches([*notices, *alerts]) == [*([each] for each in notices), alerts]


def test_edits_of_a_card_that_waited_are_one() -> None:
    edits = [row(template_name="card_update", created_at=NOW + timedelta(hours=n)) for n in range(2)]

    assert delivery.batches(edits) == [edits]
    assert delivery.batches([*edits, row()])[0] == edits


def test_the_edit_of_a_card_goes_out_though_its_lead_is_deleted_or_spam_and_not_though_it_is_gone() -> None:
    edit = row(template_name="card_update")

    for fields in ({"is_deleted": True}, {"is_spam": True}):
        assert delivery.decide(edit, Circumstances(NOW, replace(LEAD, **fields))) is None
    gone = delivery.decide(edit, Circumstances(NOW, None))
    assert gone is not None
    assert gone.status_reason == "lead_gone"


@given(st.integers(0, delivery.TRIES_MAX - 2), st.floats(0, 1, exclude_max=True), st.none() | st.floats(0, 5000))
def test_a_next_try_is_never_before_the_provider_wants_it_nor_beyond_the_cap(
    tries: int, chance: float, after: float | None
) -> None:
    again = delivery.try_again(row(retry_count=tries), "away", NOW, chance, after)

    assert again.next_attempt_at is not None
    wait = (again.next_attempt_at - NOW).total_seconds()
    assert wait >= (after or 0) - 0.001
    assert wait <= max(after or 0, min(delivery.BACKOFF_SECONDS_MAX, delivery.BACKOFF_SECONDS * 2**tries)) + 0.001
    assert (again.status, again.retry_count, again.error_message, again.leased_by) == (
        "pending",
        tries + 1,
        "away",
        None,
    )


def test_the_last_try_that_goes_wrong_fails_the_row_with_the_words_of_the_provider() -> None:
    last = delivery.try_again(row(retry_count=delivery.TRIES_MAX - 1), "451 \x00 busy" + "x" * 5000, NOW, 0.5)

    assert (last.status, last.retry_count) == ("failed", delivery.TRIES_MAX)
    assert last.error_message is not None
    assert last.error_message.startswith("451  busy")
    assert len(last.error_message) == delivery.WORDS_MAX


def test_a_retry_begins_anew() -> None:
    failed = delivery.failed(row(retry_count=7), "550 no such user")

    assert delivery.retry(failed) == replace(
        row(), lease_until=None, leased_by=None, provider_response="550 no such user"
    )


def test_a_provider_that_does_not_answer_is_left_alone_for_longer_and_longer_and_asked_once() -> None:
    breaker = Breaker()
    for _ in range(OPENS_AFTER - 1):
        breaker = breaker.after_fault(0.0)
    assert not breaker.is_open(0.0)
    assert not breaker.is_trying

    pauses = []
    at = 0.0
    for _ in range(12):
        breaker = breaker.after_fault(at)
        assert breaker.is_open(at)
        assert breaker.is_trying
        pauses.append(breaker.open_until - at)
        at = breaker.open_until
        assert not breaker.is_open(at)

    assert pauses[:4] == [5.0, 10.0, 20.0, 40.0]
    assert pauses[-1] == PAUSE_SECONDS_MAX
    assert breaker.after_answer() == Breaker()
