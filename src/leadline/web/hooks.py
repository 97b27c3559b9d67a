"""Posts of form providers. What makes no lead is kept as quarantined, and answered 200 so that nobody sends it for ever."""

import hmac
from typing import Any

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from leadline.clock import utc_now
from leadline.domain.activities import Actor
from leadline.domain.endpoints import Endpoint
from leadline.domain.errors import NotFound
from leadline.domain.intake import Intake, Journalled
from leadline.sources import Delivery
from leadline.sources.payloads import read_into
from leadline.sources.providers import SOURCES
from leadline.web.actions import doing
from leadline.web.answers import faults_json, json_answer
from leadline.web.problems import Unauthorized
from leadline.web.reading import AnyRequest, address_of, agent_of, read_body
from leadline.web.services import Services

HOOK_BYTES_MAX = 1_000_000


@post("/hooks/{provider:str}/{endpoint:str}", status_code=200, tags=["hooks"], operation_id="hook", opt=doing("open"))
async def hook(
    request: AnyRequest, services: NamedDependency[Services], provider: FromPath[str], endpoint: FromPath[str]
) -> Response[bytes]:
    """A form submission as its provider posts it: signed with one of the endpoint's secrets over the raw body, or sent to a path
    that only the provider knows."""
    found = await find_endpoint(services, provider, endpoint)
    body = await read_body(request, HOOK_BYTES_MAX)
    now = utc_now()
    source = SOURCES[found.provider]
    if found.sealed_secrets is not None:
        delivery = Delivery(body, request.headers, request.method, services.settings.origin + _address(request))
        if not source.verify(delivery, services.endpoints.secrets_of(found), now):
            raise Unauthorized("the signature is wrong, or its timestamp is more than 5 minutes from now")
    item = Intake(
        services.house.new_id(),
        source.way_in,
        body,
        now,
        Actor("provider", source.name, ip_address=address_of(request), user_agent=agent_of(request)),
        failed_as="quarantined",
        endpoint=found.name,
        request_id=request.scope["state"]["request_id"],
    )
    read_into(item, found)
    try:
        (captured,) = await services.queue.submit([item])
    except Journalled as kept:
        # A provider that is told yes does not send it again.
        return json_answer({"submission_id": kept.receipt, "outcome": "journalled"}, 202)
    answer: dict[str, Any] = {"submission_id": captured.submission_id, "outcome": captured.outcome}
    if captured.faults:
        answer["errors"] = faults_json(captured.faults)
    return json_answer(answer)


async def find_endpoint(services: Services, provider: str, segment: str) -> Endpoint:
    """The endpoint of a path. Raises NotFound, alike for one that is not there, that is off, and for a wrong token."""
    name, _, token = segment.partition(".")
    found = await services.endpoints.find(name)
    is_right = found is not None and found.provider == provider and found.is_active and found.form is None
    if found is None or not is_right or (not found.is_signed and not _same(token, found.token)):
        raise NotFound("no endpoint of this name takes posts")
    return found


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(errors="replace"), other.encode())


def _address(request: AnyRequest) -> str:
    """Path and query as they were sent: a provider signs those."""
    scope = request.scope
    query = scope["query_string"].decode("latin-1")
    return str(scope["raw_path"].decode("latin-1")) + (f"?{query}" if query else "")
