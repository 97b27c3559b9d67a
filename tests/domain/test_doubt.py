"""What makes a posting doubtful, and the mark of an opened form."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.domain.doubt import Sent, form_doubts, link_doubt
from leadline.domain.form_tokens import NONCE_BYTES, make_token, read_token
from leadline.domain.forms import FORM_SPAM, SpamSettings
from leadline.domain.submission import parse_submission

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
KEY = "the secret of the tests"
NONCE = b"n" * NONCE_BYTES


@pytest.mark.parametrize(
    ("honeypot", "seconds", "outcome", "number"),
    [("", 3.0, "quarantined", 0), ("", 2.9, "quarantined", 1), ("", None, "quarantined", 1), ("http://x", 9.0, "spam", 1), ("x", 0.1, "spam", 2)],
)  # fmt: skip
def test_haste_and_a_missing_mark_are_doubt_and_a_honeypot_is_spam(
    honeypot: str, seconds: float | None, outcome: str, number: int
) -> None:
    opened = None if seconds is None else NOW - timedelta(seconds=seconds)

    found, reasons = form_doubts(Sent(honeypot, opened, NOW), FORM_SPAM)

    assert (found, len(reasons)) == (outcome, number)


def test_nothing_is_doubted_where_nothing_is_set() -> None:
    assert form_doubts(Sent("x", None, NOW), SpamSettings()) == ("quarantined", [])


@pytest.mark.parametrize(("links_max", "is_doubted"), [(None, False), (4, False), (3, True), (0, True)])
def test_links_are_counted_in_what_a_person_writes(links_max: int | None, is_doubted: bool) -> None:
    message = "https://a.example HTTP://b.example www.c.example [url=x]d[/url]"
    sent = {"email": "a@example.com", "message": message, "company_website": "https://example.com"}

    doubt = link_doubt(parse_submission(sent, strict=False), SpamSettings(links_max=links_max))

    assert (doubt is not None) is is_doubted


def test_a_mark_says_when_a_form_was_opened_however_long_ago() -> None:
    token = make_token(KEY, "contact", "I agree", NOW, NONCE)

    opened = read_token(KEY, "contact", "I agree", token)

    assert opened is not None
    assert (opened.at, opened.id) == (NOW, NONCE.hex())


@pytest.mark.parametrize(
    ("key", "form", "consent"),
    [
        ("another", "contact", "I agree"),
        (KEY, "other", "I agree"),
        (KEY, "contact", "I do not"),
        (KEY, "contact", None),
    ],
)
def test_a_mark_of_another_key_form_or_consent_is_none(key: str, form: str, consent: str | None) -> None:
    assert read_token(key, form, consent, make_token(KEY, "contact", "I agree", NOW, NONCE)) is None


@given(st.text(max_size=80) | st.text("ABCabc012-_=+/", min_size=56, max_size=56))
def test_whatever_is_sent_as_a_mark_is_none_of_ours(token: str) -> None:
    assert read_token(KEY, "contact", None, token) is None
