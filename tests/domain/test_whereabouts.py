"""Where a lead is: by its number first, by its country else, and nowhere rather than somewhere wrong."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.domain.whereabouts import COUNTRY_KEYS, zones_of
from tests.builders import lead


@pytest.mark.parametrize(
    ("number", "zones"),
    [
        ("+12125550123", ("America/New_York",)),
        ("+493012345678", ("Europe/Berlin",)),
        ("+442079460000", ("Europe/London",)),
        ("+919812345678", ("Asia/Calcutta",)),
    ],
)
def test_a_number_tells_its_zone(number: str, zones: tuple[str, ...]) -> None:
    assert zones_of(lead(phone=number, phone_e164=number)) == zones


def test_a_number_in_international_form_is_read_before_a_worker_did() -> None:
    assert zones_of(lead(phone="+1 (212) 555-0123", phone_e164=None)) == ("America/New_York",)


def test_a_number_of_a_country_with_many_zones_answers_with_all_of_them() -> None:
    assert len(zones_of(lead(phone_e164="+18005550199"))) > 5


@pytest.mark.parametrize("phone", [None, "", "call me", "+1-555-0100", "0"])
def test_what_is_no_number_tells_nothing(phone: str | None) -> None:
    assert zones_of(lead(phone=phone)) == ()


@pytest.mark.parametrize("country", ["DE", "de", " Germany ", "GERMANY"])
@pytest.mark.parametrize("key", COUNTRY_KEYS)
def test_a_country_that_was_sent_along_tells_its_zone(key: str, country: str) -> None:
    assert zones_of(lead(extra={key: country})) == ("Europe/Berlin",)


def test_a_country_of_many_zones_answers_with_all_of_them() -> None:
    assert len(zones_of(lead(extra={"country": "USA"}))) > 5
    assert "Europe/London" in zones_of(lead(extra={"country": "UK"}))


def test_the_number_is_believed_before_the_country() -> None:
    assert zones_of(lead(phone_e164="+12125550123", extra={"country": "DE"})) == ("America/New_York",)


@given(st.text() | st.integers() | st.none() | st.lists(st.text()) | st.dictionaries(st.text(), st.text()))
def test_whatever_was_sent_as_a_country_does_no_harm(country: Any) -> None:
    zones_of(lead(extra={"country": country}))


@given(st.text(max_size=50))
def test_whatever_was_sent_as_a_number_does_no_harm(phone: str) -> None:
    zones_of(lead(phone=phone))
