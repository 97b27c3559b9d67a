"""What the providers' signatures have in common: an HMAC over raw bytes, compared in constant time, near the present."""

import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

TOLERANCE = timedelta(minutes=5)
SECOND = timedelta(seconds=1)
MILLISECOND = timedelta(milliseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_digits = re.compile(r"[0-9]{1,13}").fullmatch


def digest(signed: bytes, key: bytes) -> bytes:
    """The HMAC-SHA256 of these bytes."""
    return hmac.new(key, signed, hashlib.sha256).digest()


def digests(signed: bytes, secrets: Sequence[str]) -> list[bytes]:
    """The HMAC-SHA256 of these bytes under each secret. An empty secret would let anybody sign: it signs nothing."""
    return [digest(signed, secret.encode()) for secret in secrets if secret]


def matches(sent: str, expected: Iterable[bytes]) -> bool:
    """Whether a signature is one of those expected; as bytes, for compare_digest raises on text that is not ASCII.
    All are compared, so that the time taken does not tell which secret was near."""
    signature = sent.encode(errors="replace")
    return sum(hmac.compare_digest(signature, one) for one in expected) > 0


def is_recent(timestamp: str, now: datetime, unit: timedelta = SECOND) -> bool:
    """Whether a number of units since 1970 is at most five minutes from now, in either direction."""
    if not _digits(timestamp):
        return False
    return abs(now - _EPOCH - int(timestamp) * unit) <= TOLERANCE
