import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.domain.answers import FIELDS, KEYS, WIDTHS
from leadline.domain.errors import Fault, Invalid
from leadline.domain.leads import COMPANY_SIZES
from leadline.domain.phones import looks_wrong
from leadline.domain.submission import Submission, parse_submission


def body(**given: Any) -> dict[str, Any]:
    """A good body, with what the test is about."""
    return {"company_name": "Acme", "contact_name": "Jane Doe", "email": "Jane@Acme.com"} | given


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=30),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(), max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
addresses = st.sampled_from(["j@acme.com", "J <j@acme.com>", "x@bücher.de", "a@gmail.com, b@x.co", "no", ""])
keys = st.sampled_from([*KEYS, "lead_score", "first_name", "lastName"]) | st.text(st.characters(), max_size=5)
raws = st.builds(
    lambda raw, email: raw | email,
    st.dictionaries(keys, json_values | st.sampled_from(["x" * 300, "250", "javascript:x", "y" * 20_100]), max_size=8),
    st.fixed_dictionaries({"email": addresses}) | st.just({}),
)


def outcome_of(raw: dict[str, Any], is_strict: bool) -> Submission | list[Fault]:
    try:
        return parse_submission(raw, strict=is_strict)
    except Invalid as invalid:
        return invalid.faults


def assert_storable(read: Submission) -> None:
    for name in FIELDS:
        text = getattr(read, name)
        assert text is None or (0 < len(text) <= WIDTHS[name] and "\0" not in text and text.encode())
    assert None not in (read.company_name, read.contact_name, read.email)
    assert read.company_size is None or read.company_size in COMPANY_SIZES
    assert "\\u0000" not in json.dumps(read.extra, allow_nan=False)
    assert json.dumps(read.extra, ensure_ascii=False).encode()


@settings(max_examples=400, deadline=None)
@given(raws, st.booleans())
def test_any_body_gives_a_storable_submission_or_faults(raw: dict[str, Any], is_strict: bool) -> None:
    read = outcome_of(raw, is_strict)

    if isinstance(read, Submission):
        assert_storable(read)
    else:
        assert read
        assert is_strict or [fault.pointer for fault in read] == ["/email"]
        assert json.dumps([fault.pointer + fault.detail for fault in read], ensure_ascii=False).encode()


@settings(max_examples=200, deadline=None)
@given(raws)
def test_a_good_address_always_makes_a_lead(raw: dict[str, Any]) -> None:
    assert_storable(parse_submission(raw | {"email": "j@acme.com"}, strict=False))


texts = st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=8) | st.sampled_from(["5 5 5 5 5", "1-10", "a@b.co"]))


@settings(max_examples=200, deadline=None)
@given(texts)
def test_what_the_strict_reading_takes_the_forgiving_one_takes_alike(raw: dict[str, Any]) -> None:
    read = outcome_of(body() | raw, is_strict=True)

    assert isinstance(read, list) or read == parse_submission(body() | raw, strict=False)


@pytest.mark.timeout(10)
@pytest.mark.parametrize("filler", [" ", "(", "1", "<", "@", "a.", "a@", "é", "\0", ",", "1 "])
@pytest.mark.parametrize("is_strict", [True, False])
def test_endless_answers_cost_little(filler: str, is_strict: bool) -> None:
    endless = "a" + filler * 100_000 + "x"

    assert outcome_of(dict.fromkeys(KEYS, endless), is_strict)
    assert outcome_of(dict.fromkeys(KEYS, endless) | {"email": "j@acme.com"}, is_strict)
    assert looks_wrong(endless)


@pytest.mark.parametrize("is_strict", [True, False])
@pytest.mark.parametrize("key", ["message", "unknown", "company_size", "lead_score"])
def test_deep_nesting_breaks_nothing(key: str, is_strict: bool) -> None:
    deep: Any = "x"
    for n in range(50_000):
        deep = [deep] if n % 2 else {"a": deep}

    read = outcome_of(body(**{key: deep}), is_strict)

    assert isinstance(read, list) if is_strict else (isinstance(read, Submission) and read.needs_review)
