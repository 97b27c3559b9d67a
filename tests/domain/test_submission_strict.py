"""The JSON API: every fault is told."""

import math
from typing import Any

import pytest

from leadline.domain.answers import FIELDS, LINKS, WIDTHS, camel_case
from leadline.domain.emails import parse_email
from leadline.domain.errors import Invalid
from leadline.domain.extras import EXTRA_MAX_BYTES, EXTRA_MAX_DEPTH, EXTRA_MAX_KEYS
from leadline.domain.submission import REQUIRED, Submission, parse_submission

ONE_LINE = [name for name in FIELDS if name not in ("message", "current_solution")]


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


def strict(raw: dict[str, Any], **options: Any) -> Submission:
    return parse_submission(raw, strict=True, **options)


def faults_of(raw: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        strict(raw)
    pointers = [fault.pointer for fault in caught.value.faults]
    assert len(set(pointers)) == len(pointers), "one fault for each place"
    return {fault.pointer: fault.detail for fault in caught.value.faults}


def test_every_fault_is_told_at_once() -> None:
    faults = faults_of(
        {"company_name": " ", "email": "no", "phone": "12", "company_size": "many", "industry": 5, "lead_score": 101}
    )

    assert set(faults) == {
        *("/company_name", "/contact_name", "/email", "/phone", "/company_size", "/industry", "/lead_score")
    }


@pytest.mark.parametrize("name", REQUIRED)
@pytest.mark.parametrize("blank", [None, "", " \t\n"])
def test_a_required_field_that_is_blank_is_missing_under_the_clients_own_key(name: str, blank: str | None) -> None:
    raw = body()
    del raw[name]

    assert faults_of(raw) == {f"/{name}": "is required"}
    assert faults_of(raw | {camel_case(name): blank}) == {f"/{camel_case(name)}": "is required"}


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("value", [5, 1.5, True, [], ["x"], {}, {"a": 1}, math.nan])
def test_a_text_field_takes_only_text(name: str, value: object) -> None:
    faults = faults_of(body(**{name: value}))

    assert list(faults) == [f"/{name}"]
    assert faults[f"/{name}"].startswith("must be text, not ")


@pytest.mark.parametrize("name", [name for name in FIELDS if name not in ("email", "company_size")])
def test_a_field_holds_its_column_and_not_a_character_more(name: str) -> None:
    longest = ("5" if name == "phone" else "ü") * WIDTHS[name]

    assert getattr(strict(body(**{name: f" {longest} "})), name) == longest
    assert getattr(strict(body(**{name: "5\u00a0" * 5 + longest[10:]})), name) == "5\u00a0" * 5 + longest[10:]
    assert faults_of(body(**{name: longest + "5"})) == {
        f"/{name}": f"must be at most {WIDTHS[name]} characters long; this has {WIDTHS[name] + 1}"
    }


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("bad", ["\0", "\x01", "\x1b", "\x7f", "\ud800"])
def test_control_characters_and_broken_text_are_faults(name: str, bad: str) -> None:
    assert list(faults_of(body(**{name: f"a{bad}b"}))) == [f"/{name}"]
    assert list(faults_of(body(**{name: f"{FULL[name]}{bad}"}))) == [f"/{name}"]


@pytest.mark.parametrize("name", ONE_LINE)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\t"])
def test_a_line_break_has_no_place_in_a_line_not_even_at_its_end(name: str, end: str) -> None:
    assert list(faults_of(body(**{name: FULL[name] + end}))) == [f"/{name}"]


@pytest.mark.parametrize("text", ["Zoë – ✓ 日本 👩‍🚀", "a\u00a0b", "soft\u00adhyphen", "אבג"])
def test_letters_of_any_script_are_kept(text: str) -> None:
    assert strict(body(company_name=text)).company_name == text


def test_a_field_given_in_both_spellings_must_agree() -> None:
    assert strict(body(companyName=" Acme ")).company_name == "Acme"
    assert faults_of(body(companyName="Other")) == {
        "/companyName": "is given twice with different values, as company_name and companyName"
    }


@pytest.mark.parametrize(
    "email", ["no", "a@b", "a..b@x.co", "a b@x.co", "mailto:a@b.co", "Jane <a@b.co>", "a@b.co, c@d.co"]
)
def test_an_unusable_address_is_a_fault_with_the_readers_sentence(email: str) -> None:
    with pytest.raises(ValueError, match=r"\.\Z") as caught:
        parse_email(email)

    assert faults_of(body(email=email)) == {"/email": str(caught.value)}


def test_the_sample_phone_passes_and_is_kept() -> None:
    assert strict(body(phone="+1-555-0100 ext 3")).phone == "+1-555-0100 ext 3"
    assert "at least 5 digits" in faults_of(body(phone="555-O1OO"))["/phone"]


@pytest.mark.parametrize("text", ["51-200", "51–200", " 51 - 200 ", "51 —200"])
def test_a_company_size_of_the_list_is_known_by_any_dash(text: str) -> None:
    assert strict(body(company_size=text)).company_size == "51-200"


@pytest.mark.parametrize("text", ["250", "1-10 employees", "1-1000", "huge"])
def test_another_company_size_is_a_fault_naming_the_list(text: str) -> None:
    assert faults_of(body(companySize=text)) == {"/companySize": "must be one of 1-10, 11-50, 51-200, 201-1000, 1000+"}


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "JavaScript:1/alert(1)", "data:text/html,x", "file:///x", "ftp://x.y"]
)
@pytest.mark.parametrize("name", LINKS)
def test_a_link_that_does_not_lead_to_the_web_is_a_fault(name: str, link: str) -> None:
    assert faults_of(body(**{name: link})) == {f"/{name}": "must be a web address (http or https)"}


