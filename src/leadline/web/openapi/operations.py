"""What the handlers do not say about themselves: scopes, parameters, bodies, and every status that each of them answers."""

from leadline.domain.idempotency import KEY_LENGTH_MAX
from leadline.domain.intake import OUTCOMES
from leadline.domain.lead_lists import DEFAULT_LIMIT, MAX_LIMIT
from leadline.domain.leads import CATEGORIES, STATUSES
from leadline.domain.notifications import NOTIFICATION_STATUSES
from leadline.exports import EXPORT_FORMATS
from leadline.exports.csv_file import CsvFile
from leadline.exports.parquet_file import ParquetFile
from leadline.exports.xlsx_file import XlsxFile
from leadline.web.exporting import FORMAT
from leadline.web.openapi.endpoints import ENDPOINT_OPERATIONS
from leadline.web.openapi.imports import IMPORT_OPERATIONS
from leadline.web.openapi.operation import KEYED, READING, Operation
from leadline.web.openapi.rulesets import RULESET_OPERATIONS
from leadline.web.openapi.schemas import page_of
from leadline.web.openapi.types import Schema, ref
from leadline.web.openapi.work import WORK_OPERATIONS

_TIME: Schema = {
    "anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}],
    "description": "A date, or a time such as 2026-11-24T09:00:00Z.",
}
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
    "assigned_to": {"anyOf": [_ID, {"const": "none"}], "description": "A user's id, or `none`."},
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

IDEMPOTENCY_KEY: dict[str, Schema] = {
    "Idempotency-Key": {
        "type": "string",
        "minLength": 1,
        "maxLength": KEY_LENGTH_MAX,
        "description": "Printable ASCII, new for each event. For 7 days the same key with the same body gets the same answer; another"
        " body is 422, a first request that is still running 409 with `Retry-After`. What was refused (422) is not kept: mend it"
        " and send it under the same key; in a list each row is kept, refused ones too.",
    }
}
_FIRST = {
    200: "The address wrote within the last 24 hours: the first lead.",
    201: "A new lead, scored and routed. The header `Engagement-Token`, here as with 200, is for the browser of who filled in the form:"
    " see `POST /api/v1/events`.",
}
_LATER = {
    202: "The database is away. What was sent is safe, and becomes a lead when it is back; `Location` is the receipt."
}

_RETRIED: Schema = {"type": "object", "properties": {"retried": {"type": "integer"}}, "required": ["retried"]}

OPERATIONS: dict[str, Operation] = {
    "createLead": Operation(
        "leads:create",
        {201: ref("Captured"), 200: {"anyOf": [ref("Captured"), ref("KnownLead")]}, 202: ref("Pending")},
        (*KEYED, *READING),
        headers=IDEMPOTENCY_KEY,
        body=ref("NewLead"),
        why=_FIRST | _LATER,
    ),
    "createLeads": Operation(
        "leads:create",
        {200: ref("CapturedLeads")},
        (*KEYED, *READING),
        headers=IDEMPOTENCY_KEY,
        body=ref("NewLeads"),
    ),
    "getReceipt": Operation("leads:create", {200: ref("Receipt")}, (*KEYED, 404)),
    "listLeads": Operation("leads:read", {200: page_of("Lead")}, (*KEYED, 422), query=LEAD_FILTERS | PAGING),
    "exportLeads": Operation(
        "leads:read",
        {200: ref("LeadsFile")},
        (*KEYED, 422),
        query={FORMAT: {"type": "string", "enum": list(EXPORT_FORMATS), "default": "csv"}} | LEAD_FILTERS,
        answer_types=tuple(file.media_type for file in (CsvFile, XlsxFile, ParquetFile)),
        why={200: "The file."},
    ),
    "getLead": Operation("leads:read", {200: ref("Lead")}, (*KEYED, 404)),
    "listActivities": Operation("leads:read", {200: page_of("Activity")}, (*KEYED, 404, 422), query=PAGING),
    "explainLead": Operation("leads:read", {200: ref("LeadExplanation")}, (*KEYED, 404)),
    "listSubmissions": Operation(
        "leads:read",
        {200: page_of("Submission")},
        (*KEYED, 422),
        query={"outcome": {"type": "string", "enum": list(OUTCOMES)}, "lead_id": _ID} | PAGING,
    ),
    "listNotifications": Operation(
        "notifications",
        {200: page_of("Notification")},
        (*KEYED, 422),
        query={"status": {"type": "string", "enum": list(NOTIFICATION_STATUSES)}, "lead_id": _ID} | PAGING,
    ),
    "retryNotification": Operation("notifications", {200: ref("Notification")}, (*KEYED, 404, 409)),
    "retryFailedNotifications": Operation("notifications", {200: _RETRIED}, KEYED),
    "listUsers": Operation("users", {200: page_of("User")}, KEYED),
    "getUser": Operation("users", {200: ref("User")}, (*KEYED, 404)),
    "createUser": Operation("users", {201: ref("User")}, (*KEYED, *READING), body=ref("NewUser")),
    "updateUser": Operation("users", {200: ref("User")}, (*KEYED, 404, *READING), body=ref("UserChange")),
    "invitePerson": Operation("users", {201: ref("Invited")}, (*KEYED, *READING), body=ref("NewUser")),
    "inviteUser": Operation("users", {201: ref("Invited")}, (*KEYED, 404, 409)),
    "listApiKeys": Operation("admin", {200: page_of("ApiKey")}, KEYED),
    "createApiKey": Operation("admin", {201: ref("GivenApiKey")}, (*KEYED, *READING), body=ref("NewApiKey")),
    "revokeApiKey": Operation("admin", {200: ref("ApiKey")}, (*KEYED, 404)),
    "listImports": Operation("leads:write", {200: page_of("Import")}, KEYED),
    "listEndpoints": Operation("admin", {200: page_of("Endpoint")}, KEYED),
    "health": Operation(None, {200: ref("Health")}, ()),
    "readiness": Operation(
        None,
        {200: ref("Readiness"), 503: ref("Readiness")},
        (),
        why={200: "Leads can be taken.", 503: "No lead can be taken."},
    ),
    "listRulesets": Operation("leads:read", {200: page_of("RulesetInList")}, (*KEYED, 422), query=PAGING),
    **ENDPOINT_OPERATIONS,
    **IMPORT_OPERATIONS,
    **WORK_OPERATIONS,
    **RULESET_OPERATIONS,
}
