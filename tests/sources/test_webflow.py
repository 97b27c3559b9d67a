import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.domain.errors import Invalid
from leadline.domain.submission import Submission, parse_submission
from leadline.sources import Delivery, HookPost, NotALead, Unreadable
from leadline.sources.mapping import to_fields
from leadline.sources.webflow import read, verify

PAYLOADS = Path(__file__).parents[1] / "data" / "webhooks"
SIGNED_AT = datetime(2022, 9, 22, 12, 30, 49, 733000, tzinfo=UTC)
TIMESTAMP = "1663849849733"
BODY = b'{"triggerType":"form_submission","payload":{"data":{"email":"z\xc3\xb6@x.co"}}}'


def payload(name: str) -> bytes:
    return (PAYLOADS / f"webflow_{name}.json").read_bytes()


def signature(body: bytes = BODY, secret: str = "secret", timestamp: str = TIMESTAMP) -> str:
    return hmac.new(secret.encode(), timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()


def signed(**changes: str) -> dict[str, str]:
    return {"x-webflow-timestamp": TIMESTAMP, "x-webflow-signature": signature()} | {
        f"x-webflow-{name}": value for name, value in changes.items()
    }


def is_verified(
    headers: dict[str, str], body: bytes = BODY, now: datetime = SIGNED_AT, secrets: tuple[str, ...] = ("secret",)
) -> bool:
    return verify(Delivery(body, headers), secrets, now)


def lead_of(body: bytes) -> Submission:
    return parse_submission(to_fields(read(body).fields), strict=False)


def test_a_signed_body_is_verified() -> None:
    assert is_verified(signed())


def test_header_names_are_found_in_any_case() -> None:
    assert is_verified({"X-Webflow-Timestamp": TIMESTAMP, "X-WEBFLOW-SIGNATURE": signature()})


def test_any_of_several_secrets_will_do() -> None:
    assert is_verified(signed(), secrets=("new", "secret"))
    assert is_verified(signed(), secrets=("secret", "new"))


@pytest.mark.parametrize("secrets", [(), ("other",), ("secret ",), ("",)])
def test_another_secret_or_none_verifies_nothing(secrets: tuple[str, ...]) -> None:
    assert not is_verified(signed(), secrets=secrets)


def test_an_empty_secret_lets_nobody_sign() -> None:
    assert not is_verified(signed(signature=signature(secret="")), secrets=("",))


@given(st.integers(0, len(BODY) * 8 - 1))
def test_a_flipped_bit_in_the_body_breaks_the_signature(bit: int) -> None:
    flipped = bytearray(BODY)
    flipped[bit // 8] ^= 1 << bit % 8

    assert not is_verified(signed(), body=bytes(flipped))


@given(st.integers(0, 64 * 7 - 1))
def test_a_flipped_bit_in_the_signature_breaks_it(bit: int) -> None:
    flipped = bytearray(signature().encode())
    flipped[bit // 7] ^= 1 << bit % 7

    assert not is_verified(signed(signature=flipped.decode()))


@pytest.mark.parametrize(
    "bad", ["", "é" * 64, "\ud800", "ключ", signature().upper(), signature() + " ", "sha256=" + signature()]
)
def test_a_signature_of_another_form_is_refused_and_raises_nothing(bad: str) -> None:
    assert not is_verified(signed(signature=bad))


def test_missing_headers_are_refused() -> None:
    assert not is_verified({})
    assert not is_verified({"x-webflow-signature": signature()})
    assert not is_verified({"x-webflow-timestamp": TIMESTAMP})


@pytest.mark.parametrize("minutes", [-5, 0, 5])
def test_five_minutes_either_way_are_near_enough(minutes: int) -> None:
    assert is_verified(signed(), now=SIGNED_AT + timedelta(minutes=minutes))


@pytest.mark.parametrize("seconds", [301, -301, 300.000001, -300.000001])
def test_a_second_or_less_beyond_five_minutes_is_too_far(seconds: float) -> None:
    assert not is_verified(signed(), now=SIGNED_AT + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    "bad", ["", "now", "-1", "1663849849", "1.6e12", "9" * 15, "9" * 400, "１６６３８４９８４９７３３", "é"]
)
def test_a_timestamp_that_is_no_present_time_in_milliseconds_is_refused_even_if_signed(bad: str) -> None:
    assert not is_verified(signed(timestamp=bad, signature=signature(timestamp=bad)))


def test_the_timestamp_is_part_of_what_is_signed() -> None:
    assert not is_verified(signed(timestamp="1663849849734"))


def test_the_documented_form_makes_one_lead_for_review() -> None:
    body = payload("v2_form_submission__docs")
    lead = lead_of(body)

    assert (lead.contact_name, lead.email, lead.phone) == ("Zaphod Beeblebrox", "zaphod@heartofgold.ai", "15550000000")
    assert (lead.company_name, lead.needs_review, lead.extra) == ("heartofgold.ai", True, {})
    assert set(lead.field_sources) == {"company_name", "contact_name"}


def test_the_event_id_the_time_and_the_form_are_read_beside_the_answers() -> None:
    post = read(payload("v2_form_submission__docs"))

    assert (post.event_id, post.form) == ("6321ca84df3949bfc6752327", "Contact Us")
    assert post.submitted_at == datetime(2022, 9, 14, 12, 35, 16, 117000, tzinfo=UTC)


def test_a_numbered_email_field_makes_a_lead() -> None:
    lead = lead_of(json.dumps(json.loads(payload("v2_form_submission__docs_minimal"))["body"]).encode())

    assert (lead.email, lead.email_class, lead.contact_name) == ("hello@gmail.com", "free", "hello")


def test_a_form_with_a_message_makes_a_lead() -> None:
    lead = lead_of(payload("v2_form_submission__hookdeck"))

    assert (lead.contact_name, lead.email) == ("John Doe", "john.doe@example.com")
    assert lead.message == "I'd like to learn more about your services"


def test_the_old_shape_is_read_too() -> None:
    lead = lead_of(payload("v1_form_submission__docs"))

    assert (lead.contact_name, lead.email) == ("Some One", "some.one@home.com")
    assert read(payload("v1_form_submission__docs")).event_id == "6321ca84df3949bfc6752327"


def test_a_form_without_an_address_is_read_and_then_faulty() -> None:
    with pytest.raises(Invalid) as caught:
        lead_of(payload("v1_form_submission__activepieces"))

    assert [fault.pointer for fault in caught.value.faults] == ["/email"]


@pytest.mark.parametrize(
    "body",
    [
        payload("v2_not_a_form__site_publish"),
        *(b"{}", b'{"triggerType":5,"payload":{"data":{}}}', b'{"triggerType":"form_submission"}'),
        *(b'{"triggerType":"form_submission","payload":[]}', b'{"name":"x"}', b'{"data":["email"]}'),
    ],
)
def test_an_event_without_a_form_is_no_lead(body: bytes) -> None:
    with pytest.raises(NotALead) as caught:
        read(body)

    assert not isinstance(caught.value, Unreadable)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"x",
        b"[]",
        b"null",
        b'"text"',
        b'{"a":',
        b"email=z%40x.co",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"\xff\xfe{",
    ],
)
def test_a_body_that_is_no_json_object_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read(body)


def event(**members: Any) -> bytes:
    return json.dumps({"triggerType": "form_submission", "payload": members}).encode()


@pytest.mark.parametrize("data", [None, [], "x", 5])
def test_a_form_without_answers_has_no_fields(data: object) -> None:
    assert read(event(data=data)) == HookPost(event_id=None)
    assert read(event()) == HookPost(event_id=None)


@pytest.mark.parametrize("bad", [None, 5, "", "x" * 201, "a\0b", ["x"]])
def test_an_id_that_is_none_is_left_out(bad: object) -> None:
    assert read(event(id=bad)).event_id is None


@pytest.mark.parametrize("bad", [None, 10**30, True, "", "yesterday", "2022-13-01", "0001-01-01T00:00:00+14:00", ["x"]])
def test_a_time_that_is_none_is_left_out(bad: object) -> None:
    assert read(event(submittedAt=bad)).submitted_at is None


@pytest.mark.parametrize("text", ["2022-09-14T14:35:16+02:00", "2022-09-14T12:35:16Z", "2022-09-14T12:35:16"])
def test_times_are_utc(text: str) -> None:
    moment = read(event(submittedAt=text)).submitted_at

    assert moment == datetime(2022, 9, 14, 12, 35, 16, tzinfo=UTC)
    assert moment.tzinfo is UTC


def test_broken_bytes_and_endless_numbers_do_not_lose_a_good_address() -> None:
    body = b'\xef\xbb\xbf{"triggerType":"form_submission","payload":{"data":{"Email":"z@x.co","Note":"\xff\\ud800","n":%s}}}'

    lead = lead_of(body % (b"9" * 5000))

    assert (lead.email, lead.message, lead.extra) == ("z@x.co", "\ufffd\ufffd", {"n": "9" * 5000})


members = st.sampled_from(["triggerType", "payload", "data", "id", "d", "_id", "name"])
events = st.recursive(st.none() | st.text() | st.integers(), lambda inner: st.dictionaries(members, inner)).map(
    json.dumps
)


@given(st.binary(max_size=50) | events.map(str.encode))
def test_any_body_is_a_post_or_no_lead(body: bytes) -> None:
    try:
        assert isinstance(read(body), HookPost)
    except NotALead as no_lead:
        told = str(no_lead)
        assert told.endswith(".")
