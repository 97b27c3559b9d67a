"""Idempotency keys: what is one, what stands for it, and which answers are kept under it."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.domain.errors import Fault, Invalid
from leadline.domain.idempotency import KEPT_FOR, Once, check_key, check_same, digest_of, fingerprint_of, kept
from leadline.domain.intake import Captured
from tests.builders import NOW, an_id, lead

LEAD = lead()
CREATED = Captured(an_id(1), "created", LEAD)
REFUSED = Captured(an_id(2), "rejected", None, (Fault("/email", "is required"),))
ONCE = Once(b"digest", b"fingerprint", lambda captured: (201 if captured.lead else 422, b"{}"))


@pytest.mark.parametrize("key", ["a", "8e03978e-40d5-43dd-bc93-6894a57f9324", '"quoted"', "with a space", "x" * 255])
def test_printable_ascii_of_up_to_255_characters_is_a_key(key: str) -> None:
    check_key(key)


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb", "a\0b", "ключ", "\x7f"])
def test_anything_else_is_a_fault_that_names_the_header(key: str) -> None:
    with pytest.raises(Invalid, match="Idempotency-Key must have 1 to 255 printable"):
        check_key(key)


@given(
    st.uuids(),
    st.text("ab1\x20", max_size=4),
    st.none() | st.integers(0, 999),
    st.uuids(),
    st.text("ab1\x20", max_size=4),
)
def test_each_key_of_each_owner_and_each_row_has_a_digest_of_its_own(
    one: UUID, text: str, row: int | None, other: UUID, another: str
) -> None:
    same = (one, text, row) == (other, another, None)

    assert (digest_of(one, text, row) == digest_of(other, another)) is same


def test_the_same_body_to_another_address_is_another_request() -> None:
    assert fingerprint_of("/a", b"{}") == fingerprint_of("/a", b"{}")
    assert len({fingerprint_of("/a", b"{}"), fingerprint_of("/b", b"{}"), fingerprint_of("/a", b"{ }")}) == 3


def test_the_answer_of_a_lead_is_kept_for_seven_days() -> None:
    answer = kept(ONCE, CREATED, NOW)

    assert answer is not None
    assert (answer.status, answer.body, answer.submission_id, answer.lead_id) == (201, b"{}", an_id(1), LEAD.id)
    assert answer.expires_at - NOW == KEPT_FOR


def test_a_refusal_is_kept_in_a_list_only() -> None:
    assert kept(ONCE, REFUSED, NOW) is None

    answer = kept(replace(ONCE, keeps_refusals=True), REFUSED, NOW)

    assert answer is not None
    assert (answer.status, answer.lead_id) == (422, None)


def test_another_request_under_a_key_is_a_fault_that_says_when_it_was_used() -> None:
    answer = kept(ONCE, CREATED, NOW)
    assert answer is not None

    check_same(ONCE, answer)
    with pytest.raises(Invalid, match="2026-11-24 12:00:00 UTC for another request"):
        check_same(replace(ONCE, fingerprint=b"other"), answer)
