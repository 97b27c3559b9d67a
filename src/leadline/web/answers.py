"""Entities as JSON: a lead with every column of its table by the seed's name, a user without secrets."""

from collections.abc import Callable, Iterable
from dataclasses import fields
from operator import attrgetter
from typing import Any, TypeVar

import msgspec
from litestar import Response

from leadline.domain.access import ApiKey
from leadline.domain.activities import Activity
from leadline.domain.errors import Fault
from leadline.domain.intake import Captured, SubmissionRecord
from leadline.domain.lead_edits import etag
from leadline.domain.leads import Lead
from leadline.domain.notifications import Notification
from leadline.domain.rights import can
from leadline.domain.users import User

T = TypeVar("T")

# `route_decision` names every rep: it is answered by /explain, not with each lead of a list.
LEAD_FIELDS = tuple(f.name for f in fields(Lead) if f.name not in ("email_key", "route_decision"))
USER_FIELDS = tuple(
    f.name
    for f in fields(User)
    if f.name not in ("password_hash", "email_key", "response_minutes_sum", "response_count", "last_turn_seq")
)
ACTIVITY_FIELDS = tuple(f.name for f in fields(Activity))
NOTIFICATION_FIELDS = tuple(f.name for f in fields(Notification))

_lead_values = attrgetter(*LEAD_FIELDS)
_user_values = attrgetter(*USER_FIELDS)
_activity_values = attrgetter(*ACTIVITY_FIELDS)
_notification_values = attrgetter(*NOTIFICATION_FIELDS)


def lead_json(lead: Lead) -> dict[str, Any]:
    """A lead, flat."""
    return dict(zip(LEAD_FIELDS, _lead_values(lead), strict=True))


def lead_answer(lead: Lead) -> Response[bytes]:
    """A lead as the whole answer. Its ETag marks what a person edits of it, for `If-Match`."""
    return json_answer(lead_json(lead), headers={"ETag": f'"{etag(lead)}"'})


def told(captured: Captured, key: ApiKey) -> dict[str, Any]:
    """The lead, flat; of a lead that was there before, a key that may not read learns id and category only."""
    assert captured.lead is not None
    is_duplicate = captured.outcome == "duplicate"
    if is_duplicate and not can(key, "see_lead"):
        return {"id": captured.lead.id, "category": captured.lead.category, "duplicate": True}
    return lead_json(captured.lead) | {"duplicate": is_duplicate}


def user_json(user: User) -> dict[str, Any]:
    """A user, without secrets and inner counters."""
    return dict(zip(USER_FIELDS, _user_values(user), strict=True))


def activity_json(activity: Activity) -> dict[str, Any]:
    """An entry of the trail, its two values as JSON rather than as text."""
    values = dict(zip(ACTIVITY_FIELDS, _activity_values(activity), strict=True))
    for name in ("old_value", "new_value"):
        if values[name] is not None:
            values[name] = msgspec.Raw(values[name].encode())
    return values


def notification_json(notification: Notification) -> dict[str, Any]:
    """A queued or sent message."""
    return dict(zip(NOTIFICATION_FIELDS, _notification_values(notification), strict=True))


def submission_json(record: SubmissionRecord) -> dict[str, Any]:
    """A raw posting. The payload is text where it is UTF-8, and says so where bytes had to be replaced."""
    values = {f.name: getattr(record, f.name) for f in fields(record)}
    text = record.payload.decode("utf-8", "replace")
    values["payload"] = text
    values["payload_is_exact"] = text.encode() == record.payload
    values["faults"] = faults_json(record.faults)
    return values


def faults_json(faults: Iterable[Fault]) -> list[dict[str, str]]:
    """What is wrong with something that was sent, each by its place in it."""
    return [{"pointer": fault.pointer, "detail": fault.detail} for fault in faults]


def json_answer(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response[bytes]:
    """A value as a JSON answer."""
    return Response(
        msgspec.json.encode(value), status_code=status, media_type="application/json", headers=headers or {}
    )


def page_answer(items: Iterable[T], to_json: Callable[[T], dict[str, Any]], next_cursor: str | None) -> Response[bytes]:
    """A page of a list."""
    return json_answer({"items": [to_json(item) for item in items], "next_cursor": next_cursor})
