"""Which passwords may be set, and which are the first that anybody would guess."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.domain.passwords import check_password, is_common, normalized
from tests.builders import user

OWNER = user(full_name="Marcus O'Johnson", email="marcus.j@kestrel-ledger.com", email_key="marcus.j@kestrel-ledger.com")


def why(password: str) -> str:
    """The one thing that speaks against it, or nothing."""
    faults = check_password(password, OWNER, "/new_password")
    assert [fault.pointer for fault in faults] in ([], ["/new_password"])
    return faults[0].detail if faults else ""


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "a long enough password",
        "tr0ub4dor&3xyz",
        "grüße aus dem süden",
        "пароль из пяти слов",
        "密码是由十二个字符组成的吧",
        "🐎🔋📎🐎🔋📎✅🐎🔋📎🌊🧭",
        "my sister has 3 goats",
        "x9 leadline is where I work",
        " spaces around and in ",
        "é" * 3 + "anything else",
        "314159265358",
    ],
)
def test_long_and_unlikely_is_enough(password: str) -> None:
    assert why(password) == ""


@pytest.mark.parametrize(
    "password",
    [
        "1qaz2wsx3edc",
        "1QAZ2WSX3EDC",
        "finalfantasy",
        "password1234",
        "!!!password!!!",
        "P@ssw0rd!!!!",
        "Welcome 2026!",
        "iloveyou1234",
        "administrator",
        "Administrator1!",
        "adminadmin12",
        "secret secret",
        "s-e-c-r-e-t-1",
        "passwordpassword",
        "ｐａｓｓｗｏｒｄ１２３４",
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "12345 12345 12345 ",
        "qwertyuiopas",
        "mnbvcxzlkjhg",
        "qwertzuiopasdfg",
        "123456789012",
        "0987654321098765",
        "zyxwvutsrqpo",
    ],
)
def test_what_anybody_would_guess_first_is_refused(password: str) -> None:
    assert "anybody would guess" in why(password)


@pytest.mark.parametrize(
    "password",
    [
        "leadline2026!",
        "Leadline-Leadline",
        "L.e.a.d.l.i.n.e.1",
        "Marcus.OJohnson",
        "marcus2026marcus",
        "kestrel-ledger-1",
        "marcus@kestrel",
        "JohnsonJohnson",
        "leadline marcus x",
    ],
)
def test_ones_own_name_and_address_and_that_of_the_house_are_refused(password: str) -> None:
    assert "your name" in why(password) or "anybody would guess" in why(password)


@pytest.mark.parametrize("length", [0, 1, 11, 257, 10_000])
def test_too_short_and_too_long_are_refused(length: int) -> None:
    assert "12" in why(("kx%9qz!" * 2_000)[:length]) or "256" in why(("kx%9qz!" * 2_000)[:length])


def test_the_bounds_themselves_are_taken() -> None:
    text = "the quick brown fox and all the rest of it, " * 8

    assert why(text[:12]) == why(text[:256]) == ""


def test_characters_are_counted_once_normalised() -> None:
    # Eleven letters, one of them typed in two parts; and a ligature that stands for eighteen.
    assert "has 11" in why("vbnmghtyru" + "e\u0301")
    assert "has 270" in why("\ufdfa" * 15)
    assert why("vbnmghtyru" + "e\u0301" + "x") == ""


@pytest.mark.parametrize("character", ["\0", "\n", "\x7f", "\ud800", "\x85"])
def test_what_no_keyboard_types_is_refused(character: str) -> None:
    assert "no keyboard" in why("one two three four" + character)


@given(st.text(max_size=300))
def test_any_text_at_all_gets_an_answer_and_the_same_in_every_form(password: str) -> None:
    assert (why(password) == "") == (why(normalized(password)) == "") or len(password) != len(normalized(password))


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=5), st.integers(3, 40))
def test_a_short_part_over_and_over_is_common(part: str, times: int) -> None:
    assert is_common((part * times)[: len(part) * times])
