"""Secrets at rest: only the same key opens them."""

import pytest

from leadline.sealing import Sealed, Sealer


def test_what_was_sealed_is_opened_under_the_same_key() -> None:
    sealed = Sealer("a key").seal(["one", "zwö"])

    assert sealed is not None
    assert b"one" not in sealed
    assert Sealer("a key").open(sealed) == ("one", "zwö")


def test_no_secrets_are_nothing_to_seal() -> None:
    assert Sealer("a key").seal([]) is None


def test_another_key_opens_nothing_and_says_what_to_do() -> None:
    sealed = Sealer("a key").seal(["one"]) or b""

    with pytest.raises(Sealed, match="LEADLINE_SECRET_KEY"):
        Sealer("another").open(sealed)
    with pytest.raises(Sealed):
        Sealer("a key").open(sealed[:-4] + b"AAAA")


def test_bytes_are_sealed_too_and_each_purpose_has_a_key_of_its_own() -> None:
    sealed = Sealer("a key", "this").seal_bytes(b"\x00\xff")

    assert Sealer("a key", "this").open_bytes(sealed) == b"\x00\xff"
    for other in (Sealer("a key", "that"), Sealer("a key"), Sealer("another", "this")):
        with pytest.raises(Sealed):
            other.open_bytes(sealed)


def test_the_same_secret_never_looks_the_same_twice() -> None:
    assert Sealer("a key").seal(["one"]) != Sealer("a key").seal(["one"])
