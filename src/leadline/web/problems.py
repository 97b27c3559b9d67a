"""Errors as RFC 9457 problem details: each of ours mapped to a status once, and nothing else ever reaches a client."""

import logging
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException

from leadline.domain.errors import Conflict, Fault, Forbidden, Invalid, LeadlineError, NotFound, Unavailable, faults_of
from leadline.domain.idempotency import StillRunning
from leadline.domain.lead_edits import StaleLead
from leadline.domain.publications import StaleDraft
from leadline.usecases.passwords import TooManyTries
from leadline.web.answers import faults_json
from leadline.web.error_pages import error_page, wants_page
from leadline.web.pace import TooFast

MEDIA_TYPE = "application/problem+json"

log = logging.getLogger("leadline.web")


class Unreadable(LeadlineError):
    """The body is no JSON, or not JSON that can be held."""


class WrongMediaType(LeadlineError):
    """The body is not of a type that this route reads."""


class TooLarge(LeadlineError):
    """The body is longer than this route takes."""


class Unseen(LeadlineError):
    """An edit that does not say which version of the lead its sender saw."""


class Unauthorized(LeadlineError):
    """No key, or none that is known."""


_STATUSES: tuple[tuple[type[LeadlineError], HTTPStatus], ...] = (
    (Unreadable, HTTPStatus.BAD_REQUEST),
    (Unauthorized, HTTPStatus.UNAUTHORIZED),
    (Forbidden, HTTPStatus.FORBIDDEN),
    (NotFound, HTTPStatus.NOT_FOUND),
    (StaleLead, HTTPStatus.PRECONDITION_FAILED),
    (StaleDraft, HTTPStatus.PRECONDITION_FAILED),
    (Unseen, HTTPStatus.PRECONDITION_REQUIRED),
    (Conflict, HTTPStatus.CONFLICT),
    (TooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (WrongMediaType, HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
    (Invalid, HTTPStatus.UNPROCESSABLE_ENTITY),
    (TooManyTries, HTTPStatus.TOO_MANY_REQUESTS),
    (TooFast, HTTPStatus.TOO_MANY_REQUESTS),
    (Unavailable, HTTPStatus.SERVICE_UNAVAILABLE),
)


def status_of(error: LeadlineError) -> HTTPStatus:
    """The status of one of our errors."""
    return next((status for kind, status in _STATUSES if isinstance(error, kind)), HTTPStatus.INTERNAL_SERVER_ERROR)


def problem(status: int, detail: str, request_id: str, faults: list[Fault] | tuple[Fault, ...] = ()) -> bytes:
    """The body of a problem."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if faults:
        body["errors"] = faults_json(faults)
    return msgspec.json.encode(body | {"request_id": request_id})


def headers_of(error: LeadlineError) -> dict[str, str]:
    """What goes with a status: how to log in, when to come back."""
    if isinstance(error, Unauthorized):
        return {"WWW-Authenticate": 'Bearer realm="Leadline"'}
    if isinstance(error, Unavailable | TooManyTries | TooFast | StillRunning):
        return {"Retry-After": str(error.retry_after_seconds)}
    return {}


def detail_of(error: LeadlineError) -> str:
    """The sentence of a problem; the faults of an Invalid stand beside it."""
    if isinstance(error, Invalid):
        return "The request was understood, but something in it is wrong; every fault is listed."
    return str(error)


def handle_ours(request: Request[Any, Any, Any], error: LeadlineError) -> Response[bytes]:
    """One of our own errors."""
    return _answer(request, status_of(error), detail_of(error), headers_of(error), faults_of(error))


def handle_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """One of the framework's. Its wording can quote the request, so the phrase of the status stands alone where it says more
    than that; parameters that cannot be read are faulty input, not an unreadable request."""
    status = error.status_code if error.status_code < 500 else HTTPStatus.INTERNAL_SERVER_ERROR
    detail = {404: "There is nothing here.", 405: "This address does not take this method."}.get(status, error.detail)
    return _answer(request, status, detail, dict(error.headers or {}))


def handle_unforeseen(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Everything else: ours to mend. The client learns the request id and nothing more; the log holds the rest."""
    log.error("request %s failed", request.scope["state"]["request_id"], exc_info=error)
    return _answer(request, 500, "Something went wrong on our side. The request id helps to find it.", {})


def _answer(
    request: Request[Any, Any, Any],
    status: int,
    detail: str,
    headers: dict[str, str],
    faults: list[Fault] | None = None,
) -> Response[bytes]:
    """A page for a person, a problem for a program."""
    if wants_page(request):
        return error_page(request, status, detail, headers, faults or [])
    body = problem(status, detail, request.scope["state"]["request_id"], faults or [])
    return Response(body, status_code=status, media_type=MEDIA_TYPE, headers=headers)
