"""How long sessions and keys live."""

from datetime import timedelta

import pytest
from tests.builders import NOW, an_id

from leadline.domain.access import (
    SESSION_ABSOLUTE_LIMIT,
    SESSION_IDLE_LIMIT,
    ApiKey,
    Scope,
    Session,
    is_session_live,
    key_allows,
)

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


@pytest.mark.parametrize(
    ("scopes", "asked", "allows"),
    [
        (("leads:read",), "leads:read", True),
        (("leads:read",), "leads:write", False),
        (("admin",), "users", True),
        (("users",), "admin", False),
        ((), "leads:read", False),
    ],
)
def test_a_key_allows_its_scopes_and_admin_all_of_them(scopes: tuple[Scope, ...], asked: Scope, allows: bool) -> None:
    assert key_allows(ApiKey(an_id(1), "x", "ll_", b"", scopes, NOW), asked, NOW) is allows


def test_a_key_that_has_ended_allows_nothing() -> None:
    revoked = ApiKey(an_id(1), "x", "ll_", b"", ("admin",), NOW, revoked_at=NOW)
    expired = ApiKey(an_id(1), "x", "ll_", b"", ("admin",), NOW, expires_at=NOW)

    assert not key_allows(revoked, "admin", NOW)
    assert not key_allows(expired, "admin", NOW)
    assert key_allows(expired, "admin", NOW - TICK)
