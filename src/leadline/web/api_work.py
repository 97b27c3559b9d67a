"""Working a lead over the API: one address for each act, each answering the lead as it then stands."""

from typing import Any

from litestar import Response, delete, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from leadline.clock import utc_now
from leadline.domain.access import ApiKey
from leadline.domain.emails import key_of
from leadline.domain.errors import Fault, Invalid
from leadline.domain.leads import STATUSES
from leadline.usecases import hand_over, mark, work
from leadline.usecases.advance import Move, advance
from leadline.usecases.deciding import Deciding
from leadline.usecases.one_lead import Act, change_lead
from leadline.web.actions import doing
from leadline.web.admission import key_in
from leadline.web.answers import lead_answer
from leadline.web.reading import AnyRequest, actor_of, read_id, read_object, seen_tag
from leadline.web.services import Services

ACT_BYTES_MAX = 200_000


@post(
    "/api/v1/leads/{lead_id:str}/status",
    status_code=200,
    tags=["work"],
    operation_id="advanceLead",
    opt=doing("work_lead"),
)
async def set_status(
    request: AnyRequest, services: NamedDependency[Services], lead_id: FromPath[str]
) -> Response[bytes]:
    """Move a lead on: `{"status", "reason", "note", "bant"}`. 409 names the steps that are allowed."""
    key, fields = await _read(request, {"status", "reason", "note", "bant"})
    if fields.get("status") not in STATUSES:
        raise Invalid([Fault("/status", f"must be one of {', '.join(STATUSES)}")])
    note = None if fields.get("note") is None else work.checked_note(fields["note"])
    bant = fields.get("bant")
    if not isinstance(bant, dict | None):
        raise Invalid([Fault("/bant", "must be an object")])
    return await _act(
        request, services, key, lead_id, advance(Move(fields["status"], fields.get("reason"), note, bant))
    )


@post(
    "/api/v1/leads/{lead_id:str}/notes", status_code=200, tags=["work"], operation_id="addNote", opt=doing("work_lead")
)
async def add_note(request: AnyRequest, services: NamedDependency[Services], lead_id: FromPath[str]) -> Response[bytes]:
    """Keep a note: `{"note"}`."""
    key, fields = await _read(request, {"note"})
    return await _act(request, services, key, lead_id, work.add_note(fields.get("note")))


@post(
    "/api/v1/leads/{lead_id:str}/attempts",
    status_code=200,
    tags=["work"],
    operation_id="logAttempt",
    opt=doing("work_lead"),
)
async def log_attempt(
    request: AnyRequest, services: NamedDependency[Services], lead_id: FromPath[str]
) -> Response[bytes]:
    """Keep an attempt to reach the person: `{"kind", "outcome"}`."""
    key, fields = await _read(request, {"kind", "outcome"})
    return await _act(request, services, key, lead_id, work.log_attempt(fields.get("kind"), fields.get("outcome")))


@post(
    "/api/v1/leads/{lead_id:str}/assign",
    status_code=200,
    tags=["work"],
    operation_id="assignLead",
    opt=doing("assign_lead"),
)
async def assign(request: AnyRequest, services: NamedDependency[Services], lead_id: FromPath[str]) -> Response[bytes]:
    """Give a lead away: `{"user_id"}` is a user's id, null for nobody, or "auto" for whose turn it is."""
    key, fields = await _read(request, {"user_id"})
    return await _act(request, services, key, lead_id, _assignment(fields))


@post(
    "/api/v1/leads/{lead_id:str}/priority",
    status_code=200,
    tags=["work"],
    operation_id="prioritizeLead",
    opt=doing("flag_lead"),
)
async def set_priority(
    request: AnyRequest, services: NamedDependency[Services], lead_id: FromPath[str]
) -> Response[bytes]:
    """Put a lead first, or take that back: `{"flag"}`."""
    key, fields = await _read(request, {"flag"})
    return await _act(request, services, key, lead_id, mark.set_priority(fields.get("flag")))


