"""How long sessions and keys live."""

from datetime import timedelta

from leadline.domain.access import (
    SESSION_ABSOLUTE_LIMIT,
    SESSION_IDLE_LIMIT,
    ApiKey,
    Session,
    is_key_live,
    is_session_live,
)
from tests.builders import NOW, an_id

TICK = timedelta(microseconds=1)


def test_a_session_that_is_not_used_ends_after_twelve_hours() -> None:
    session = Session(b"", an_id(1), NOW, NOW + timedelta(hours=3))

    assert is_session_live(session, session.seen_at + SESSION_IDLE_LIMIT - TICK)
    assert not is_session_live(session, session.seen_at + SESSION_IDLE_LIMIT)
    assert timedelta(hours=12) == SESSION_IDLE_LIMIT


def test_a_session_ends_after_seven_days_however_much_it_is_used() -> None:
    end = NOW + SESSION_ABSOLUTE_LIMIT

    assert is_session_live(Session(b"", an_id(1), NOW, end - TICK), end - TICK)
    assert not is_session_live(Session(b"", an_id(1), NOW, end - TICK), end)
    assert timedelta(days=7) == SESSION_ABSOLUTE_LIMIT


def test_a_revoked_session_is_over_at_once() -> None:
    assert not is_session_live(Session(b"", an_id(1), NOW, NOW, revoked_at=NOW), NOW)


def test_a_key_lives_until_it_is_revoked_or_its_end_has_come() -> None:
    revoked = ApiKey(an_id(1), "x", "ll_", b"", ("admin",), NOW, revoked_at=NOW)
    expired = ApiKey(an_id(1), "x", "ll_", b"", ("admin",), NOW, expires_at=NOW)

    assert not is_key_live(revoked, NOW)
    assert not is_key_live(expired, NOW)
    assert is_key_live(expired, NOW - TICK)
