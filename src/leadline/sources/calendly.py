"""Calendly's webhooks: somebody booked a meeting. A booking is a demo request unless the endpoint says otherwise."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from leadline.sources import Delivery, HookPost, NotALead
from leadline.sources.reading import header, labelled, load_object, moment, objects, short
from leadline.sources.signing import digests, is_recent, matches

SIGNATURE_HEADER = "calendly-webhook-signature"
DEFAULTS = {"inquiry_type": "Demo Request"}

_part = re.compile(r"\s*(t|v1)\s*=\s*([0-9a-f]{1,128})\s*").fullmatch
_PERSON = {"name": "Name", "first_name": "First name", "last_name": "Last name", "email": "Email"}
_TRACKING = ("utm_source", "utm_medium", "utm_campaign")


def verify(delivery: Delivery, secrets: Sequence[str], now: datetime) -> bool:
    """Whether one of `secrets` signed exactly these bytes, at most five minutes from `now`: `t=seconds,v1=hex`."""
    parts = [_part(part) for part in header(delivery.headers, SIGNATURE_HEADER).split(",", 8)]
    found = {part[1]: part[2] for part in parts if part}
    timestamp = found.get("t", "")
    if not is_recent(timestamp, now):
        return False
    signed = timestamp.encode() + b"." + delivery.body
    return matches(found.get("v1", ""), [digest.hex().encode() for digest in digests(signed, secrets)])


def read(body: bytes) -> HookPost:
    """The invitee in a body. Raises NotALead for any other event, Unreadable for what is no JSON object."""
    event = load_object(body)
    payload = event.get("payload")
    if event.get("event") != "invitee.created" or not isinstance(payload, dict):
        raise NotALead("The event is not invitee.created.")
    # The first version of their API put the person one level deeper.
    deeper = payload.get("invitee")
    person: dict[str, Any] = deeper if isinstance(deeper, dict) else payload
    tracking = payload.get("tracking")
    pairs: list[tuple[object, object]] = [(label, person.get(name)) for name, label in _PERSON.items()]
    pairs += [("Phone", person.get("text_reminder_number"))]
    pairs += [(one.get("question"), one.get("answer")) for one in objects(payload.get("questions_and_answers"))]
    pairs += [(name, tracking.get(name)) for name in _TRACKING if isinstance(tracking, dict)]
    return HookPost(
        event_id=short(person.get("uri")) or short(person.get("uuid")),
        fields=labelled((label, value) for label, value in pairs if value not in (None, "")),
        submitted_at=moment(person.get("created_at") or event.get("created_at") or event.get("time")),
    )
