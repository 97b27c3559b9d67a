"""What the handlers do not say about themselves: scopes, parameters, bodies, and every status that each of them answers."""

from dataclasses import dataclass, field

from leadline.domain.access import Scope
from leadline.domain.intake import OUTCOMES
from leadline.domain.lead_lists import DEFAULT_LIMIT, MAX_LIMIT
from leadline.domain.leads import CATEGORIES, STATUSES
from leadline.domain.notifications import NOTIFICATION_STATUSES
from leadline.web.openapi.schemas import page_of, ref
from leadline.web.openapi.types import Schema

_TIME: Schema = {"type": "string", "description": "A date, or a time such as 2026-11-24T09:00:00Z."}
_FLAG: Schema = {"type": "boolean"}
_ID: Schema = {"type": "string", "format": "uuid"}


def _some_of(values: tuple[str, ...]) -> Schema:
    return {"type": "array", "items": {"type": "string", "enum": list(values)}}


PAGING: dict[str, Schema] = {
    "limit": {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
    "cursor": {"type": "string", "description": "The `next_cursor` of the page before."},
}
LEAD_FILTERS: dict[str, Schema] = {
    "category": _some_of(CATEGORIES) | {"description": "May be repeated."},
    "status": _some_of(("open", "any", *STATUSES))
    | {"description": "May be repeated. Without it, open leads in work-list order."},
    "assigned_to": {"type": "string", "description": "A user's id, or `none`."},
    "source": {"type": "string"},
    "created_from": _TIME,
    "created_to": _TIME,
    "updated_since": _TIME,
    "priority": _FLAG,
    "needs_review": _FLAG,
    "waiting": _FLAG,
    "spam": _FLAG,
    "deleted": _FLAG,
    "q": {"type": "string", "description": "Beginnings of words in company, contact and e-mail.", "maxLength": 200},
}

# Why each status is answered, once.
REASONS = {
    400: "The body cannot be read.",
    401: "No API key, or one that is not known here.",
    403: "The key lacks the scope.",
    404: "There is no such thing.",
    409: "The state of things does not allow it.",
    413: "The body is too long.",
    415: "The body is not JSON, or does not say so.",
    422: "Readable and faulty; every fault is listed.",
    503: "Not stored in time. `Retry-After` says when to send it again.",
}
_KEYED = (401, 403, 503)
_READING = (400, 409, 413, 415, 422)


@dataclass(frozen=True, slots=True)
class Operation:
    """One handler. `answers` are the good ones by status; `problems` the statuses of problem details."""

    scope: Scope | None
    answers: dict[int, Schema]
    problems: tuple[int, ...]
    query: dict[str, Schema] = field(default_factory=dict)
    headers: dict[str, Schema] = field(default_factory=dict)
    body: Schema | None = None
    why: dict[int, str] = field(default_factory=dict)


_FIRST = {200: "The address wrote within the last 24 hours: the first lead.", 201: "A new lead, scored and routed."}

OPERATIONS: dict[str, Operation] = {
    "createLead": Operation(
        "leads:create",
        {201: ref("Captured"), 200: {"anyOf": [ref("Captured"), ref("KnownLead")]}},
        (*_KEYED, *_READING),
        body=ref("NewLead"),
        why=_FIRST,
    ),
    "createLeads": Operation("leads:create", {200: ref("CapturedLeads")}, (*_KEYED, *_READING), body=ref("NewLeads")),
    "listLeads": Operation("leads:read", {200: page_of("Lead")}, (*_KEYED, 422), query=LEAD_FILTERS | PAGING),
    "getLead": Operation("leads:read", {200: ref("Lead")}, (*_KEYED, 404)),
    "listActivities": Operation("leads:read", {200: page_of("Activity")}, (*_KEYED, 404, 422), query=PAGING),
    "explainLead": Operation("leads:read", {200: ref("LeadExplanation")}, (*_KEYED, 404)),
    "listSubmissions": Operation(
        "leads:read",
        {200: page_of("Submission")},
        (*_KEYED, 422),
        query={"outcome": {"type": "string", "enum": list(OUTCOMES)}, "lead_id": _ID} | PAGING,
    ),
    "listNotifications": Operation(
        "notifications",
        {200: page_of("Notification")},
        (*_KEYED, 422),
        query={"status": {"type": "string", "enum": list(NOTIFICATION_STATUSES)}, "lead_id": _ID} | PAGING,
    ),
    "listUsers": Operation("users", {200: page_of("User")}, _KEYED),
    "getUser": Operation("users", {200: ref("User")}, (*_KEYED, 404)),
    "createUser": Operation("users", {201: ref("User")}, (*_KEYED, *_READING), body=ref("NewUser")),
    "updateUser": Operation("users", {200: ref("User")}, (*_KEYED, 404, *_READING), body=ref("UserChange")),
    "webflowHook": Operation(
        None,
        {200: ref("HookAnswer")},
        (400, 401, 404, 413, 503),
        headers={"x-webflow-timestamp": {"type": "string"}, "x-webflow-signature": {"type": "string"}},
        body={"type": "object", "description": "As Webflow sends it."},
        why={401: "The signature is wrong, or older than 5 minutes.", 404: "No endpoint of this name takes posts."},
    ),
    "health": Operation(None, {200: ref("Health")}, ()),
    "readiness": Operation(
        None,
        {200: ref("Readiness"), 503: ref("Readiness")},
        (),
        why={200: "Leads can be taken.", 503: "No lead can be taken."},
    ),
}
