"""The bodies of the API: what is answered, taken from the dataclasses; what is sent, from the rules of submissions and users."""

from leadline.domain.activities import Activity
from leadline.domain.answers import WIDTHS
from leadline.domain.explanation import Explanation
from leadline.domain.intake import OUTCOMES, SubmissionRecord
from leadline.domain.leads import COMPANY_SIZES, STATUSES, Lead, WaitingReason
from leadline.domain.notifications import Notification
from leadline.domain.routing import How
from leadline.domain.submission import REQUIRED
from leadline.domain.users import MAX_ACTIVE_LEADS_LIMIT, ROLES, User
from leadline.web.answers import ACTIVITY_FIELDS, LEAD_FIELDS, NOTIFICATION_FIELDS, USER_FIELDS
from leadline.web.api_intake import BULK_MAX
from leadline.web.openapi.accounts import account_components
from leadline.web.openapi.endpoints import endpoint_components
from leadline.web.openapi.imports import import_components
from leadline.web.openapi.rulesets import ruleset_components
from leadline.web.openapi.types import SAID, Schema, object_of, object_with, ref, schema_of
from leadline.web.openapi.work import work_components

_ANY_JSON: Schema = {"description": "Any JSON value."}
_DUPLICATE: Schema = {
    "type": "boolean",
    "description": "Whether the address wrote within the last 24 hours already.",
}


_TIME_OF_DAY: Schema = {
    "type": ["string", "null"],
    "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$",
    "examples": ["22:00"],
}


def page_of(name: str) -> Schema:
    """A page of a list."""
    return object_with({"items": _list(ref(name)), "next_cursor": {"type": ["string", "null"]}})


def components() -> dict[str, Schema]:
    """Every schema with a name."""
    return {
        "NewLead": _new_lead(),
        "NewLeads": object_with({"items": _list(ref("NewLead")) | {"maxItems": BULK_MAX}}),
        "Lead": object_of(Lead, LEAD_FIELDS),
        "Captured": object_of(Lead, LEAD_FIELDS, duplicate=_DUPLICATE),
        "KnownLead": {
            "description": "All that a key without leads:read learns of a lead that was there before.",
            **object_of(Lead, ("id", "category"), duplicate=_DUPLICATE),
        },
        "CapturedLeads": object_with({"items": _list(_bulk_item())}),
        **_journal_components(),
        "Activity": object_of(Activity, ACTIVITY_FIELDS, old_value=_ANY_JSON, new_value=_ANY_JSON),
        "LeadExplanation": object_with(
            {
                "lead_id": {"type": "string", "format": "uuid"},
                "score": schema_of(Explanation),
                "owner": _owner(),
                "next": _next(),
            }
        ),
        "Submission": _submission(),
        "Notification": object_of(Notification, NOTIFICATION_FIELDS),
        "User": object_of(User, USER_FIELDS),
        "NewUser": _user_fields() | {"required": ["full_name", "email"]},
        "UserChange": _user_fields(),
        "HookAnswer": _hook_answer(),
        "Health": object_with({"status": {"type": "string"}, "pid": {"type": "integer"}}),
        "Readiness": _readiness(),
        **work_components(),
        **account_components(),
        **ruleset_components(),
        **endpoint_components(),
        **import_components(),
        "Problem": _problem(),
    }


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _new_lead() -> Schema:
    properties: Schema = {name: {"type": ["string", "null"], "maxLength": width} for name, width in WIDTHS.items()}
    for name in REQUIRED:
        properties[name] |= {"type": "string", **SAID}
    properties["email"]["format"] = "email"
    properties["company_size"] = {"type": "string", "enum": list(COMPANY_SIZES)}
    properties["lead_score"] = {
        "type": ["integer", "null"],
        "minimum": 0,
        "maximum": 100,
        "description": "Kept and not used: scores are made here.",
    }
    return {
        "type": "object",
        "description": "Keys may be written in camelCase too. Unknown keys are kept on the lead, under `extra`.",
        "properties": properties,
        "required": list(REQUIRED),
        "additionalProperties": True,
    }


def _bulk_item() -> Schema:
    lead: Schema = {"anyOf": [ref("Captured"), ref("KnownLead")]}
    taken = object_with({"status": {"type": "integer", "enum": [200, 201]}, "lead": lead})
    refused = object_with({"status": {"const": 422}, "problem": {"type": "object"}})
    kept = object_with({"status": {"const": 202}, "receipt": _id()})
    return {"anyOf": [taken, refused, kept]}


