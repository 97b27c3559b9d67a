"""Links in messages: signed, the same at each try, and of no use with another key."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.domain.sent_links import SentLinks

LINKS = SentLinks("https://leads.example.com", "k" * 32)
OTHERS = SentLinks("https://leads.example.com", "o" * 32)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=254))
def test_an_address_comes_back_from_its_token(address: str) -> None:
    assert LINKS.unsubscribing(LINKS.unsubscribe_token(address)) == address
    assert OTHERS.unsubscribing(LINKS.unsubscribe_token(address)) is None


@pytest.mark.parametrize("token", ["", ".", "abc", "abc.def", "\ud800.x", "é.é", "YQ.YQ", "====.===="])
def test_what_we_did_not_sign_says_nothing(token: str) -> None:
    assert LINKS.unsubscribing(token) is None


def test_a_token_for_a_password_belongs_to_one_message_and_one_key() -> None:
    one, other = uuid4(), uuid4()

    assert LINKS.welcome_token(one) == LINKS.welcome_token(one)
    assert len({LINKS.welcome_token(one), LINKS.welcome_token(other), OTHERS.welcome_token(one)}) == 3
    assert LINKS.welcome(one).startswith("https://leads.example.com/welcome?link=")


def test_the_key_is_not_shown() -> None:
    assert "kkkk" not in repr(LINKS)