@post(
    "/api/v1/leads/{lead_id:str}/spam", status_code=200, tags=["work"], operation_id="markSpam", opt=doing("work_lead")
)
async def set_spam(request: AnyRequest, services: NamedDependency[Services], lead_id: FromPath[str]) -> Response[bytes]:
    """Set a lead aside as spam, or release it: `{"flag"}`."""
    key, fields = await _read(request, {"flag"})
    return await _act(request, services, key, lead_id, mark.set_spam(fields.get("flag")))


@post(
    "/api/v1/leads/{lead_id:str}/review",
    status_code=200,
    tags=["work"],
    operation_id="reviewLead",
    opt=doing("review_lead"),
)
async def review(request: AnyRequest, services: NamedDependency[Services], lead_id: FromPath[str]) -> Response[bytes]:
    """Settle a review: `{"resolve"}` is "keep", or field names with "first" or "later"."""
    key, fields = await _read(request, {"resolve"})
    return await _act(request, services, key, lead_id, mark.review(fields.get("resolve")))


@patch("/api/v1/leads/{lead_id:str}", tags=["work"], operation_id="editLead", opt=doing("work_lead"))
async def edit(request: AnyRequest, services: NamedDependency[Services], lead_id: FromPath[str]) -> Response[bytes]:
    """Change answers. A field one may not set is a fault. `If-Match` with the lead's ETag refuses a stale edit (412)."""
    key, fields = await _read(request, None)
    return await _act(request, services, key, lead_id, mark.edit(fields), email=fields.get("email"))


@delete(
    "/api/v1/leads/{lead_id:str}", status_code=200, tags=["work"], operation_id="deleteLead", opt=doing("delete_lead")
)
async def remove(request: AnyRequest, services: NamedDependency[Services], lead_id: FromPath[str]) -> Response[bytes]:
    """Delete softly; the trail stays."""
    key = key_in(request)
    return await _act(request, services, key, lead_id, mark.delete)


@post(
    "/api/v1/leads/{lead_id:str}/restore",
    status_code=200,
    tags=["work"],
    operation_id="restoreLead",
    opt=doing("restore_lead"),
)
async def restore(request: AnyRequest, services: NamedDependency[Services], lead_id: FromPath[str]) -> Response[bytes]:
    """Bring a deleted lead back. 409 names a newer lead of the same address in its place."""
    key = key_in(request)
    deciding = Deciding(services.house, utc_now(), actor_of(request, key), notifies=False)
    lead = await change_lead(
        services.store,
        read_id(lead_id, "lead"),
        mark.restore,
        deciding,
        deleted=True,
        address=lambda lead: lead.email_key,
    )
    return lead_answer(lead)


async def _read(request: AnyRequest, known: set[str] | None) -> tuple[ApiKey, dict[str, Any]]:
    """The key and the body of an act; keys that the act does not know are faults."""
    key = key_in(request)
    fields = await read_object(request, ACT_BYTES_MAX)
    unknown = [name for name in fields if known is not None and name not in known]
    if unknown:
        raise Invalid([Fault(f"/{name}", "cannot be set here") for name in unknown])
    return key, fields


async def _act(
    request: AnyRequest, services: Services, key: ApiKey, lead_id: str, act: Act, *, email: object = None
) -> Response[bytes]:
    deciding = Deciding(services.house, utc_now(), actor_of(request, key))
    # What is no address is left for the edit to refuse with everything else.
    address = key_of(email)
    lead = await change_lead(
        services.store,
        read_id(lead_id, "lead"),
        act,
        deciding,
        seen=seen_tag(request),
        address=(lambda _: address) if address else None,
    )
    return lead_answer(lead)


def _assignment(fields: dict[str, Any]) -> Act:
    if "user_id" not in fields:
        raise Invalid([Fault("/user_id", 'is required: a user\'s id, null or "auto"')])
    return hand_over.assign(fields["user_id"])
