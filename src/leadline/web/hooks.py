"""Signed posts of form providers. What makes no lead is kept as quarantined, and answered 200 so that nobody sends it for ever."""

from typing import Any

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from leadline.domain.activities import Actor
from leadline.domain.errors import Fault, Invalid, NotFound
from leadline.domain.intake import Intake
from leadline.domain.submission import parse_submission
from leadline.sources import HookPost, NotALead, webflow
from leadline.sources.mapping import to_fields
from leadline.web.actions import doing
from leadline.web.answers import json_answer
from leadline.web.problems import Unauthorized
from leadline.web.reading import AnyRequest, address_of, agent_of, read_body
from leadline.web.services import Services, utc_now

HOOK_BYTES_MAX = 1_000_000


@post("/hooks/webflow/{endpoint:str}", status_code=200, tags=["hooks"], operation_id="webflowHook", opt=doing("open"))
async def webflow_hook(
    request: AnyRequest, services: NamedDependency[Services], endpoint: FromPath[str]
) -> Response[bytes]:
    """A Webflow form submission (data API v2), signed with the endpoint's secret over the raw body."""
    settings = services.settings
    if endpoint != settings.webflow_endpoint or not settings.webflow_secrets:
        raise NotFound("no endpoint of this name takes posts")
    body = await read_body(request, HOOK_BYTES_MAX)
    now = utc_now()
    if not webflow.verify(body, request.headers, settings.webflow_secrets, now):
        raise Unauthorized("the signature is wrong, or its timestamp is more than 5 minutes from now")
    actor = Actor("provider", "Webflow", ip_address=address_of(request), user_agent=agent_of(request))
    request_id = request.scope["state"]["request_id"]
    item = Intake(
        services.house.new_id(),
        "webflow",
        body,
        now,
        actor,
        failed_as="quarantined",
        endpoint=endpoint,
        request_id=request_id,
    )
    _read_into(item, body)
    (captured,) = await services.queue.submit([item])
    answer: dict[str, Any] = {"submission_id": captured.submission_id, "outcome": captured.outcome}
    if captured.faults:
        answer["errors"] = [{"pointer": fault.pointer, "detail": fault.detail} for fault in captured.faults]
    return json_answer(answer)


def _read_into(item: Intake, body: bytes) -> None:
    """The submission in a hook's body, or the reason why it makes no lead."""
    try:
        sent: HookPost = webflow.read(body)
        item.event_id = sent.event_id
        item.submission = parse_submission(to_fields(sent.fields), strict=False)
    except NotALead as reason:
        item.faults = [Fault("", str(reason))]
    except Invalid as error:
        item.faults = error.faults
