"""Every provider's signature, under one contract: exactly these bytes, one of these secrets, now."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.sources import Delivery, generic
from tests.sources.signatures import NOW, SIGNERS

BODY = '{"email": "zoë@example.com"}'.encode()
VECTORS = json.loads((Path(__file__).parents[1] / "data" / "signatures.json").read_text())
each = pytest.mark.parametrize("name", SIGNERS)
timed = pytest.mark.parametrize("name", [name for name, signer in SIGNERS.items() if signer.is_timed])


def is_verified(name: str, delivery: Delivery, *secrets: str, now: datetime = NOW) -> bool:
    verdict: bool = SIGNERS[name].source.verify(delivery, secrets or ("secret",), now)
    return verdict


@each
def test_what_was_signed_is_verified(name: str) -> None:
    assert is_verified(name, SIGNERS[name].delivery(BODY))


@each
def test_during_a_rotation_either_secret_will_do(name: str) -> None:
    assert is_verified(name, SIGNERS[name].delivery(BODY), "new", "secret")
    assert is_verified(name, SIGNERS[name].delivery(BODY), "secret", "new")


@each
@pytest.mark.parametrize("secrets", [(), ("other",), ("secret ",), ("",)])
def test_without_the_right_secret_nothing_is_verified(name: str, secrets: tuple[str, ...]) -> None:
    verdict: bool = SIGNERS[name].source.verify(SIGNERS[name].delivery(BODY), secrets, NOW)

    assert not verdict


@each
def test_an_empty_secret_lets_nobody_sign(name: str) -> None:
    verdict: bool = SIGNERS[name].source.verify(SIGNERS[name].delivery(BODY, secret=""), ("",), NOW)

    assert not verdict


@each
@given(bit=st.integers(0, len(BODY) * 8 - 1))
def test_one_bit_off_in_the_body_breaks_it(name: str, bit: int) -> None:
    flipped = bytearray(BODY)
    flipped[bit // 8] ^= 1 << bit % 8

    assert not is_verified(name, replace(SIGNERS[name].delivery(BODY), body=bytes(flipped)))


@each
@pytest.mark.parametrize(
    "bad", ["", "é" * 64, "\ud800", "ключ", "t=1,v1=", ",", "=", "v1,", " ", "x" * 10_000, "v1," * 5000]
)
def test_a_signature_of_another_form_is_refused_and_raises_nothing(name: str, bad: str) -> None:
    delivery = SIGNERS[name].delivery(BODY)
    headers = dict(delivery.headers) | {SIGNERS[name].header: bad}

    assert not is_verified(name, replace(delivery, headers=headers))
    assert not is_verified(name, replace(delivery, headers={}))


@each
def test_headers_are_found_in_any_case(name: str) -> None:
    delivery = SIGNERS[name].delivery(BODY)

    assert is_verified(name, replace(delivery, headers={key.upper(): value for key, value in delivery.headers.items()}))


@timed
@pytest.mark.parametrize(("seconds", "expected"), [(0, True), (300, True), (-300, True), (301, False), (-301, False)])
def test_five_minutes_either_way_are_near_enough(name: str, seconds: int, expected: bool) -> None:
    verdict = is_verified(name, SIGNERS[name].delivery(BODY), now=NOW + timedelta(seconds=seconds))

    assert verdict is expected


@timed
@pytest.mark.parametrize("bad", ["", "now", "-1", "1.6e12", "9" * 13, "9" * 400, "１６６３８４９８４９", "é"])
def test_a_timestamp_that_is_no_present_time_is_refused(name: str, bad: str) -> None:
    delivery = SIGNERS[name].delivery(BODY)
    stamp = str(int(NOW.timestamp()))
    headers = {
        key: bad if key.endswith("timestamp") else value.replace(f"t={stamp}", f"t={bad}")
        for key, value in delivery.headers.items()
    }

    assert not is_verified(name, replace(delivery, headers=headers))


def test_hubspot_signs_the_address_with_some_of_it_decoded() -> None:
    delivery = SIGNERS["hubspot"].delivery(BODY)

    assert not is_verified("hubspot", replace(delivery, url=delivery.url + "&more=1"))
    assert not is_verified("hubspot", replace(delivery, method="PUT"))


def test_standard_webhooks_own_example_is_verified() -> None:
    (vector,) = (one for one in VECTORS if one["scheme"] == "standard-webhooks v1")
    headers = {
        "webhook-id": vector["msg_id"],
        "webhook-timestamp": str(vector["timestamp"]),
        "webhook-signature": vector["expected"],
    }
    at = datetime.fromtimestamp(vector["timestamp"], UTC)

    assert generic.verify(Delivery(vector["payload"].encode(), headers), [vector["secret"]], at)
    assert not generic.verify(Delivery(vector["payload"].encode() + b" ", headers), [vector["secret"]], at)


def test_a_secret_that_only_looks_like_base64_verifies_nothing() -> None:
    delivery = SIGNERS["generic"].delivery(BODY, secret="whsec_%%%")

    assert not is_verified("generic", delivery, "whsec_%%%")
