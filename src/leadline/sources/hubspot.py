"""HubSpot's form submissions and the contacts that its workflows send."""

import base64
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from leadline.sources import Delivery, HookPost, NotALead
from leadline.sources.reading import header, labelled, load_json, moment, objects, short
from leadline.sources.signing import MILLISECOND, digests, is_recent, matches

TIMESTAMP_HEADER = "x-hubspot-request-timestamp"
SIGNATURE_HEADER = "x-hubspot-signature-v3"

# Decoded in the address before it is signed, and nothing else is (HubSpot's documentation of the v3 signature).
_DECODED = {f"%{ord(letter):02X}": letter for letter in ":/?@!$'()*,;"}
_ABOUT = ("pageUrl", "pageTitle", "ipAddress")


def verify(delivery: Delivery, secrets: Sequence[str], now: datetime) -> bool:
    """Whether one of `secrets` signed this request, at most five minutes from `now`: method, address, body, milliseconds."""
    timestamp = header(delivery.headers, TIMESTAMP_HEADER)
    if not is_recent(timestamp, now, MILLISECOND):
        return False
    url = delivery.url
    for code, letter in _DECODED.items():
        url = url.replace(code, letter).replace(code.lower(), letter)
    signed = f"{delivery.method}{url}".encode() + delivery.body + timestamp.encode()
    expected = [base64.b64encode(digest) for digest in digests(signed, secrets)]
    return matches(header(delivery.headers, SIGNATURE_HEADER), expected)


def read(body: bytes) -> HookPost:
    """The submission or contact in a body. Raises NotALead for what names nobody, Unreadable for what is no JSON."""
    event = load_json(body)
    if isinstance(event, list):
        raise NotALead("The body is a list of changes in the CRM, not a form submission.")
    if isinstance(event, dict) and isinstance(event.get("values"), list):
        pairs = [(value.get("name"), value.get("value")) for value in objects(event["values"])]
    elif isinstance(event, dict) and isinstance(event.get("properties"), dict):
        pairs = [(name, _plain(value)) for name, value in event["properties"].items()]
    else:
        raise NotALead("The event has neither the values of a form nor the properties of a contact.")
    return HookPost(
        event_id=short(event.get("conversionId")),
        fields=labelled([*pairs, *((name, event[name]) for name in _ABOUT if event.get(name))]),
        submitted_at=moment(event.get("submittedAt")),
    )


def _plain(value: Any) -> Any:
    """A property comes bare, or with its history."""
    return value.get("value") if isinstance(value, dict) else value
