"""The acts on a lead: what is sent, and what is answered."""

from typing import Any

from leadline.domain.answers import WIDTHS
from leadline.domain.lead_edits import EDITABLE
from leadline.domain.leads import COMPANY_SIZES, STATUSES
from leadline.domain.lifecycle import BANT, BANT_ANSWERS, REASONS
from leadline.usecases.signals import SIGNAL_TYPES
from leadline.usecases.work import KINDS, NOTE_LENGTH_MAX, OUTCOMES
from leadline.web.api_events import EVENT_ID_MAX
from leadline.web.openapi.operation import KEYED, READING, Operation
from leadline.web.openapi.types import SAID, Schema, body_of, object_with, ref

_FLAG: Schema = {"type": "boolean"}
_NOTE: Schema = {"type": "string", "maxLength": NOTE_LENGTH_MAX, **SAID}
_ID: Schema = {"type": "string", "format": "uuid"}
_IF_MATCH: dict[str, Schema] = {"If-Match": {"type": "string", "description": "The ETag of the lead as you saw it."}}


def _one_of(values: tuple[str, ...]) -> Schema:
    return {"type": "string", "enum": list(values)}


def _edit() -> Schema:
    texts: dict[str, Any] = {name: {"type": ["string", "null"], "maxLength": WIDTHS[name]} for name in EDITABLE}
    texts["company_size"]["enum"] = [*COMPANY_SIZES, None]
    return body_of((), **texts)


def work_components() -> dict[str, Schema]:
    """The bodies that are sent, and the answer to an event."""
    answers: Schema = {name: _one_of(BANT_ANSWERS) for name in BANT} | {"note": {"type": "string"}}
    choice: Schema = {"type": "object", "additionalProperties": _one_of(("first", "later"))}
    return {
        "StatusChange": body_of(
            ("status",),
            status=_one_of(STATUSES),
            reason=_one_of(REASONS) | {"description": "Needed for Disqualified, and only there."},
            note=_NOTE,
            bant={"type": "object", "properties": answers, "additionalProperties": False},
        ),
        "Note": body_of(("note",), note=_NOTE),
        "Attempt": body_of(("kind", "outcome"), kind=_one_of(KINDS), outcome=_one_of(OUTCOMES)),
        "Assignment": body_of(
            ("user_id",),
            user_id={"anyOf": [_ID, {"enum": ["auto", None]}], "description": "A user's id, null for nobody, or auto."},
        ),
        "Flag": body_of(("flag",), flag=_FLAG),
        "Review": body_of(("resolve",), resolve={"anyOf": [{"const": "keep"}, choice]}),
        "LeadEdit": _edit(),
        "Event": {
            **body_of(
                ("type",),
                token={"type": "string", "description": "In place of an API key, `event_id`, `lead_id` and `email`."},
                lead_id=_ID,
                email={"type": "string", "format": "email"},
                type=_one_of(SIGNAL_TYPES),
                event_id={"type": "string", "minLength": 1, "maxLength": EVENT_ID_MAX},
                occurred_at={"type": ["string", "null"], "format": "date-time"},
            ),
            "description": "By a key: `event_id`, and either `lead_id` or `email`; the same `event_id` counts once. By the token that a form"
            " was answered with: `type`, which counts once in half an hour.",
            "oneOf": [{"required": ["event_id", name]} for name in ("lead_id", "email")] + [{"required": ["token"]}],
            "additionalProperties": True,
        },
        "Counted": object_with({"event_id": {"type": "string"}, "counted": _FLAG}),
    }


def _act(body: str) -> Operation:
    return Operation(
        "leads:write",
        {200: ref("Lead")},
        (*KEYED, *READING, 404, 412),
        headers=_IF_MATCH,
        body=ref(body),
    )


_LEAD: dict[int, Schema] = {200: ref("Lead")}

WORK_OPERATIONS: dict[str, Operation] = {
    "advanceLead": _act("StatusChange"),
    "addNote": _act("Note"),
    "logAttempt": _act("Attempt"),
    "assignLead": _act("Assignment"),
    "prioritizeLead": _act("Flag"),
    "markSpam": _act("Flag"),
    "reviewLead": _act("Review"),
    "editLead": _act("LeadEdit"),
    "deleteLead": Operation("leads:write", _LEAD, (*KEYED, 404, 409, 412), headers=_IF_MATCH),
    "restoreLead": Operation("leads:write", _LEAD, (*KEYED, 404, 409)),
    "countEvent": Operation(
        "events:write",
        {202: ref("Counted")},
        (*KEYED, *READING, 404, 429),
        body=ref("Event"),
        why={202: "Counted, now or before."},
    ),
}
