"""What holds for both ways of reading."""

import math
from dataclasses import fields
from typing import Any

import pytest

from leadline.domain.answers import FIELDS, camel_case
from leadline.domain.leads import Lead
from leadline.domain.submission import Submission, parse_submission

FULL = {
    "company_name": "Acme Corp",
    "contact_name": "Jane Doe",
    "email": "Jane.Doe@Acme.com",
    "phone": "+1-555-0100",
    "company_size": "51-200",
    "industry": "Software/SaaS",
    "inquiry_type": "Demo Request",
    "budget_timeline": "Immediate",
    "current_solution": "Spreadsheets\nand hope",
    "message": "Hello,\r\n\tshow us a demo.",
    "company_website": "https://acme.com",
    "linkedin_url": "linkedin.com/company/acme",
    "company_revenue": "$5M - $10M",
    "source": "API",
    "utm_source": "google",
    "utm_medium": "cpc",
    "utm_campaign": "spring",
}


def body(**given: Any) -> dict[str, Any]:
    """A good body, with what the test is about."""
    return {"company_name": "Acme", "contact_name": "Jane Doe", "email": "Jane@Acme.com"} | given


@pytest.mark.parametrize("is_strict", [True, False])
def test_a_full_body_is_taken_as_it_is(is_strict: bool) -> None:
    read = parse_submission(FULL, strict=is_strict)

    assert {name: getattr(read, name) for name in FIELDS} == FULL
    assert (read.email_key, read.email_class) == ("jane.doe@acme.com", "business")
    assert (read.extra, read.field_sources, read.needs_review) == ({}, {}, False)


@pytest.mark.parametrize("is_strict", [True, False])
def test_camel_case_names_the_same_fields(is_strict: bool) -> None:
    camel = {camel_case(name): text for name, text in FULL.items()}

    assert parse_submission(camel, strict=is_strict) == parse_submission(FULL, strict=is_strict)
    assert {"companyName", "linkedinUrl", "utmSource"} <= set(camel)


def test_the_fields_are_columns_of_the_lead_and_of_the_submission() -> None:
    names = {field.name for field in fields(Submission)}

    assert set(FIELDS) <= names <= {field.name for field in fields(Lead)}


@pytest.mark.parametrize("is_strict", [True, False])
def test_blanks_around_an_answer_go_and_a_blank_answer_is_none(is_strict: bool) -> None:
    read = parse_submission(body(company_name="  Acme ", industry=" ", phone=None, message=""), strict=is_strict)

    assert (read.company_name, read.industry, read.phone, read.message) == ("Acme", None, None, None)


@pytest.mark.parametrize("is_strict", [True, False])
def test_unknown_keys_and_fields_one_may_not_set_are_kept_and_not_used(is_strict: bool) -> None:
    unknown = {
        "id": "x",
        "status": "Qualified",
        "assigned_to": None,
        "pageUrl": "https://x.y",
        "tags": ["a", {"b": 1.5}],
    }

    assert parse_submission(body(**unknown), strict=is_strict).extra == unknown


@pytest.mark.parametrize("is_strict", [True, False])
def test_what_json_has_no_place_for_is_kept_as_text(is_strict: bool) -> None:
    odd = {"a": math.nan, "b": [math.inf, -math.inf], "c": 2**63, "d": {"e": -(2**63) - 1}, "f": 2**63 - 1}

    read = parse_submission(body(**odd), strict=is_strict)

    assert read.extra == {
        "a": "NaN",
        "b": ["Infinity", "-Infinity"],
        "c": str(2**63),
        "d": {"e": str(-(2**63) - 1)},
        "f": 2**63 - 1,
    }
    assert not read.needs_review


@pytest.mark.parametrize("is_strict", [True, False])
def test_a_number_too_long_to_write_down_is_kept_in_hexadecimal(is_strict: bool) -> None:
    assert parse_submission(body(n=16**6000), strict=is_strict).extra["n"] == hex(16**6000)


@pytest.mark.parametrize("is_strict", [True, False])
def test_an_endpoints_defaults_fill_blanks_only_and_say_so(is_strict: bool) -> None:
    defaults = {"inquiry_type": "Demo Request", "source": "Landing Page", "industry": "Education"}

    read = parse_submission(body(inquiryType=" ", industry="Healthcare"), strict=is_strict, defaults=defaults)

    assert (read.inquiry_type, read.source, read.industry) == ("Demo Request", "Landing Page", "Healthcare")
    assert read.field_sources == {"inquiry_type": {"source": "endpoint"}, "source": {"source": "endpoint"}}
    assert not read.needs_review


@pytest.mark.parametrize("is_strict", [True, False])
def test_a_default_may_fill_a_required_field(is_strict: bool) -> None:
    read = parse_submission(
        {"email": "j@acme.com"}, strict=is_strict, defaults={"company_name": "A", "contact_name": "B"}
    )

    assert (read.company_name, read.contact_name, read.needs_review) == ("A", "B", False)


@pytest.mark.parametrize("is_strict", [True, False])
def test_a_default_is_fitted_to_its_column_or_left_out(is_strict: bool) -> None:
    defaults = {
        "company_size": "250",
        "source": "s" * 101,
        "company_website": "javascript:x",
        "phone": " ",
        "nonsense": "x",
    }

    read = parse_submission(body(), strict=is_strict, defaults=defaults)

    assert (read.company_size, read.source, read.company_website, read.phone) == ("201-1000", "s" * 100, None, None)
    assert read.extra == {}
