"""Engagement that programs tell of: counted once, on the lead that it is of."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from litestar import Response, post
from litestar.di import NamedDependency

from leadline.clock import utc_now
from leadline.domain.emails import parse_email
from leadline.domain.errors import Fault, Invalid
from leadline.usecases import signals
from leadline.usecases.deciding import Deciding
from leadline.web.actions import doing
from leadline.web.admission import key_in
from leadline.web.answers import json_answer
from leadline.web.csrf import BY_KEY_OR_TOKEN
from leadline.web.pace import Pace
from leadline.web.params import read_time
from leadline.web.reading import AnyRequest, actor_of, read_object
from leadline.web.services import Services
from leadline.web.token_events import count_by_token

EVENT_BYTES_MAX = 200_000
EVENT_ID_MAX = 200
# Nothing of ours happened before; and the first year has hours that are no time in the zones west of Greenwich.
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


@post(
    "/api/v1/events",
    status_code=202,
    tags=["work"],
    operation_id="countEvent",
    opt=doing("count_event") | BY_KEY_OR_TOKEN,
)
async def count_event(
    request: AnyRequest, services: NamedDependency[Services], visitors: NamedDependency[Pace]
) -> Response[bytes]:
    """Count engagement once: `{"lead_id" or "email", "type", "event_id", "occurred_at"}`. The browser of somebody who filled in a
    form sends `{"token", "type"}` in place of an API key; a visit then counts once in half an hour."""
    if "authorization" not in request.headers:
        return await count_by_token(request, services, visitors)
    key = key_in(request)
    signal = _signal(await read_object(request, EVENT_BYTES_MAX))
    deciding = Deciding(services.house, utc_now(), actor_of(request, key))
    counted = await signals.count_signal(services.store, signal, deciding)
    return json_answer({"event_id": signal.event_id, "counted": counted}, 202)


def _signal(fields: dict[str, Any]) -> signals.Signal:
    faults: list[Fault] = []
    lead_id, email_key = _target(fields, faults)
    if fields.get("type") not in signals.SIGNAL_TYPES:
        faults.append(Fault("/type", f"must be one of {', '.join(signals.SIGNAL_TYPES)}"))
    event_id = fields.get("event_id")
    if not isinstance(event_id, str) or not 0 < len(event_id) <= EVENT_ID_MAX or not event_id.isprintable():
        faults.append(
            Fault("/event_id", f"is required: a text of up to {EVENT_ID_MAX} characters, the same for the same event")
        )
    occurred_at = _time(fields.get("occurred_at"), faults)
    if faults:
        raise Invalid(faults)
    return signals.Signal(fields["type"], str(event_id), occurred_at, lead_id, email_key)


def _target(fields: dict[str, Any], faults: list[Fault]) -> tuple[UUID | None, str | None]:
    if ("lead_id" in fields) == ("email" in fields):
        faults.append(Fault("/lead_id", "give either lead_id or email"))
        return None, None
    try:
        if "lead_id" in fields:
            return UUID(fields["lead_id"]), None
        return None, parse_email(fields["email"]).key
    except (ValueError, TypeError, AttributeError) as error:
        name = "lead_id" if "lead_id" in fields else "email"
        faults.append(Fault(f"/{name}", str(error) if name == "email" else "must be a lead's id"))
        return None, None


def _time(value: object, faults: list[Fault]) -> datetime:
    now = utc_now()
    if value is None:
        return now
    try:
        occurred_at = read_time(str(value))
    except (ValueError, OverflowError):
        occurred_at = None
    if occurred_at is None or occurred_at < EARLIEST:
        faults.append(Fault("/occurred_at", f"must be a time such as 2026-11-24T09:00:00Z, not before {EARLIEST.year}"))
        return now
    # An event of the future would stand above everything that happens until then.
    return min(occurred_at, now)