def _id() -> Schema:
    return {"type": "string", "format": "uuid"}


def _journal_components() -> dict[str, Schema]:
    status: Schema = {"type": "string", "enum": ["pending", "captured", "rejected", "spam", "quarantined"]}
    properties: Schema = {"receipt": _id(), "received_at": {"type": "string", "format": "date-time"}, "status": status}
    later: Schema = {"lead_id": _id(), "duplicate": {"type": "boolean"}, "errors": _faults()}
    receipt = object_with(properties | later, optional=tuple(later))
    return {"Pending": object_with({"receipt": _id(), "status": {"const": "pending"}}), "Receipt": receipt}


def _next() -> Schema:
    statuses = _list({"type": "string", "enum": list(STATUSES)})
    return object_with(
        {"statuses": statuses, "unanswered_attempts": {"type": "integer"}, "offers_no_response": {"type": "boolean"}}
    )


def _owner() -> Schema:
    rep = {"user_id": {"type": "string"}, "name": {"type": "string"}, "leads": {"type": "integer"}}
    rep |= {"max_active_leads": {"type": "integer"}, "verdict": {"type": "string"}}
    waiting = {"waiting_since": schema_of(Lead.__annotations__["waiting_since"])}
    waiting |= {"waiting_reason": schema_of(WaitingReason | None)}
    properties = {"assigned_to": schema_of(Lead.__annotations__["assigned_to"]), **waiting, "how": schema_of(How)}
    routing: Schema = {"const": "all", "description": "Only where the lead's endpoint routes every lead."}
    properties |= {"routing": routing, "considered": _list(object_with(rep))}
    return object_with(properties, optional=("how", "routing"))


def _submission() -> Schema:
    names = [name for name in SubmissionRecord.__dataclass_fields__ if name != "payload"]
    text: Schema = {"type": "string", "description": "The bytes that were sent, as text."}
    exact: Schema = {"type": "boolean", "description": "False where bytes that are no UTF-8 had to be replaced."}
    return object_of(SubmissionRecord, names, payload=text, payload_is_exact=exact)


def _user_fields() -> Schema:
    text: Schema = {"type": ["string", "null"]}
    flag: Schema = {"type": "boolean"}
    return {
        "type": "object",
        "properties": {
            "full_name": {"type": "string", "maxLength": 255, **SAID},
            "email": {"type": "string", "format": "email", "maxLength": 255},
            "phone": text | {"maxLength": 50},
            "slack_user_id": text | {"maxLength": 100},
            "role": {"type": "string", "enum": list(ROLES)},
            "max_active_leads": {"type": "integer", "minimum": 0, "maximum": MAX_ACTIVE_LEADS_LIMIT},
            "is_active": flag,
            "notify_email": flag,
            "notify_slack": flag,
            "notify_sms": flag,
            "quiet_from": _TIME_OF_DAY | {"description": "Messages are held from here to `quiet_to`; both or neither."},
            "quiet_to": _TIME_OF_DAY,
            "hot_in_quiet_hours": flag | {"description": "Whether the alert of a hot lead comes all the same."},
            "digest_at": _TIME_OF_DAY
            | {"description": "When Warm leads are told of in one message; null: each at once."},
            "time_zone": {"type": "string", "description": "An IANA name.", "examples": ["Europe/Berlin", "UTC"]},
        },
        "additionalProperties": False,
    }


def _faults() -> Schema:
    return _list(object_with({"pointer": {"type": "string"}, "detail": {"type": "string"}}))


def _hook_answer() -> Schema:
    properties = {"submission_id": {"type": "string", "format": "uuid"}, "outcome": {"enum": [*OUTCOMES, "journalled"]}}
    return object_with(properties | {"errors": _faults()}, optional=("errors",))


def _readiness() -> Schema:
    text, number = {"type": "string"}, {"type": "integer"}
    properties: Schema = {"status": text, "reason": text, "warnings": _list(text), "instance": text}
    return object_with(properties | {"pid": number, "waiting_for_commit": number}, optional=("reason", "warnings"))


def _problem() -> Schema:
    text: Schema = {"type": "string"}
    properties: Schema = {"type": text, "title": text, "status": {"type": "integer"}, "detail": text}
    described = {"description": "RFC 9457. `errors` names every fault, by JSON pointer into what was sent."}
    return described | object_with(properties | {"errors": _faults(), "request_id": text}, optional=("errors",))