@pytest.mark.parametrize(
    "link", ["acme.com", "https://acme.com", "HTTP://acme.com", "acme.com:8080/x", "//acme.com", "n/a"]
)
def test_web_addresses_and_bare_domains_are_links(link: str) -> None:
    assert strict(body(company_website=link)).company_website == link


@pytest.mark.parametrize("score", [0, 42, 100])
@pytest.mark.parametrize("key", ["lead_score", "leadScore"])
def test_a_lead_score_is_kept_and_not_used(key: str, score: int) -> None:
    assert strict(body(**{key: score})).extra == {"lead_score": score}


@pytest.mark.parametrize("score", [-1, 101, 3.0, "50", True, [50], 2**70])
def test_a_lead_score_that_is_no_integer_from_0_to_100_is_a_fault(score: object) -> None:
    assert faults_of(body(leadScore=score)) == {"/leadScore": "must be an integer from 0 to 100"}


def test_two_lead_scores_must_agree() -> None:
    assert strict(body(lead_score=5, leadScore=5)).extra == {"lead_score": 5}
    assert "is given twice" in faults_of(body(lead_score=5, leadScore=6))["/leadScore"]


def test_unknown_keys_are_bounded_in_number_size_and_depth() -> None:
    many = {f"k{n}": n for n in range(EXTRA_MAX_KEYS)}
    deep: Any = "x"
    for _ in range(EXTRA_MAX_DEPTH):
        deep = [deep]

    assert strict(body(**many)).extra == many
    assert list(faults_of(body(**many, more=1))) == [""]
    assert strict(body(k="é" * (EXTRA_MAX_BYTES // 2 - 5))).extra
    assert list(faults_of(body(k="é" * (EXTRA_MAX_BYTES // 2)))) == [""]
    assert strict(body(k=deep)).extra == {"k": deep}
    assert list(faults_of(body(k=[deep]))) == ["/k" + "/0" * EXTRA_MAX_DEPTH]


def test_broken_text_in_an_unknown_key_is_a_fault_with_its_pointer() -> None:
    assert list(faults_of(body(**{"a/b~c": [1, {"d": "x\0"}], "e": {"f\0": 1}, "g\ud800": 1}))) == [
        *("/a~1b~0c/1/d", "/e/f�", "/g�")
    ]
