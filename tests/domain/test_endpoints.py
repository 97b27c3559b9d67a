"""Endpoints: what may be set on one, and where its provider posts to."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.domain.endpoints import SETTABLE, Endpoint, check_endpoint_fields

NOW = datetime(2026, 11, 24, tzinfo=UTC)
GOOD = {
    "name": "contact-us",
    "provider": "typeform",
    "secrets": ["old secret", "new secret"],
    "mapping": {"Welche Firma?": "company_name", "Notiz": ""},
    "defaults": {"industry": "Manufacturing", "company_size": "51-200"},
    "source": "Messe 2026",
    "active": True,
}


def endpoint(**changes: Any) -> Endpoint:
    return Endpoint(**{
        "id": UUID(int=1), "name": "contact", "provider": "tally", "token": "t0ken", "created_at": NOW, "updated_at": NOW,
    } | changes)  # fmt: skip


def pointers(fields: dict[str, Any], before: Endpoint | None = None) -> list[str]:
    return [fault.pointer for fault in check_endpoint_fields(fields, before=before)]


def test_a_signed_endpoint_has_a_plain_path_and_an_unsigned_one_a_path_that_nobody_guesses() -> None:
    assert endpoint(sealed_secrets=b"x").path == "/hooks/tally/contact"
    assert endpoint().path == "/hooks/tally/contact.t0ken"


def test_secrets_do_not_print_themselves() -> None:
    assert "sealed" not in repr(endpoint(sealed_secrets=b"x"))


def test_an_endpoint_with_everything_set_has_no_fault() -> None:
    assert pointers(GOOD) == []


def test_name_and_provider_are_all_that_a_new_one_needs() -> None:
    assert pointers({"name": "a", "provider": "generic"}) == []
    assert pointers({}) == ["/name", "/provider"]


def test_name_and_provider_stay_for_they_are_in_the_path() -> None:
    assert pointers({"name": "a", "provider": "generic"}, endpoint()) == ["/name", "/provider"]
    assert pointers({"active": False}, endpoint()) == []


@pytest.mark.parametrize("name", ["", "A", "a b", "a.b", "-a", "a-", "é", "a/b", "a" * 64, 5, None, "a\n"])
def test_a_name_that_has_no_place_in_a_path_is_refused(name: object) -> None:
    assert pointers({**GOOD, "name": name}) == ["/name"]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"provider": "fax"}, "/provider"),
        ({"provider": ["webflow"]}, "/provider"),
        ({"secrets": "secret"}, "/secrets"),
        ({"secrets": ["a secret"] * 6}, "/secrets"),
        ({"secrets": ["good enough", "short"]}, "/secrets/1"),
        ({"secrets": ["with\nline break"]}, "/secrets/0"),
        ({"secrets": [12345678]}, "/secrets/0"),
        ({"mapping": ["Firma"]}, "/mapping"),
        ({"mapping": {"Firma": "company"}}, "/mapping/Firma"),
        ({"mapping": {"a/b~c": None}}, "/mapping/a~1b~0c"),
        ({"mapping": {" ": "email"}}, "/mapping/ "),
        ({"mapping": {str(n): "email" for n in range(201)}}, "/mapping"),
        ({"defaults": "Industry"}, "/defaults"),
        ({"defaults": {"email": "a@b.co"}}, "/defaults/email"),
        ({"defaults": {"lead_score": "100"}}, "/defaults/lead_score"),
        ({"defaults": {"industry": ""}}, "/defaults/industry"),
        ({"defaults": {"industry": "x" * 101}}, "/defaults/industry"),
        ({"defaults": {"industry": 5}}, "/defaults/industry"),
        ({"defaults": {"company_size": "many"}}, "/defaults/company_size"),
        ({"defaults": {"company_website": "javascript:alert(1)"}}, "/defaults/company_website"),
        ({"source": ""}, "/source"),
        ({"source": "a\0b"}, "/source"),
        ({"active": 1}, "/active"),
        ({"token": "mine"}, "/token"),
        ({"id": str(UUID(int=2))}, "/id"),
    ],
)
def test_each_fault_is_named_with_its_place(changes: dict[str, Any], pointer: str) -> None:
    assert pointers({**GOOD, **changes}) == [pointer]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(st.sampled_from(SETTABLE) | st.text(max_size=8), json_values),
    st.sampled_from([None, endpoint(), endpoint(provider="form")]),
)
def test_whatever_is_sent_is_checked_without_an_exception(fields: dict[str, Any], before: Endpoint | None) -> None:
    assert all(fault.pointer.startswith("/") for fault in check_endpoint_fields(fields, before=before))
