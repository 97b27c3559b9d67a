"""Webflow's form hooks: data API v2, and the bare shape of v1."""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from leadline.sources import HookPost, NotALead, Unreadable

TIMESTAMP_HEADER = "x-webflow-timestamp"
SIGNATURE_HEADER = "x-webflow-signature"
TOLERANCE = timedelta(minutes=5)

EVENT_ID_MAX = 200
FORM_NAME_MAX = 255

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_milliseconds = re.compile(r"[0-9]{1,15}").fullmatch


def verify(body: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: datetime) -> bool:
    """Whether one of `secrets` signed exactly these bytes, at most five minutes from `now`.

    Webflow signs timestamp (in milliseconds), colon, body. Its own SDK ignores the timestamp; its documentation does not.
    """
    timestamp = _header(headers, TIMESTAMP_HEADER)
    if not _milliseconds(timestamp) or abs(now - _EPOCH - timedelta(milliseconds=int(timestamp))) > TOLERANCE:
        return False
    # As bytes: compare_digest raises on text that is not ASCII.
    signature = _header(headers, SIGNATURE_HEADER).encode(errors="replace")
    signed = timestamp.encode() + b":" + body
    # An empty secret would let anybody sign.
    digests = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest().encode() for secret in secrets if secret]
    return sum(hmac.compare_digest(signature, digest) for digest in digests) > 0


def read(body: bytes) -> HookPost:
    """The form submission in a body. Raises NotALead for any other event, Unreadable for what is no JSON object."""
    try:
        # Broken bytes become U+FFFD: a good e-mail address among them still makes a lead.
        event = json.loads(body.decode("utf-8-sig", errors="replace"), parse_int=_integer)
    except (ValueError, RecursionError):
        raise Unreadable("The body is not JSON.") from None
    if not isinstance(event, dict):
        raise Unreadable("The body is not a JSON object.")
    if "triggerType" in event or "payload" in event:
        return _read_v2(event)
    if isinstance(event.get("data"), dict):
        return _post(event, event_id=event.get("_id"), submitted_at=event.get("d"))
    raise NotALead("The event has no form data.")


def _read_v2(event: dict[str, Any]) -> HookPost:
    kind = event.get("triggerType", "form_submission")
    if kind != "form_submission":
        raise NotALead(f"The event is {_short(kind, FORM_NAME_MAX) or 'of an unknown kind'}, not form_submission.")
    payload = event.get("payload")
    if not isinstance(payload, dict):
        raise NotALead("The event has no payload.")
    return _post(payload, event_id=payload.get("id"), submitted_at=payload.get("submittedAt"))


def _post(payload: dict[str, Any], event_id: object, submitted_at: object) -> HookPost:
    """`data` is optional in Webflow's types: without it there are no fields, and so no e-mail address."""
    data = payload.get("data")
    return HookPost(
        event_id=_short(event_id, EVENT_ID_MAX),
        fields=data if isinstance(data, dict) else {},
        submitted_at=_time(submitted_at),
        form=_short(payload.get("name"), FORM_NAME_MAX),
    )


def _integer(digits: str) -> int | str:
    """Python refuses to read thousands of digits; a text of them harms nobody."""
    return int(digits) if len(digits) <= 100 else digits


def _header(headers: Mapping[str, str], name: str) -> str:
    if name in headers:
        return headers[name]
    return next((value for key, value in headers.items() if key.lower() == name), "")


def _short(value: object, length_max: int) -> str | None:
    """A text for a narrow column, or nothing: an id that was cut would be another id."""
    is_fit = isinstance(value, str) and value.isprintable() and 0 < len(value) <= length_max
    return str(value) if is_fit else None


def _time(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(value))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
