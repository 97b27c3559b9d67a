import json
import unicodedata
from pathlib import Path

import email_validator
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from leadline.domain.emails import EMAIL_MAX, SPECIAL_USE_TLDS, Email, business_domain, email_class, key_of, parse_email

VECTORS = json.loads((Path(__file__).parents[1] / "data" / "email_validator" / "vectors.json").read_text())


def cases(name: str) -> list:
    return [case for table in VECTORS[name] for case in table["cases"]]


def addresses_of(name: str) -> list[str]:
    return [case if isinstance(case, str) else case[0] for case in cases(name)]


def key_by_library(text: str) -> str | None:
    """The law the fast path is held against, written independently of it."""
    try:
        found = email_validator.validate_email(text.strip(), check_deliverability=False)
    except email_validator.EmailNotValidError:
        return None
    return unicodedata.normalize("NFC", f"{found.local_part}@{found.ascii_domain}".lower())


# Addresses in quotes and in `Name <...>` are valid mail syntax, but nobody's address in a form.
PLAIN = [
    case
    for name in ("test_email_valid", "test_email_valid_intl_local_part")
    for case in cases(name)
    if '"' not in case[0]
]
INVALID = [text for text in addresses_of("test_email_invalid_syntax") if text == text.strip()]


@pytest.mark.parametrize(("text", "expected"), [case for case in PLAIN if "<" not in case[0]])
def test_a_valid_address_is_taken_and_keyed_by_its_ascii_domain(text: str, expected: dict[str, str]) -> None:
    email = parse_email(text)

    assert email.typed == text
    assert email.key == f"{expected['local_part']}@{expected['ascii_domain']}".lower()


@pytest.mark.parametrize("text", INVALID + addresses_of("test_email_valid_only_if_quoted_local_part"))
def test_an_invalid_or_quoted_address_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"\.\Z"):
        parse_email(text)


@pytest.mark.parametrize(("text", "sentence"), cases("test_email_invalid_syntax")[:20])
def test_the_sentence_is_the_librarys_said_once(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=r"\.\Z") as caught:
        parse_email(text)

    assert str(caught.value) == sentence
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("text", addresses_of("test_email_invalid_reserved_domain"))
def test_special_use_domains_are_accepted_and_count_as_free(text: str) -> None:
    assert email_class(parse_email(text).domain) == "free"


@pytest.mark.parametrize("text", addresses_of("test_pyisemail_tests"))
def test_any_odd_address_is_either_taken_as_the_library_takes_it_or_refused(text: str) -> None:
    assert key_of(text) == key_by_library(text)


ATEXT = "abcXYZ019!#$%&'*+-/=?^_`{|}~."
labels = st.text("abzXZ09-", max_size=8) | st.sampled_from(
    ["xn--", "xn--mnchen-3ya", "ab--c", "a" * 63, "a" * 64, "test"]
)
ascii_addresses = st.builds(
    lambda local, domain, end: f"{local}@{'.'.join(domain)}{end}",
    st.text(ATEXT, max_size=12) | st.text(max_size=4) | st.just("a" * 100),
    st.lists(labels, min_size=1, max_size=4),
    st.sampled_from(["", ".com", ".CO", ".c", ".", ".x1", ".local", "\n", " ", ".com."]),
)


@settings(max_examples=600, deadline=None)
@given(ascii_addresses)
@example("A.B+c@Example.COM")
@example("x@ab--cd.com")
@example("x@xn--80ak6aa92e.com")
@example("a@b.c\n")
@example(f"x@{'a' * 64}.com")
@example(f"{'a' * 122}@b.com")
@example("\u212a@b.com")
@example("İ@b.com")
@example("İ\u0316@b.com")
def test_the_fast_path_agrees_with_the_library(text: str) -> None:
    assert key_of(text) == key_by_library(text)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=40) | st.builds("{}@{}".format, st.text(max_size=10), st.text(max_size=20)))
