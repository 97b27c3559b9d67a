"""What a visitor of our own form is shown: the form with what was typed, the page that thanks, and the same as JSON for its script."""

import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from litestar import Response

from leadline.clock import utc_now
from leadline.domain.endpoints import Endpoint
from leadline.domain.errors import Fault
from leadline.domain.form_tokens import NONCE_BYTES, make_token, read_token
from leadline.domain.forms import Form
from leadline.sources.form import CAME_FROM, CONSENT, TOKEN
from leadline.web.answers import json_answer
from leadline.web.csrf import is_from_us
from leadline.web.edge import POLICY_HEADER, policy
from leadline.web.presenting.forms import described, inputs, said
from leadline.web.problems import MEDIA_TYPE, problem
from leadline.web.reading import AnyRequest
from leadline.web.rendering import page, see_other
from leadline.web.services import Services

TURNSTILE_ORIGIN = "https://challenges.cloudflare.com"
_CAME_FROM_MAX = 500
_CHANGED = "Something in the form is missing or wrong. Nothing of what you typed is lost."


def wants_json(request: AnyRequest) -> bool:
    """Whether a script asks, rather than a browser that shows what comes."""
    return "application/json" in request.headers.get("accept", "")


def foreign_origin(request: AnyRequest, services: Services) -> str | None:
    """The other site that a request comes from; None where it comes from ours, or nobody says."""
    origin = request.headers.get("origin")
    return None if origin is None or is_from_us(request, services.settings) else origin


def cors(request: AnyRequest, form: Form) -> dict[str, str]:
    """What lets a script of an allowed site read an answer."""
    origin = request.headers.get("origin", "")
    allowed = {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": "Retry-After"}
    return {"Vary": "Origin, Accept"} | (allowed if origin in form.origins else {})


def preflight_answer(request: AnyRequest, form: Form) -> Response[bytes]:
    """What a script of an allowed site may send."""
    headers = cors(request, form)
    if "Access-Control-Allow-Origin" in headers:
        headers |= {
            "Access-Control-Allow-Methods": "GET, POST",
            "Access-Control-Allow-Headers": "Content-Type, Accept",
            "Access-Control-Max-Age": "600",
        }
    return Response(b"", media_type="text/plain", headers=headers)


def framing(services: Services, form: Form) -> dict[str, str]:
    """The policy of a form's pages: framed by the sites that it names, and Cloudflare's script where it asks for it."""
    challenge = TURNSTILE_ORIGIN if form.turnstile and services.challenge.site_key else ""
    to = urlsplit(form.redirect_to) if form.redirect_to else None
    # A browser holds the place that the form is sent on to against this too.
    action = f"'self' {to.scheme}://{to.netloc}" if to else "'self'"
    return {POLICY_HEADER: policy(" ".join(("'self'", *form.origins)), action, challenge)}


def new_token(services: Services, endpoint: Endpoint, form: Form) -> str:
    """The mark of a form that is opened now."""
    return make_token(services.secret_key, endpoint.name, form.consent, utc_now(), secrets.token_bytes(NONCE_BYTES))


def form_answer(request: AnyRequest, services: Services, endpoint: Endpoint, form: Form) -> Response[bytes]:
    """A fresh form."""
    if wants_json(request):
        return json_answer(described(form, new_token(services, endpoint, form)), headers=cors(request, form))
    query = request.query_params
    typed = {name: query[name][:_CAME_FROM_MAX] for name in CAME_FROM if query.get(name)}
    referrer = request.headers.get("referer", "")
    if referrer and not referrer.startswith(f"{services.settings.origin}/"):
        typed.setdefault("referrer", referrer[:_CAME_FROM_MAX])
    return _form_page(request, services, endpoint, form, typed)


def again(
    request: AnyRequest,
    services: Services,
    endpoint: Endpoint,
    form: Form,
    typed: Mapping[str, str],
    status: int = 422,
    notice: str = _CHANGED,
    faults: tuple[Fault, ...] = (),
    headers: Mapping[str, str] | None = None,
) -> Response[bytes]:
    """The form once more with everything that was typed, and what is in the way."""
    also = dict(headers or {})
    if wants_json(request):
        told = [Fault(f"/{name}", text) for name, text in said(faults).items()]
        body = problem(status, notice, request.scope["state"]["request_id"], told)
        return Response(body, status_code=status, media_type=MEDIA_TYPE, headers=also | cors(request, form))
    return _form_page(request, services, endpoint, form, typed, status, notice, faults, also)


def _form_page(
    request: AnyRequest,
    services: Services,
    endpoint: Endpoint,
    form: Form,
    typed: Mapping[str, str],
    status: int = 200,
    notice: str = "",
    faults: tuple[Fault, ...] = (),
    headers: Mapping[str, str] | None = None,
) -> Response[bytes]:
    kept = typed.get(TOKEN, "")
    # The mark stays, so that mending a slip is not taken for haste, nor a second sending for a second person.
    is_good = read_token(services.secret_key, endpoint.name, form.consent, kept) is not None
    wrong = said(faults)
    shown = inputs(form, typed, faults)
    context: dict[str, Any] = {
        "form": form,
        "action": endpoint.path,
        "inputs": shown,
        "notice": notice,
        "first_wrong": next((one.name for one in shown if one.fault), CONSENT if CONSENT in wrong else ""),
        "consent_fault": wrong.get(CONSENT, ""),
        "consent_given": bool(typed.get(CONSENT)) and CONSENT not in wrong,
        "token": kept if is_good else new_token(services, endpoint, form),
        "came_from": {name: typed[name] for name in CAME_FROM if typed.get(name)},
        "honeypot": endpoint.spam.honeypot,
        "site_key": services.challenge.site_key if form.turnstile else "",
        "name": endpoint.name,
    }
    also = dict(headers or {}) | framing(services, form) | {"Vary": "Origin, Accept"}
    return page("form.html", status, also, **context)


def thanks_page(services: Services, form: Form) -> Response[bytes]:
    """The page that thanks."""
    return page("form_thanks.html", 200, framing(services, form), form=form)


def thanked(request: AnyRequest, endpoint: Endpoint, form: Form, token: str | None) -> Response[bytes]:
    """The answer to a form that was taken, the same whatever became of it. `token` lets the visitor's browser tell of engagement."""
    if wants_json(request):
        told = {"thanks": form.thanks, "redirect_to": form.redirect_to} | ({"token": token} if token else {})
        return json_answer(told, headers=cors(request, form))
    if form.redirect_to is None:
        return see_other(f"{endpoint.path}/thanks")
    mark = f"#leadline={token}" if token and "#" not in form.redirect_to else ""
    return see_other(form.redirect_to + mark)
