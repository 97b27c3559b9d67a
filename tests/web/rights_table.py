"""Who may do what, written down by hand from RULES 11, and every route there is with the door it has. The tests hold `domain.rights`
and the whole application against these two tables; nothing here is read from the code.

A new action: a line in MAY. A new route: a line in ROUTES, under "METHOD path" as the error names it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from leadline.domain.lead_edits import etag
from leadline.domain.leads import Lead
from tests.builders import body

# Of a lead: whose it is. "yes" is for what is done to no lead.
KINDS = ("own", "teammate's", "unassigned", "deleted")
_MAY = """
action             | a key's scope  | rep             | manager | admin
open               | any            | yes             | yes     | yes
describe_api       | any            | yes             | yes     | yes
end_session        | none           | yes             | yes     | yes
keep_account       | none           | yes             | yes     | yes
list_leads         | leads:read     | yes             | yes     | yes
see_lead           | leads:read     | own, unassigned | all     | all
claim_lead         | none           | own, unassigned | all     | all
work_lead          | leads:write    | own             | all     | all
reopen_lead        | leads:write    |                 | all     | all
assign_lead        | leads:write    |                 | all     | all
flag_lead          | leads:write    |                 | all     | all
review_lead        | leads:write    |                 | all     | all
delete_lead        | leads:write    |                 | all     | all
restore_lead       | leads:write    |                 | all     | all
create_lead        | leads:create   | yes             | yes     | yes
read_receipt       | leads:create   |                 |         |
count_event        | events:write   |                 |         |
read_submissions   | leads:read     |                 | yes     | yes
release_submission | leads:write    |                 | yes     | yes
export_leads       | leads:read     |                 | yes     | yes
import_leads       | leads:write    |                 | yes     | yes
read_notifications | notifications  |                 | yes     | yes
retry_notifications | notifications |                 | yes     | yes
manage_users       | users          |                 |         | yes
manage_admins      | admin          |                 |         | yes
manage_keys        | admin          |                 |         | yes
manage_endpoints   | admin          |                 |         | yes
set_up             | none           |                 |         | yes
read_rules         | leads:read     |                 | yes     | yes
manage_rules       | admin          |                 |         | yes
"""


@dataclass(frozen=True)
class May:
    """A line of the table. `people` has for each role the kinds of leads, or "yes"."""

    scope: str
    people: dict[str, tuple[str, ...]]


def _read(text: str) -> tuple[str, ...]:
    return KINDS if text == "all" else tuple(part for part in text.split(", ") if part)


def _line(line: str) -> tuple[str, May]:
    action, scope, *people = (cell.strip() for cell in line.split("|"))
    return action, May(scope, dict(zip(("rep", "manager", "admin"), map(_read, people), strict=True)))


MAY = dict(map(_line, _MAY.strip().splitlines()[1:]))

# open: whoever comes. key: keys only. page: sessions only. either: a key or a session, to read.
Door = Literal["open", "key", "page", "either"]
Sent = dict[str, Any] | Callable[[Lead], dict[str, Any]]


@dataclass(frozen=True)
class Route:
    """What a request of the test is like, and what comes of it: `good` where it is let in; for an act that needs a lead that is
    live or deleted, `otherwise` for one that is not; `if_taken` for a person where another one has the lead."""

    door: Door
    action: str
    good: int = 200
    sent: Sent | None = None
    needs: Literal["any", "live", "deleted"] | None = None
    otherwise: int = 404
    if_taken: int | None = None
    query: str = ""


def _api_act(action: str, sent: Sent | None, needs: Literal["live", "deleted"] = "live") -> Route:
    return Route("key", action, sent=sent, needs=needs)


def _form(action: str, good: int = 200, needs: Literal["live", "deleted"] = "live", query: str = "") -> Route:
    return Route("page", action, good, needs=needs, otherwise=409, query=query)


def _act(action: str, sent: Sent, good: int = 303, needs: Literal["live", "deleted"] = "live", **rest: Any) -> Route:
    return Route("page", action, good, sent, needs, otherwise=409, **rest)


def _row(lead: Lead) -> dict[str, Any]:
    return {f"row.{lead.id}": etag(lead)}


_LEAD = "/leads/{lead_id}"
ROUTES: dict[str, Route] = {
    "GET /healthz": Route("open", "open"),
    "GET /readyz": Route("open", "open"),
    "GET /favicon.ico": Route("open", "open"),
    "GET /static/{digest}/{name}": Route("open", "open"),
    # Nothing is signed here, and no endpoint has this name.
    "POST /hooks/{provider}/{endpoint}": Route("open", "open", 404),
    "POST /hooks/mail/{endpoint}": Route("open", "open", 404),
    # No secret is set, so no click is believed.
    "POST /hooks/slack/interactions": Route("open", "open", 404),
    # No mail goes out here, which both say.
    "GET /forgot": Route("open", "open"),
    "POST /forgot": Route("open", "open", 403),
    # No link of ours.
    "GET /unsubscribe/{token}": Route("open", "open", 404),
    "POST /unsubscribe/{token}": Route("open", "open", 404),
    "GET /engage.js": Route("open", "open"),
    "GET /embed.js": Route("open", "open"),
    "GET /f/{form}": Route("open", "open", 404),
    "OPTIONS /f/{form}": Route("open", "open", 404),
    "GET /f/{form}/thanks": Route("open", "open", 404),
    "POST /f/{form}": Route("open", "open", 404, {}),
    "GET /openapi.json": Route("either", "describe_api"),
    "GET /docs": Route("either", "describe_api"),
    "GET /metrics": Route("either", "describe_api"),
    # ---------- for programs
    "GET /api/v1/leads": Route("key", "list_leads"),
    "POST /api/v1/leads": Route("key", "create_lead", 201, sent=lambda _: body()),
    "POST /api/v1/leads/bulk": Route("key", "create_lead", sent={"items": []}),
    # There is no receipt of this id.
    "GET /api/v1/receipts/{receipt}": Route("key", "read_receipt", 404),
    f"GET /api/v1{_LEAD}": Route("key", "see_lead", needs="any"),
    f"GET /api/v1{_LEAD}/activities": Route("key", "see_lead", needs="any"),
    f"GET /api/v1{_LEAD}/explain": Route("key", "see_lead", needs="any"),
    f"PATCH /api/v1{_LEAD}": _api_act("work_lead", {"contact_name": "Ann"}),
    f"DELETE /api/v1{_LEAD}": _api_act("delete_lead", None),
    f"POST /api/v1{_LEAD}/restore": _api_act("restore_lead", None, needs="deleted"),
    f"POST /api/v1{_LEAD}/status": _api_act("work_lead", {"status": "Contacted"}),
    f"POST /api/v1{_LEAD}/notes": _api_act("work_lead", {"note": "Called"}),
    f"POST /api/v1{_LEAD}/attempts": _api_act("work_lead", {"kind": "call", "outcome": "no_answer"}),
    f"POST /api/v1{_LEAD}/assign": _api_act("assign_lead", {"user_id": None}),
    f"POST /api/v1{_LEAD}/priority": _api_act("flag_lead", {"flag": True}),
    f"POST /api/v1{_LEAD}/spam": _api_act("work_lead", {"flag": True}),
    f"POST /api/v1{_LEAD}/review": _api_act("review_lead", {"resolve": "keep"}),
    "POST /api/v1/events": Route(
        "key",
        "count_event",
        202,
        sent=lambda lead: {"lead_id": str(lead.id), "type": "email_reply", "event_id": str(lead.id)},
    ),
    "GET /api/v1/submissions": Route("key", "read_submissions"),
    "GET /api/v1/notifications": Route("key", "read_notifications"),
    "POST /api/v1/notifications/{notification_id}/retry": Route("key", "retry_notifications", 404),
    "POST /api/v1/notifications/retry": Route("key", "retry_notifications"),
    "GET /api/v1/users": Route("key", "manage_users"),
    "POST /api/v1/users": Route(
        "key", "manage_users", 201, sent=lambda lead: {"full_name": "New", "email": f"{lead.id}@company.example.com"}
    ),
    "GET /api/v1/users/{user_id}": Route("key", "manage_users"),
    "PATCH /api/v1/users/{user_id}": Route("key", "manage_users", sent={"full_name": "Other"}),
    "POST /api/v1/invitations": Route(
        "key", "manage_users", 201, sent=lambda lead: {"full_name": "New", "email": f"{lead.id}@company.example.com"}
    ),
    "POST /api/v1/users/{user_id}/invitation": Route("key", "manage_users", 201),
    "GET /api/v1/api-keys": Route("key", "manage_keys"),
    "POST /api/v1/api-keys": Route("key", "manage_keys", 201, sent={"name": "New", "scopes": ["admin"]}),
    # There is no key of this id.
    "DELETE /api/v1/api-keys/{key_id}": Route("key", "manage_keys", 404),
    "GET /api/v1/endpoints": Route("key", "manage_endpoints"),
    "POST /api/v1/endpoints": Route(
        "key", "manage_endpoints", 201, sent=lambda lead: {"name": f"e-{lead.id}", "provider": "generic"}
    ),
    # There is no endpoint of this id.
    "GET /api/v1/endpoints/{endpoint_id}": Route("key", "manage_endpoints", 404),
    "PATCH /api/v1/endpoints/{endpoint_id}": Route("key", "manage_endpoints", 404, sent={"active": False}),
    "GET /api/v1/leads/export": Route("key", "export_leads"),
    "GET /api/v1/imports": Route("key", "import_leads"),
    # JSON is no table.
    "POST /api/v1/imports": Route("key", "import_leads", 400, sent={}),
    "GET /api/v1/imports/{import_id}": Route("key", "import_leads", 404),
    "GET /api/v1/imports/{import_id}/rejected": Route("key", "import_leads", 404),
    "POST /api/v1/imports/{import_id}/undo": Route("key", "import_leads", 404),
    "GET /api/v1/rulesets": Route("key", "read_rules"),
    # Version 1 is published, and drafts there are none: what is let in is refused for that.
    "GET /api/v1/rulesets/{ref}": Route("key", "read_rules"),
    "POST /api/v1/rulesets": Route("key", "manage_rules", 422, sent={}),
    "POST /api/v1/rulesets/validate": Route("key", "manage_rules", 422, sent={}),
    "PUT /api/v1/rulesets/{ref}": Route("key", "manage_rules", 409, sent={}),
    "DELETE /api/v1/rulesets/{ref}": Route("key", "manage_rules", 409),
    "POST /api/v1/rulesets/{ref}/validate": Route("key", "manage_rules"),
    "POST /api/v1/rulesets/{ref}/publish": Route("key", "manage_rules", 409),
    "POST /api/v1/rulesets/{ref}/rollback": Route("key", "manage_rules", 409),
    # ---------- for people
    "POST /logout": Route("page", "end_session", 303, sent={}),
    "GET /": Route("page", "list_leads"),
    "GET /leads/new": Route("page", "create_lead"),
    "GET /leads/new/known": Route("page", "create_lead"),
    "POST /leads/new": Route("page", "create_lead", 303, sent=lambda _: body()),
    # Each row is asked for by itself: tests/web/test_list_acts.py.
    "POST /leads/bulk": Route("page", "list_leads", sent=lambda lead: _row(lead) | {"act": "notes", "note": "Called"}),
    "POST /leads/undo": Route("page", "list_leads", 422, sent={}),
    "GET /leads/export": Route("page", "export_leads"),
    "POST /leads/export": Route("page", "export_leads", sent=lambda lead: _row(lead)),
    "GET /notifications": Route("page", "read_notifications"),
    "GET /notifications/{notification_id}": Route("page", "read_notifications", 404),
    "POST /notifications/{notification_id}/retry": Route("page", "retry_notifications", 404, sent={}),
    "POST /notifications/retry": Route("page", "retry_notifications", 303, sent={}),
    "GET /dev/mail": Route("page", "manage_users"),
    "GET /imports": Route("page", "import_leads"),
    "GET /imports/new": Route("page", "import_leads"),
    # The form of a file is another one: tests/web/test_import_screens.py. There is no file and no import of these ids.
    "POST /imports/new": Route("page", "import_leads", 403, sent={}),
    "GET /imports/new/{upload_id}": Route("page", "import_leads", 404),
    "POST /imports/new/{upload_id}": Route("page", "import_leads", 404, sent={}),
    "GET /imports/{import_id}": Route("page", "import_leads", 404),
    "GET /imports/{import_id}/progress": Route("page", "import_leads", 404),
    "GET /imports/{import_id}/rejected": Route("page", "import_leads", 404),
    "GET /imports/{import_id}/undo": Route("page", "import_leads", 404),
    "POST /imports/{import_id}/undo": Route("page", "import_leads", 404, sent={}),
    "GET /quarantine": Route("page", "read_submissions"),
    "GET /quarantine/{submission_id}": Route("page", "read_submissions"),
    "POST /quarantine/{submission_id}/release": Route(
        "page", "release_submission", 303, sent=lambda lead: {"email": lead.email}
    ),
    "POST /quarantine/{submission_id}/spam": Route("page", "release_submission", 303, sent={}),
    "GET /account": Route("page", "keep_account"),
    "POST /account": Route("page", "keep_account", 303, sent={"time_zone": "UTC"}),
    # The old password is not the right one.
    "POST /account/password": Route("page", "keep_account", 422, sent={}),
    "GET /start": Route("page", "set_up"),
    "GET /start/lead": Route("page", "set_up"),
    "GET /start/rules": Route("page", "set_up"),
    "POST /start/test-lead": Route("page", "set_up", 303, sent={}),
    "POST /start/invite": Route(
        "page", "set_up", sent=lambda lead: {"full_name": "New", "email": f"{lead.id}@company.example.com"}
    ),
    "POST /start/remove-demo": Route("page", "set_up", 303, sent={}),
    f"GET {_LEAD}": Route("page", "see_lead", needs="any"),
    f"GET {_LEAD}/panel": Route("page", "see_lead", needs="any"),
    f"GET {_LEAD}/status": _form("work_lead", query="?status=Contacted"),
    f"GET {_LEAD}/notes": _form("work_lead"),
    f"GET {_LEAD}/attempts": _form("work_lead"),
    f"GET {_LEAD}/spam": _form("work_lead", 303),
    f"GET {_LEAD}/edit": _form("work_lead"),
    f"GET {_LEAD}/claim": _form("claim_lead", 303),
    f"GET {_LEAD}/assign": _form("assign_lead"),
    f"GET {_LEAD}/priority": _form("flag_lead", 303),
    f"GET {_LEAD}/review": _form("review_lead"),
    f"GET {_LEAD}/unreview": _form("review_lead", 303),
    f"GET {_LEAD}/delete": _form("delete_lead"),
    f"GET {_LEAD}/restore": _form("restore_lead", 303, needs="deleted"),
    f"POST {_LEAD}/status": _act("work_lead", {"status": "Contacted"}),
    f"POST {_LEAD}/notes": _act("work_lead", {"note": "Called"}),
    f"POST {_LEAD}/attempts": _act("work_lead", {"kind": "call", "outcome": "no_answer"}),
    f"POST {_LEAD}/spam": _act("work_lead", {"flag": "true"}),
    f"POST {_LEAD}/edit": _act("work_lead", lambda lead: {"seen": etag(lead), "contact_name": "Ann"}),
    f"POST {_LEAD}/claim": _act("claim_lead", {}, if_taken=409),
    f"POST {_LEAD}/assign": _act("assign_lead", {"user_id": "nobody"}),
    f"POST {_LEAD}/priority": _act("flag_lead", {"flag": "true"}),
    f"POST {_LEAD}/review": _act("review_lead", {}),
    # Nothing was settled yet, so there is nothing to take back.
    f"POST {_LEAD}/unreview": _act("review_lead", {}, good=409),
    f"POST {_LEAD}/delete": _act("delete_lead", {}),
    f"POST {_LEAD}/restore": _act("restore_lead", {}, needs="deleted"),
}
ELSEWHERE = {
    # They send somebody who is signed in on, and take forms of their own: tests/web/test_login.py.
    "GET /login",
    "POST /login",
    "GET /welcome",
    "POST /welcome",
    # It goes on until its reader is gone: tests/web/test_live.py.
    "GET /live",
}
