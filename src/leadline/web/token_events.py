"""Engagement that a visitor's browser tells of, by the token that the answer to a form gave it.

The body may come as text/plain: `sendBeacon` sends nothing else across sites without asking first. That is safe here and only
here, for the token in the body is all the proof there is; no cookie and no key goes along by itself."""

from datetime import timedelta
from typing import Any

from litestar import Response

from leadline.clock import utc_now
from leadline.domain.activities import Actor
from leadline.domain.errors import Fault, Invalid
from leadline.usecases import signals
from leadline.usecases.deciding import Deciding
from leadline.web.answers import json_answer
from leadline.web.lead_tokens import read_token
from leadline.web.pace import Pace
from leadline.web.problems import Unauthorized, Unreadable, WrongMediaType
from leadline.web.reading import AnyRequest, address_of, agent_of, decode, media_type_of, read_body
from leadline.web.services import Services

BYTES_MAX = 4_000
# What a visitor does; a reply is for the mailbox to tell of.
TYPES: tuple[signals.SignalType, ...] = ("pricing_page_visit", "demo_video_watched")
# A page that is loaded again and again is one visit, however many ids its script makes up.
VISIT = timedelta(minutes=30)
ANY_ORIGIN = {"Access-Control-Allow-Origin": "*"}


async def count_by_token(request: AnyRequest, services: Services, pace: Pace) -> Response[bytes]:
    """Count `{"token", "type"}`. Raises Unauthorized for anything but a good token, TooFast for too many from one lead."""
    body = await read_body(request, BYTES_MAX)
    sent = _object_in(body)
    now = utc_now()
    token = sent.get("token")
    lead_id = read_token(services.secret_key, token, now) if isinstance(token, str) else None
    if lead_id is None:
        raise Unauthorized(
            "send an API key: Authorization: Bearer ll_...; or, from the browser of somebody who filled in a form, the token"
            " that the form was answered with (it may have ended)"
        )
    if media_type_of(request) not in ("text/plain", "application/json"):
        raise WrongMediaType("send application/json, or text/plain from a browser on another site")
    pace.check(lead_id)
    if sent.get("type") not in TYPES:
        raise Invalid([Fault("/type", f"must be one of {', '.join(TYPES)}")])
    visit = int(now.timestamp() // VISIT.total_seconds())
    signal = signals.Signal(sent["type"], f"{lead_id}:{sent['type']}:{visit}", now, lead_id)
    actor = Actor("provider", "website", ip_address=address_of(request), user_agent=agent_of(request))
    counted = await signals.count_signal(services.store, signal, Deciding(services.house, now, actor))
    return json_answer({"counted": counted}, 202, ANY_ORIGIN)


def _object_in(body: bytes) -> dict[str, Any]:
    """The object in a body; an empty one for what has none, which holds no token either."""
    try:
        value = decode(body)
    except Unreadable:
        return {}
    return value if isinstance(value, dict) else {}
