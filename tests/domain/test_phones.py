import json
from pathlib import Path

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.domain.phones import e164, looks_wrong

NUMBERS = json.loads((Path(__file__).parents[1] / "data" / "phone" / "example_numbers.json").read_text())


# Valid, but dialled without an area code: possible only locally.
LOCAL_ONLY = ("+13101234",)
VALID = [row for row in NUMBERS["valid"] if row["e164"] not in LOCAL_ONLY]


def is_local_only(number: str) -> bool:
    result = phonenumbers.is_possible_number_with_reason(phonenumbers.parse(number, None))
    return result == phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY


def test_every_valid_number_of_every_region_has_its_e164_form() -> None:
    wrong = [
        (row["region"], row[form])
        for row in VALID
        for form in ("e164", "international", "rfc3966", "national")
        if e164(row[form], row["region"]) != row["e164"]
    ]

    assert wrong == []


def test_every_valid_number_looks_right() -> None:
    long_enough = [row for row in VALID if sum(map(str.isdigit, row["international"])) >= 5]

    assert not [row["international"] for row in long_enough if looks_wrong(row["international"])]


def test_numbers_that_are_not_valid_have_an_e164_form_only_if_possible() -> None:
    for row in NUMBERS["invalid"]:
        number = row["e164_looking"]
        expected = number if row["possible"] and not is_local_only(number) else None

        assert e164(number, row["region"]) == expected


@pytest.mark.parametrize("number", [*LOCAL_ONLY, "+1-555-0100", "+3223456"])
def test_a_number_that_is_possible_only_locally_has_no_e164_form(number: str) -> None:
    assert e164(number, None) is None


def test_the_sample_number_passes_as_kept() -> None:
    assert not looks_wrong("+1-555-0100")
    assert e164(" +1-555-0100 ", "US") is None


def test_a_number_without_country_code_needs_a_region() -> None:
    assert e164("030 901820", "DE") == "+4930901820"
    assert e164("030 901820", "de") == "+4930901820"
    assert e164("030 901820", None) is None
    assert e164("030 901820", "ZZ") is None


def test_an_extension_is_no_part_of_the_e164_form() -> None:
    assert e164("+1 202-555-0143 ext. 12", None) == "+12025550143"


@pytest.mark.parametrize(
    "text",
    [
        *("12345", "+1 (555) 010-0100", "030/901820", "5 5 5 0 1 0 0", "５５５０１００", "٠١٢٣٤٥٦٧", "+1•555•0100"),
        *("+1 555 0100 ext. 12", "+1 555 0100 extension 12", "5550100x12", "555-0100 X: 9", "+1 555 0100 (ext 9)"),
        *("+49 30 1234-0 Durchwahl 12", "+33 1 23 45 67 89 poste 12", "555 0100, EXT 7", "5550100 #12"),
    ],
)
def test_five_digits_with_or_without_an_extension_look_like_a_number(text: str) -> None:
    assert not looks_wrong(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "-", "1234", "+1-23", "call me", "n/a", "1-800-FLOWERS", "555-0100 home", "555 0100 max 12"),
        *("123 ext 4567", "x12345", "ext 12345", "+1 555 0100 ext twelve", "jane@acme.com 12345"),
    ],
)
def test_too_few_digits_or_letters_look_wrong(text: str) -> None:
    assert looks_wrong(text)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60), st.sampled_from([None, "US", "DE", "XX", ""]))
def test_any_text_can_be_looked_at(text: str, region: str | None) -> None:
    assert looks_wrong(text) in (True, False)
    found = e164(text, region)
    assert found is None or e164(found, None) == found
