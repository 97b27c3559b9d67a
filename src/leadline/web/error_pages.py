"""Errors as pages, for people. Programs get problem details; both carry the request id."""

from http import HTTPStatus
from typing import Any

from litestar import Request, Response

from leadline.domain.errors import Fault
from leadline.web.paths import own_path, safe_next
from leadline.web.rendering import page

# Addresses for programs answer programs, whatever a client accepts.
_FOR_PROGRAMS = ("/api/", "/hooks/", "/healthz", "/readyz")

_TITLES = {
    HTTPStatus.FORBIDDEN: "This was not done",
    HTTPStatus.NOT_FOUND: "There is nothing here",
    HTTPStatus.UNPROCESSABLE_ENTITY: "This address asks for something we do not know",
    HTTPStatus.SERVICE_UNAVAILABLE: "Leadline cannot answer right now",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong on our side",
}
# What still works, and what to do.
_HELP = {
    HTTPStatus.NOT_FOUND: "The address may be mistyped, or what it names is gone, or it is not yours to see.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Start again from the list, without filters.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The database does not answer in time. Nothing was half-done, and forms that post a lead now are"
    " told to send it again. Try again in a few seconds; if it lasts, whoever runs the server finds more under /readyz and in its log.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "It is in the log under the request id below. Everything else goes on working.",
}
_KEPT_HELP = (
    "The database does not answer, so there is nothing to show. Leads are taken all the same: what forms and programs post now is"
    " kept safely on this server, and comes in by itself, in order, when the database is back. Try again in a minute; /readyz says"
    " how many wait."
)
_SAYS_IT_ALL = (HTTPStatus.NOT_FOUND, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.INTERNAL_SERVER_ERROR)


def wants_page(request: Request[Any, Any, Any]) -> bool:
    """Whether a browser asks, outside of what is there for programs. htmx asks for anything and says who it is."""
    is_browser = "text/html" in request.headers.get("accept", "") or "hx-request" in request.headers
    return is_browser and not request.scope["path"].startswith(_FOR_PROGRAMS)


def error_page(
    request: Request[Any, Any, Any],
    status: int,
    detail: str,
    headers: dict[str, str],
    faults: list[Fault] | tuple[Fault, ...],
) -> Response[bytes]:
    """The page of an error. What is not there and what one may not see are told in the same words."""
    kind = HTTPStatus(status)
    return page(
        "error.html",
        status,
        headers,
        title=_TITLES.get(kind, kind.phrase),
        detail=None if kind in _SAYS_IT_ALL or faults else detail,
        help=_KEPT_HELP if kind is HTTPStatus.SERVICE_UNAVAILABLE and _takes_leads(request) else _HELP.get(kind),
        faults=[(fault.pointer.lstrip("/"), fault.detail) for fault in faults],
        again=_again(request, kind),
        request_id=request.scope["state"]["request_id"],
    )


def _again(request: Request[Any, Any, Any], kind: HTTPStatus) -> str | None:
    """Where trying again leads: to the page itself, or to the form that was not taken."""
    if request.scope["path"] == "/login":
        return "/login"
    return safe_next(own_path(request)) if kind is HTTPStatus.SERVICE_UNAVAILABLE and request.method == "GET" else None


def _takes_leads(request: Request[Any, Any, Any]) -> bool:
    """Whether there is an outage in which the journal still has room."""
    standby = request.app.state["services"].standby
    return standby is not None and standby.watch.is_away and standby.journal.room > 0
