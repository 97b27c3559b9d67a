"""Tokens of engagement: good for one lead and a while, and for nobody who makes one up."""

import base64
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.web.lead_tokens import LIFE, TOKEN_LENGTH, make_token, read_token
from tests.builders import NOW, an_id

KEY = "the secret of the tests"
TOKEN = make_token(KEY, an_id(5), NOW)


@given(st.uuids(), st.timedeltas(timedelta(0), LIFE - timedelta(seconds=1)))
def test_a_token_names_its_lead_until_it_ends(lead_id: UUID, age: timedelta) -> None:
    token = make_token(KEY, lead_id, NOW)

    assert read_token(KEY, token, NOW + age) == lead_id
    assert read_token(KEY, token, NOW + LIFE) is None
    assert len(token) == TOKEN_LENGTH


@given(st.integers(0, TOKEN_LENGTH - 1), st.characters(codec="ascii"))
def test_one_other_character_anywhere_makes_it_worthless(at: int, other: str) -> None:
    changed = TOKEN[:at] + other + TOKEN[at + 1 :]

    # The last character of base64 may hold bits that stand for nothing.
    read = read_token(KEY, changed, NOW)
    assert read is None or changed == TOKEN or at == TOKEN_LENGTH - 1


@pytest.mark.parametrize(
    "token", ["", "le_", TOKEN + "A", TOKEN[:-1], "le_" + "é" * (TOKEN_LENGTH - 3), "\0" * TOKEN_LENGTH]
)
def test_what_is_no_token_is_none(token: str) -> None:
    assert read_token(KEY, token, NOW) is None


@given(st.text(max_size=100) | st.text(min_size=TOKEN_LENGTH, max_size=TOKEN_LENGTH))
def test_no_text_at_all_raises(text: str) -> None:
    assert read_token(KEY, text, NOW) is None


def test_another_secret_key_makes_other_tokens() -> None:
    assert read_token("another secret", TOKEN, NOW) is None


def test_it_holds_the_id_and_the_end_and_no_more() -> None:
    text = TOKEN.removeprefix("le_")
    held = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

    assert held[1:17] == an_id(5).bytes
    assert int.from_bytes(held[17:22]) == int((NOW + LIFE).timestamp())
    assert len(held) == 46
