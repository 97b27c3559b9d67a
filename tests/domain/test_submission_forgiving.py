"""Hooks, forms and files: a good address always makes a lead."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.domain.answers import FIELDS, WIDTHS, company_size_of
from leadline.domain.errors import Invalid
from leadline.domain.extras import EXTRA_MAX_BYTES, EXTRA_MAX_KEYS
from leadline.domain.leads import COMPANY_SIZES
from leadline.domain.submission import Submission, parse_submission

OPEN = [name for name in FIELDS if name not in ("email", "phone", "company_size")]


def body(**given: Any) -> dict[str, Any]:
    """A good body, with what the test is about."""
    return {"company_name": "Acme", "contact_name": "Jane Doe", "email": "Jane@Acme.com"} | given


def forgiving(raw: dict[str, Any], **options: Any) -> Submission:
    return parse_submission(raw, strict=False, **options)


def test_numbers_booleans_lists_and_objects_become_text() -> None:
    read = forgiving(
        {
            "email": "j@acme.com",
            "phone": 15550000000,
            "industry": ["Software", None, 5],
            "inquiry_type": True,
            "budget_timeline": 1.0,
            "company_revenue": 1.5,
            "message": {"a": [1, "é"]},
            "utm_source": [],
            "source": math.nan,
        }
    )

    assert (read.phone, read.industry, read.inquiry_type) == ("15550000000", "Software, 5", "true")
    assert (read.budget_timeline, read.company_revenue, read.message) == ("1", "1.5", '{"a":[1,"é"]}')
    assert (read.utm_source, read.source) == (None, "NaN")


@pytest.mark.parametrize(
    "raw", [{}, {"email": None}, {"email": "  "}, {"email": "n/a"}, {"email": 5}, {"name": "j@acme.com"}]
)
def test_only_a_missing_or_unusable_address_is_refused(raw: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as caught:
        forgiving(raw)

    assert [fault.pointer for fault in caught.value.faults] == ["/email"]


@pytest.mark.parametrize(
    "text",
    [
        *(" j@acme.com\n", "mailto:j@acme.com", "MailTo: j@acme.com?subject=Hi", "<j@acme.com>", "Jane <j@acme.com>"),
        *('"Doe, Jane" <mailto:j@acme.com>', "j@acme.com;", "\u200bj@acme.com\ufeff", "j@\0acme.com"),
    ],
)
def test_an_address_is_found_in_its_wrappings(text: str) -> None:
    assert forgiving(body(email=text)).email == "j@acme.com"


@pytest.mark.parametrize("value", ["j@acme.com, k@acme.com", ["j@acme.com", "k@acme.com"], "no@x; j@acme.com"])
def test_of_several_addresses_the_first_good_one_counts_and_all_are_kept(value: object) -> None:
    read = forgiving(body(email=value))

    assert (read.email, read.needs_review) == ("j@acme.com", True)
    assert read.extra == {"email": value if isinstance(value, str) else "j@acme.com, k@acme.com"}


def test_a_name_around_the_address_is_kept_without_a_review() -> None:
    read = forgiving(body(email="Jane <j@acme.com>"))

    assert (read.extra, read.needs_review) == ({"email": "Jane <j@acme.com>"}, False)


def test_part_of_a_mistyped_address_is_never_taken_for_the_whole() -> None:
    with pytest.raises(Invalid):
        forgiving(body(email="jane doe@acme.com"))


def test_a_missing_name_is_first_and_last_name_which_are_then_used_up() -> None:
    read = forgiving({"email": "z@heartofgold.ai", "company_name": "HoG", "first_name": "Zaphod", "lastName": "B."})

    assert (read.contact_name, read.extra) == ("Zaphod B.", {})
    assert (read.field_sources, read.needs_review) == ({"contact_name": {"source": "derived"}}, True)


def test_one_of_the_two_names_will_do() -> None:
    assert forgiving({"email": "z@x.ai", "last_name": "Beeblebrox", "first_name": ""}).contact_name == "Beeblebrox"


def test_beside_a_full_name_first_and_last_name_are_ordinary_unknown_keys() -> None:
    read = forgiving(body(first_name="Z", lastName="B"))

    assert (read.contact_name, read.extra) == ("Jane Doe", {"first_name": "Z", "lastName": "B"})


def test_what_was_given_goes_before_a_default_and_a_default_before_a_guess() -> None:
    defaults = {"contact_name": "Somebody", "company_name": "Partner"}

    named = forgiving({"email": "z@x.ai", "first_name": "Zaphod"}, defaults=defaults)
    nameless = forgiving({"email": "z@x.ai"}, defaults=defaults)

    assert (named.contact_name, named.company_name) == ("Zaphod", "Partner")
    assert (nameless.contact_name, nameless.needs_review) == ("Somebody", False)


@pytest.mark.parametrize(
    ("email", "name", "company"),
    [
        ("Zaphod.B@HeartOfGold.ai", "Zaphod.B", "heartofgold.ai"),
        ("hello@gmail.com", "hello", "hello"),
        ("x@mailinator.com", "x", "x"),
        ("x@xn--mnchen-3ya.de", "x", "münchen.de"),
        ("x@crm.local", "x", "x"),
    ],
)
def test_missing_names_are_derived_from_the_address_and_marked(email: str, name: str, company: str) -> None:
    read = forgiving({"email": email})

    assert (read.contact_name, read.company_name, read.needs_review) == (name, company, True)
    assert read.field_sources == {"contact_name": {"source": "derived"}, "company_name": {"source": "derived"}}


@pytest.mark.parametrize("name", OPEN)
def test_a_too_long_answer_is_cut_and_kept_whole_for_review(name: str) -> None:
    whole = "ü" * (WIDTHS[name] + 1)

    read = forgiving(body(**{name: whole}))

    assert getattr(read, name) == whole[:-1]
    assert (read.extra, read.needs_review) == ({name: whole}, True)


def test_a_joined_name_too_long_is_cut_and_kept_whole() -> None:
    read = forgiving({"email": "z@x.ai", "first_name": "a" * 200, "last_name": "b" * 200})

    assert read.contact_name == "a" * 200 + " " + "b" * 54
    assert read.extra == {"contact_name": "a" * 200 + " " + "b" * 200}


def test_nul_is_removed_and_reviewed_and_other_control_characters_become_a_blank() -> None:
    spaced = forgiving(body(company_name="Acme\r\nInc\x1b", message="a\r\nb\x07c\ud800"))
    holed = forgiving(body(industry="Soft\0ware"))

    assert (spaced.company_name, spaced.message, spaced.needs_review) == ("Acme Inc", "a\r\nb c\ufffd", False)
    assert (holed.industry, holed.needs_review) == ("Software", True)


@pytest.mark.parametrize("phone", ["12", "call me", "1-800-FLOWERS"])
def test_a_bad_phone_is_kept_for_review(phone: str) -> None:
    read = forgiving(body(phone=phone))

    assert (read.phone, read.needs_review) == (phone, True)


@pytest.mark.parametrize("link", ["javascript:alert(1)", "\x01javascript:alert(1)", "data:text/html,x"])
def test_a_dangerous_link_is_set_aside(link: str) -> None:
    read = forgiving(body(linkedin_url=link))

    assert (read.linkedin_url, read.needs_review) == (None, True)
    assert read.extra == {"linkedin_url": link.lstrip("\x01")}


def test_two_spellings_that_disagree_are_both_kept() -> None:
    read = forgiving(body(companyName="Other"))

    assert (read.company_name, read.extra, read.needs_review) == ("Acme", {"companyName": "Other"}, True)
    assert not forgiving(body(companyName="Acme")).needs_review


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        *((size, size) for size in COMPANY_SIZES),
        *((1, "1-10"), ("10", "1-10"), (11, "11-50"), (50, "11-50"), (51, "51-200"), (200, "51-200")),
        *((201, "201-1000"), (250.0, "201-1000"), ("250.0", "201-1000"), (1000, "201-1000"), (1001, "1000+")),
        *(("50 - 200 employees", "51-200"), ("2–10", "1-10"), ("501 to 1000", "201-1000"), ("5001-10000", "1000+")),
        *(("1,000+", "1000+"), ("1.000+", "1000+"), ("1 000 +", "1000+"), ("10k+", "1000+"), ("2 K", "1000+")),
        *(("200+", "201-1000"), ("more than 50", "51-200"), ("mehr als 10", "11-50"), ("> 1000", "1000+")),
        *(("under 50", "11-50"), ("<11", "1-10"), ("weniger als 51", "11-50"), ("up to 50", "11-50")),
        *(("ca. 250 Mitarbeiter", "201-1000"), ("10,000 - 50,000", "1000+"), ("٢٥٠", "201-1000"), ("Nov-50", "11-50")),
    ],
)
def test_a_number_or_range_of_employees_finds_its_size(given: object, expected: str) -> None:
    read = forgiving(body(company_size=given))

    assert (read.company_size, read.extra, read.needs_review) == (expected, {}, False)


@pytest.mark.parametrize("text", ["many", "0", "$5M", "10%", "1.5", "-5", "2024-01-05", "<1", "9" * 51, "1 or 2 or 3"])
def test_a_company_size_that_is_none_is_left_blank_and_kept_for_review(text: str) -> None:
    read = forgiving(body(company_size=text))

    assert (read.company_size, read.needs_review, read.extra) == (None, True, {"company_size": text})


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_a_company_size_never_falls_as_the_number_grows(one: int, other: int) -> None:
    small, large = (COMPANY_SIZES.index(company_size_of(str(n)) or "") for n in sorted((one, other)))

    assert small <= large


def test_too_much_under_unknown_keys_is_cut_for_review() -> None:
    read = forgiving(
        body(a="é\n" * EXTRA_MAX_BYTES, b={"c": "x" * 99}, **{"k" * 999: 1}, **{f"k{n}": n for n in range(500)})
    )

    assert len(json.dumps(read.extra, ensure_ascii=False).encode()) <= EXTRA_MAX_BYTES
    assert len(read.extra["a"]) > EXTRA_MAX_BYTES / 5
    assert read.needs_review


def test_more_unknown_keys_than_fit_are_cut_for_review() -> None:
    read = forgiving(body(**{f"k{n}": n for n in range(500)}))

    assert (len(read.extra), read.needs_review) == (EXTRA_MAX_KEYS, True)


def test_nothing_under_an_unknown_key_overwrites_another() -> None:
    read = forgiving(body(**{"a": 1, "a\0": 2, "b": {"c": 3, "\0c": 4}}))

    assert (read.extra["a"], sorted(read.extra["b"].values()), len(read.extra)) == (1, [3, 4], 3)
