"""Forms: only our own pages may send them. Denied is the default; a handler that is reached by a key or a signature says so."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from leadline.config import Settings
from leadline.domain.errors import Forbidden
from leadline.web.problems import Unreadable, WrongMediaType
from leadline.web.reading import AnyRequest, media_type_of, read_body
from leadline.web.services import Services
from leadline.web.sessions import Viewer, get_viewer, login_cookie_value

FIELD = "_csrf_token"
# The same token, where htmx sends what is no form of ours; base.html tells it to.
HEADER = "x-csrf-token"
FORM_BYTES_MAX = 16_384
# What a handler whose form has long texts says in its options.
FORM_BYTES = "form_bytes_max"
# A form with two texts of 20,000 characters, each of which may take twelve bytes on the way, and the rows of a list.
LONG_FORM: dict[str, Any] = {FORM_BYTES: 600_000}
# Fifty rows of a list and what is done with them.
FORM_FIELDS_MAX = 100
# What a handler whose form has a field for each of very many things says in its options.
FORM_FIELDS = "form_fields_max"

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

# What a request is let through by. A handler that says nothing needs a session, and an unsafe method the token of its forms.
Proof = Literal["session", "login", "key", "signature", "key or session", "key or token", "public form", "upload"]
OPT = "proof"
BY_KEY: dict[str, Any] = {OPT: "key"}
BY_SIGNATURE: dict[str, Any] = {OPT: "signature"}
BY_LOGIN: dict[str, Any] = {OPT: "login"}
# A key, or a token of `web.lead_tokens` in the body, which the handler reads.
BY_KEY_OR_TOKEN: dict[str, Any] = {OPT: "key or token"}
# Whoever comes may send it, from any page: it does nothing in the name of somebody who is signed in.
BY_PUBLIC_FORM: dict[str, Any] = {OPT: "public form"}
# A file of any size in the form: the handler reads it after `admit`, and hands what stands before the file to `check_token`.
BY_UPLOAD: dict[str, Any] = {OPT: "upload"}
# To read only: what a program may change never takes a cookie.
BY_KEY_OR_SESSION: dict[str, Any] = {OPT: "key or session"}

_STALE = "This form did not come from a page of ours, or the page was open for too long. Open it anew and try again."


def proof_of(handler: BaseRouteHandler) -> Proof:
    """What a request to this handler must show."""
    proof: Proof = handler.opt.get(OPT, "session")
    return proof


def form_token(secret_key: str, purpose: str, bound_to: str) -> str:
    """The token of the forms of one session, or of one login page."""
    return hmac.new(secret_key.encode(), f"{purpose}:{bound_to}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()


async def protect(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """The guard of every route. Raises Forbidden for an unsafe request that does not come from a form of ours; where the session
    is over, NotSignedIn. The form is read here, and waits in the state of the request."""
    proof = proof_of(handler)
    assert isinstance(connection, Request), "there are no websockets here"
    if connection.method in SAFE_METHODS or proof in ("key", "signature", "key or token", "public form"):
        return
    request, services = connection, services_of(connection)
    if not is_from_us(request, services.settings):
        raise Forbidden(_STALE)
    if proof == "upload":
        return
    opt = handler.opt
    form = await _read_form(request, opt.get(FORM_BYTES, FORM_BYTES_MAX), opt.get(FORM_FIELDS, FORM_FIELDS_MAX))
    if proof == "login":
        bound_to = login_cookie_value(request, services.settings)
    else:
        bound_to = (await get_viewer(request, services)).token
    _compare(services, proof, bound_to or "", form.get(FIELD) or request.headers.get(HEADER) or "")
    request.scope["state"]["form"] = form


def check_token(services: Services, viewer: Viewer, form: Mapping[str, str]) -> None:
    """The token of a form that `protect` did not read. Raises Forbidden."""
    _compare(services, "session", viewer.token, form.get(FIELD, ""))


def _compare(services: Services, proof: Proof, bound_to: str, given: str) -> None:
    expected = form_token(services.secret_key, proof, bound_to) if bound_to else ""
    # Bytes: comparing texts raises for what is not ASCII, and a wrong token must be a plain no.
    if not expected or not hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")):
        raise Forbidden(_STALE)


def services_of(request: AnyRequest) -> Services:
    """What `create_app` put into the application, for what runs outside of a handler."""
    services: Services = request.app.state["services"]
    return services


def sent_form(request: AnyRequest) -> dict[str, str]:
    """The form of a request that `protect` let through."""
    form: dict[str, str] = request.scope["state"]["form"]
    return form


def is_from_us(request: AnyRequest, settings: Settings) -> bool:
    """What the browser itself says about where a request comes from. Old browsers and programs say nothing; the token decides."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    return origin is None or _normal(origin) == _normal(settings.origin) or _is_as_typed(origin, request, settings)


def _is_as_typed(origin: str, request: AnyRequest, settings: Settings) -> bool:
    """Where PUBLIC_URL is not set, or for somebody on the machine itself, the address that was typed will do: localhost is the
    same place as 127.0.0.1. A foreign name that leads here (DNS rebinding) gains nothing: it has no cookie of ours."""
    netloc = _netloc(origin)
    if not netloc or netloc != request.headers.get("host", "").lower():
        return False
    return settings.public_url is None or _is_loopback(netloc)


def _netloc(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def _normal(origin: str) -> tuple[str, str, int] | None:
    """Scheme, host and port, the port always said; None for what is no origin, such as "null"."""
    try:
        parts = urlsplit(origin)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return None
    return (parts.scheme, parts.hostname, port) if parts.hostname and port else None


def _is_loopback(netloc: str) -> bool:
    host = netloc.rpartition(":")[0] if not netloc.endswith("]") and ":" in netloc else netloc
    return host in ("localhost", "[::1]") or re.fullmatch(r"127\.\d+\.\d+\.\d+", host) is not None


async def _read_form(request: AnyRequest, bytes_max: int, fields_max: int) -> dict[str, str]:
    body = await read_body(request, bytes_max)
    media_type = media_type_of(request)
    if body and media_type != "application/x-www-form-urlencoded":
        raise WrongMediaType("send the form as application/x-www-form-urlencoded")
    text = body.decode("utf-8", "replace")
    try:
        return dict(parse_qsl(text, keep_blank_values=True, errors="replace", max_num_fields=fields_max))
    except ValueError as error:
        raise Unreadable(f"this form has at most {fields_max} fields") from error
