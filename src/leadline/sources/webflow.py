"""Webflow's form hooks: data API v2, the bare shape of v1, and a submission as its API lists it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from leadline.sources import Delivery, HookPost, NotALead
from leadline.sources.reading import FORM_NAME_MAX, header, load_object, moment, short
from leadline.sources.signing import MILLISECOND, digests, is_recent, matches

TIMESTAMP_HEADER = "x-webflow-timestamp"
SIGNATURE_HEADER = "x-webflow-signature"


def verify(delivery: Delivery, secrets: Sequence[str], now: datetime) -> bool:
    """Whether one of `secrets` signed exactly these bytes, at most five minutes from `now`.

    Webflow signs timestamp (in milliseconds), colon, body. Its own SDK ignores the timestamp; its documentation does not.
    """
    timestamp = header(delivery.headers, TIMESTAMP_HEADER)
    if not is_recent(timestamp, now, MILLISECOND):
        return False
    signed = timestamp.encode() + b":" + delivery.body
    return matches(header(delivery.headers, SIGNATURE_HEADER), [d.hex().encode() for d in digests(signed, secrets)])


def read(body: bytes) -> HookPost:
    """The form submission in a body. Raises NotALead for any other event, Unreadable for what is no JSON object."""
    event = load_object(body)
    if "triggerType" in event or "payload" in event:
        return _read_v2(event)
    if isinstance(event.get("formResponse"), dict):
        return _post(
            {"data": event["formResponse"], "name": event.get("displayName")},
            event.get("id"),
            event.get("dateSubmitted"),
        )
    if isinstance(event.get("data"), dict):
        return _post(event, event_id=event.get("_id"), submitted_at=event.get("d"))
    raise NotALead("The event has no form data.")


def ids_in(body: bytes) -> frozenset[str]:
    """Whatever may be the id of the submission in a body that `read` takes. Webflow calls one of the hook's ids the event's, and
    the other, `formId`, now the submission's and now the form's."""
    event = load_object(body)
    inner = event.get("payload")
    payload = inner if isinstance(inner, dict) else event
    # In the API's own list `formId` can only be the form's.
    names = ("id",) if "formResponse" in payload else ("id", "_id", "formId")
    return frozenset(found for name in names if (found := short(payload.get(name))))


def _read_v2(event: dict[str, Any]) -> HookPost:
    kind = event.get("triggerType", "form_submission")
    if kind != "form_submission":
        raise NotALead(f"The event is {short(kind, FORM_NAME_MAX) or 'of an unknown kind'}, not form_submission.")
    payload = event.get("payload")
    if not isinstance(payload, dict):
        raise NotALead("The event has no payload.")
    return _post(payload, event_id=payload.get("id"), submitted_at=payload.get("submittedAt"))


def _post(payload: dict[str, Any], event_id: object, submitted_at: object) -> HookPost:
    """`data` is optional in Webflow's types: without it there are no fields, and so no e-mail address."""
    data = payload.get("data")
    return HookPost(
        event_id=short(event_id),
        fields=data if isinstance(data, dict) else {},
        submitted_at=moment(submitted_at),
        form=short(payload.get("name"), FORM_NAME_MAX),
    )
