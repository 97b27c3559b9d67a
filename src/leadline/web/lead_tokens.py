"""Tokens that let the browser of somebody who filled in a form tell of engagement: for that one lead, for a while, nothing else.

A token holds the id of a lead and when it ends, no word of the person. Whoever hands out an answer to a form calls `make_token`."""

import base64
import binascii
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from uuid import UUID

LIFE = timedelta(days=90)
HEADER = "Engagement-Token"
_MARK = "le_"
_KIND = b"\x01"
_SIGNATURE_BYTES = 24
_BYTES = len(_KIND) + 16 + 5 + _SIGNATURE_BYTES
TOKEN_LENGTH = len(_MARK) + (_BYTES * 4 + 2) // 3


def make_token(secret_key: str, lead_id: UUID, now: datetime) -> str:
    """A token for the events of this lead, good for `LIFE` from now."""
    said = _KIND + lead_id.bytes + int((now + LIFE).timestamp()).to_bytes(5)
    return _MARK + base64.urlsafe_b64encode(said + _signature(secret_key, said)).decode().rstrip("=")


def token_header(secret_key: str, lead_id: UUID | None, now: datetime) -> dict[str, str]:
    """The header of an answer that names a lead: whoever posts for a form of their own hands its token on to the browser."""
    return {HEADER: make_token(secret_key, lead_id, now)} if lead_id else {}


def read_token(secret_key: str, token: str, now: datetime) -> UUID | None:
    """The lead that a token is for; None for one that is not ours, was changed, or has ended."""
    if len(token) != TOKEN_LENGTH or not token.startswith(_MARK) or not token.isascii():
        return None
    text = token.removeprefix(_MARK)
    try:
        sent = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None
    said, signature = sent[:-_SIGNATURE_BYTES], sent[-_SIGNATURE_BYTES:]
    if len(sent) != _BYTES or not hmac.compare_digest(signature, _signature(secret_key, said)):
        return None
    ends_at = datetime.fromtimestamp(int.from_bytes(said[-5:]), UTC)
    return UUID(bytes=said[1:17]) if said[:1] == _KIND and now < ends_at else None


def _signature(secret_key: str, said: bytes) -> bytes:
    key = hmac.digest(secret_key.encode(), b"leadline engagement tokens", hashlib.sha256)
    return hmac.digest(key, said, hashlib.sha256)[:_SIGNATURE_BYTES]
