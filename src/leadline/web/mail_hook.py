"""Inbound mail: a reply of a lead counts once as engagement. Nothing of what was written is kept."""

import logging

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from leadline.clock import utc_now
from leadline.domain.activities import Actor
from leadline.sources import Delivery, NotALead, generic, mail
from leadline.usecases.deciding import Deciding
from leadline.usecases.replies import count_reply
from leadline.web.actions import doing
from leadline.web.answers import json_answer
from leadline.web.hooks import find_endpoint
from leadline.web.problems import Unauthorized
from leadline.web.reading import AnyRequest, address_of, read_body
from leadline.web.services import Services

MAIL_BYTES_MAX = 10_000_000

log = logging.getLogger("leadline.mail")


@post("/hooks/mail/{endpoint:str}", status_code=200, tags=["hooks"], operation_id="mailHook", opt=doing("open"))
async def mail_hook(
    request: AnyRequest, services: NamedDependency[Services], endpoint: FromPath[str]
) -> Response[bytes]:
    """A message as a provider's inbound parse posts it. Whatever comes of it is answered 200, so that nobody sends it for ever."""
    found = await find_endpoint(services, "mail", endpoint)
    body = await read_body(request, MAIL_BYTES_MAX)
    now = utc_now()
    if found.sealed_secrets is not None:
        delivery = Delivery(body, request.headers, request.method)
        if not generic.verify(delivery, services.endpoints.secrets_of(found), now):
            raise Unauthorized("the signature is wrong, or its timestamp is more than 5 minutes from now")
    try:
        read = mail.read(body, request.headers.get("content-type", ""))
    except NotALead as reason:
        log.info("mail at %s: unreadable", found.name)
        return json_answer({"outcome": "unreadable", "detail": str(reason)})
    actor = Actor("provider", "mail", ip_address=address_of(request))
    outcome = await count_reply(
        services.store,
        read.email_key,
        read.event_id,
        Deciding(services.house, now, actor),
        is_automatic=read.is_automatic,
    )
    # One line for each message, without its sender: what did not count can be counted.
    log.info("mail at %s: %s", found.name, outcome)
    return json_answer({"outcome": outcome})
