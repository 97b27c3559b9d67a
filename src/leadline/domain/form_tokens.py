"""The mark of an opened form: when it was opened, signed together with the form and the consent that it showed. It takes the place
of a cookie, so that it works in a frame on another site; it does not end, for a page may stay open for long."""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TIME_BYTES, NONCE_BYTES, _SIGNATURE_BYTES = 6, 12, 24
_LENGTH = (_TIME_BYTES + NONCE_BYTES + _SIGNATURE_BYTES) * 4 // 3


@dataclass(frozen=True, slots=True)
class Opened:
    """One form that somebody opened. `id` is the same however often it is sent."""

    id: str
    at: datetime


def make_token(secret_key: str, form: str, consent: str | None, now: datetime, nonce: bytes) -> str:
    """The token of a form that is opened now. `nonce` is NONCE_BYTES of chance."""
    said = ((now - _EPOCH) // timedelta(milliseconds=1)).to_bytes(_TIME_BYTES) + nonce
    return base64.urlsafe_b64encode(said + _signature(secret_key, form, consent, said)).decode()


def read_token(secret_key: str, form: str, consent: str | None, token: str) -> Opened | None:
    """The opened form that a token stands for; None where it is not ours, or was made for another form or another consent."""
    if len(token) != _LENGTH or not token.isascii():
        return None
    try:
        sent = base64.b64decode(token, altchars=b"-_", validate=True)
    except binascii.Error:
        return None
    said, signature = sent[:-_SIGNATURE_BYTES], sent[-_SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _signature(secret_key, form, consent, said)):
        return None
    at = _EPOCH + timedelta(milliseconds=int.from_bytes(said[:_TIME_BYTES]))
    return Opened(said[_TIME_BYTES:].hex(), at)


def _signature(secret_key: str, form: str, consent: str | None, said: bytes) -> bytes:
    key = hmac.digest(secret_key.encode(), b"leadline form tokens", hashlib.sha256)
    shown = form.encode() + b"\0" + (consent or "").encode("utf-8", "replace") + b"\0"
    return hmac.digest(key, shown + said, hashlib.sha256)[:_SIGNATURE_BYTES]
