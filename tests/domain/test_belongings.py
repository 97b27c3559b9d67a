"""What hangs on leads and users: which sessions and keys the doctor minds, and which it leaves alone."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from leadline.domain.access import ApiKey, Session
from leadline.domain.belongings import key_findings, session_findings
from tests.builders import NOW, an_id, user

HASH = b"h" * 32
SOMEBODY = user(id=an_id(1))
SESSION = Session(HASH, SOMEBODY.id, NOW, NOW)
KEY = ApiKey(an_id(2), "a key", "ll_abc", HASH, ("leads:read",), NOW)


@pytest.mark.parametrize(
    ("fields", "is_active", "said"),
    [
        ({}, True, []),
        ({"revoked_at": NOW}, False, []),
        ({}, False, ["is open, and"]),
        ({"user_id": an_id(9)}, True, ["is of user"]),
        ({"token_hash": b"short"}, True, ["has a hash of 5 bytes"]),
        ({"seen_at": NOW - timedelta(seconds=1)}, True, ["was seen"]),
    ],
)
def test_sessions_are_of_people_who_may_come_in(fields: dict[str, Any], is_active: bool, said: list[str]) -> None:
    people = {SOMEBODY.id: replace(SOMEBODY, is_active=is_active)}

    found = list(session_findings(replace(SESSION, **fields), people))

    assert [text for text, finding in zip(said, found, strict=True) if finding.what.startswith(text)] == said
    assert all(finding.where.startswith("sessions/") and finding.cure for finding in found)


def test_the_hash_of_a_token_is_not_told_whole() -> None:
    (found,) = session_findings(SESSION, {})

    assert HASH.hex() not in f"{found.where} {found.what} {found.cure}"


@pytest.mark.parametrize(
    ("fields", "number"),
    [({}, 0), ({"scopes": ("leads:read", "everything")}, 1), ({"key_hash": b""}, 1), ({"revoked_at": NOW}, 0)],
)
def test_keys_have_a_hash_and_scopes_that_there_are(fields: dict[str, Any], number: int) -> None:
    assert len(list(key_findings(replace(KEY, **fields)))) == number