def test_any_text_gives_an_address_or_a_sentence(text: str) -> None:
    assert key_of(text) == key_by_library(text)


@settings(max_examples=150, deadline=None)
@example("İ\u0316@b.com")
@given(st.emails(domains=st.sampled_from(["Example.com", "bücher.de", "faß.de", "例え.jp"])))
def test_a_key_is_its_own_key(text: str) -> None:
    key = parse_email(text).key

    assert parse_email(key).key == key


def test_ordinary_addresses_never_reach_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(email_validator, "validate_email", None)

    for text in ("jane@acme.com", "Jane.Doe+x@sub.acme-corp.co.uk", "o'brien@x.co", "a_b-c@1.example", "a@b.test"):
        assert parse_email(text).key == text.lower()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Jane@Acme.COM", "jane@acme.com"),
        ("x@münchen.de", "x@XN--MNCHEN-3YA.de"),
        ("x@MÜNCHEN.de", "x@münchen.de"),
        ("é@x.de", "e\u0301@x.de"),
        ("É@x.de", "e\u0301@x.de"),
        ("x@ｅxample．com", "x@example.com"),
    ],
)
def test_equal_addresses_meet_under_one_key(one: str, other: str) -> None:
    assert parse_email(one).key == parse_email(other).key


def test_a_tagged_address_is_another_address() -> None:
    assert parse_email("a+b@x.com").key != parse_email("a@x.com").key


@pytest.mark.parametrize(
    ("text", "key"), [(" Ann@Firm.example.COM ", "ann@firm.example.com"), ("ann at home", None), ("", None), (7, None)]
)
def test_what_is_no_address_has_no_key(text: object, key: str | None) -> None:
    assert key_of(text) == key


def test_the_address_is_kept_as_typed_without_the_blanks_around_it() -> None:
    assert parse_email("\u00a0 Jane@Acme.COM\r\n") == Email("Jane@Acme.COM", "jane@acme.com")


def test_an_address_may_be_254_characters_long_and_no_longer() -> None:
    domain = ".".join(["d" * 60] * 3) + ".com"
    longest = "a" * (EMAIL_MAX - len(domain) - 1) + "@" + domain

    assert parse_email(longest).key == longest
    with pytest.raises(ValueError, match="too long"):
        parse_email("a" + longest)
    with pytest.raises(ValueError, match="too long: 100000 characters"):
        parse_email("a" * 100_000)


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("acme.com", "business"),
        ("gmail.com", "free"),
        ("mail.gmail.com", "business"),
        ("tuta.com", "free"),
        ("mailinator.com", "disposable"),
        ("sub.mailinator.com", "disposable"),
        ("a.b.mailinator.com", "disposable"),
        ("not-mailinator.com", "business"),
        ("mailinator.com.acme.com", "business"),
        ("username.e4ward.com", "disposable"),
        ("example.com", "business"),
        ("sub.example.org", "business"),
        ("testing.com", "business"),
    ],
)
def test_a_domain_belongs_to_a_company_a_free_provider_or_nobody(domain: str, expected: str) -> None:
    assert email_class(domain) == expected


@pytest.mark.parametrize("tld", sorted(SPECIAL_USE_TLDS))
def test_a_special_use_top_level_domain_is_a_free_provider(tld: str) -> None:
    assert email_class(f"acme.{tld}") == "free"


def test_only_a_companys_domain_names_a_company() -> None:
    assert business_domain(parse_email("Z@HeartOfGold.ai")) == "heartofgold.ai"
    assert business_domain(parse_email("z@gmail.com")) is None
    assert business_domain(parse_email("z@mailinator.com")) is None
    assert business_domain(parse_email("z@crm.local")) is None


def test_an_international_domain_is_named_in_its_own_letters() -> None:
    email = parse_email("x@XN--MNCHEN-3YA.de")

    assert (email.domain, business_domain(email)) == ("xn--mnchen-3ya.de", "münchen.de")
