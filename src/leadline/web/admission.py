"""Who comes in: the guard of every route, before its handler. `web.actions` knows what a route is for, `domain.rights.can` who may."""

from collections.abc import Mapping
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from leadline.domain.access import ApiKey
from leadline.domain.errors import Forbidden, NotFound
from leadline.domain.rights import LEAD_ACTIONS, Action, can, why_not
from leadline.usecases.outage import check_here
from leadline.web.actions import ACTION
from leadline.web.csrf import proof_of, services_of
from leadline.web.error_pages import wants_page
from leadline.web.paths import own_path
from leadline.web.problems import Unauthorized
from leadline.web.reading import AnyRequest
from leadline.web.services import Services
from leadline.web.sessions import NotSignedIn, Viewer, find_viewer, get_viewer

_KEY = "key"
# What works during an outage; anything else says so at once.
_WITHOUT_DATABASE = ("create_lead", "read_receipt", "describe_api")


def nothing_here() -> NotFound:
    """What is not there and what one may not see, in the same words."""
    return NotFound("There is nothing here.")


async def admit(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """The guard of every route, behind `csrf.protect`. Leaves who asks in the state of the request.

    Raises Unauthorized without a good key and NotSignedIn without a good session; Forbidden for a key without the scope, NotFound
    for a person without the right, to whom the address is as if it were not there. An action on a lead that not every person may
    do is let through to whoever may see leads: the handler says no in sight of the lead."""
    assert isinstance(connection, Request), "there are no websockets here"
    request, action = connection, _action_in(connection, handler)
    # The framework's own answer to OPTIONS says which methods there are, no more.
    is_question = connection.method == "OPTIONS" and ACTION not in handler.opt
    if is_question or (action is not None and can(None, action)):
        return
    proof = proof_of(handler)
    if proof == "key or token" and "authorization" not in request.headers:
        # The token is in the body, and the handler says no where there is none.
        return
    who = await _identify(request, services_of(request), proof)
    if isinstance(who, ApiKey):
        if action is None or not can(who, action):
            raise Forbidden(why_not(who, action or "see_lead"))
        if action not in _WITHOUT_DATABASE:
            check_here(services_of(request).watch)
    elif who is not None:
        needed: Action | None = "see_lead" if action in LEAD_ACTIONS else action
        if needed is None or not can(who.user, needed):
            raise nothing_here()


def key_in(request: AnyRequest) -> ApiKey:
    """The key of a request that `admit` let in."""
    key: ApiKey = request.scope["state"][_KEY]
    return key


def _action_in(request: AnyRequest, handler: BaseRouteHandler) -> Action | None:
    """The action of a request; None where its path names none that there is."""
    action: Action | tuple[str, Mapping[str, Action]] | None = handler.opt.get(ACTION)
    if isinstance(action, tuple):
        parameter, actions = action
        return actions.get(request.path_params[parameter])
    return action


async def _identify(request: AnyRequest, services: Services, proof: str) -> ApiKey | Viewer | None:
    """Who asks, by what the route takes for a proof; None only where a setting opens it to everybody."""
    if proof in ("key", "key or token") or (proof == "key or session" and "authorization" in request.headers):
        key = request.scope["state"][_KEY] = await known_key(request, services)
        return key
    if proof != "key or session":
        return await get_viewer(request, services)
    viewer = await find_viewer(request, services)
    if viewer is None and not services.settings.open_metrics:
        raise NotSignedIn(own_path(request)) if wants_page(request) else Unauthorized("send an API key, or sign in")
    return viewer


async def known_key(request: AnyRequest, services: Services) -> ApiKey:
    """The key of a request, whatever it may do. Raises Unauthorized without a good one. Cookies are not looked at."""
    kind, _, key = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not key:
        raise Unauthorized("send an API key: Authorization: Bearer ll_...")
    found = await services.keys.find(key.strip())
    if found is None:
        raise Unauthorized("this API key is not known here, or is no longer valid")
    return found
