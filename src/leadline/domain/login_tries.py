"""Guessing at passwords is kept slow: how many tries an account and an address have, and what is remembered of them."""

import hashlib
import hmac
import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=15)

# The limit at one account from everywhere is wider than that from one address, so that whoever guesses does not lock the owner
# out at once; that of an address over all accounts leaves room for an office behind one.
TRIES_AT_ONE_ACCOUNT_FROM_ONE_ADDRESS = 10
TRIES_AT_ONE_ACCOUNT = 100
TRIES_FROM_ONE_ADDRESS = 100

# Counters stand in slots, so many of each kind and no more: whatever is tried, the table stays below 200,000 small rows. Who shares
# a slot is chance, and the key keeps it from being chosen.
SLOTS = 65_536


@dataclass(slots=True)
class LoginTries:
    """One counter: the tries in a slot since its window began. Worth nothing once the window has ended."""

    slot: int
    number: int
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Counter:
    """Where a try is counted, and how many are let through there in a window."""

    slot: int
    limit: int


def counters_of(secret_key: str, account: str, address: str) -> tuple[Counter, Counter, Counter]:
    """The three counters of a try: at this account from this address, at this account, from this address."""
    network = network_of(address)
    return (
        Counter(_slot(secret_key, 0, account, network), TRIES_AT_ONE_ACCOUNT_FROM_ONE_ADDRESS),
        Counter(_slot(secret_key, 1, account), TRIES_AT_ONE_ACCOUNT),
        Counter(_slot(secret_key, 2, network), TRIES_FROM_ONE_ADDRESS),
    )


def seconds_to_wait(counters: Iterable[Counter], found: Iterable[LoginTries], now: datetime) -> int:
    """How long nothing more is let through; 0 where the next try is."""
    limits = {counter.slot: counter.limit for counter in counters}
    full = [tries.ends_at for tries in _running(found, now) if tries.number >= limits[tries.slot]]
    return max((int((ends_at - now).total_seconds()) + 1 for ends_at in full), default=0)


def counted(counters: Iterable[Counter], found: Iterable[LoginTries], now: datetime) -> list[LoginTries]:
    """The counters with one more try; a window begins with the first."""
    known = {tries.slot: tries for tries in _running(found, now)}
    fresh = {counter.slot: LoginTries(counter.slot, 0, now + WINDOW) for counter in counters}
    return [LoginTries(tries.slot, tries.number + 1, tries.ends_at) for tries in (fresh | known).values()]


def forgiven(counters: Sequence[Counter], found: Iterable[LoginTries], now: datetime) -> list[LoginTries]:
    """The counters after the right password: this account starts anew from this address, and the try, which was counted
    beforehand, was none of the wrong ones."""
    both = counters[0].slot
    return [
        LoginTries(tries.slot, 0 if tries.slot == both else max(0, tries.number - 1), tries.ends_at)
        for tries in _running(found, now)
    ]


def _running(found: Iterable[LoginTries], now: datetime) -> list[LoginTries]:
    return [tries for tries in found if now < tries.ends_at]


def _slot(secret_key: str, kind: int, *parts: str) -> int:
    digest = hmac.new(secret_key.encode(), "\0".join(parts).encode("utf-8", "replace"), hashlib.sha256).digest()
    return kind * SLOTS + int.from_bytes(digest[:4]) % SLOTS


def network_of(address: str) -> str:
    """What counts as one address. Whoever has one IPv6 address has the 2^64 beside it."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv6Address):
        return str(ip.ipv4_mapped or ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)
