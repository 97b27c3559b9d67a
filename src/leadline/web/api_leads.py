"""Reading leads, their trail, and why they are as they are."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any
from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from leadline.domain.activities import Activity
from leadline.domain.contact_activities import NO_RESPONSE_AFTER, unanswered_attempts
from leadline.domain.explanation import explain
from leadline.domain.intake import OUTCOMES
from leadline.domain.lead_lists import MAX_LIMIT
from leadline.domain.leads import Lead
from leadline.domain.lifecycle import allowed
from leadline.web.actions import doing
from leadline.web.answers import (
    activity_json,
    json_answer,
    lead_answer,
    lead_json,
    page_answer,
    submission_json,
)
from leadline.web.cursors import Cursors
from leadline.web.lead_params import LEAD_PARAMS, read_lead_query
from leadline.web.params import PAGING, Params, one_of
from leadline.web.reading import AnyRequest, read_id
from leadline.web.services import Services


@get("/api/v1/leads", tags=["leads"], operation_id="listLeads", opt=doing("list_leads"))
async def list_leads(
    request: AnyRequest, services: NamedDependency[Services], cursors: NamedDependency[Cursors]
) -> Response[bytes]:
    """A list of leads. Without `status`: open leads in work-list order; with it newest first; with `updated_since` by change."""
    params = Params(request.query_params.multi_items(), LEAD_PARAMS)
    query, limit = read_lead_query(params), params.limit()
    params.check()
    page = await services.store.list_leads(query, cursors.read(query, params.cursor()), limit)
    return page_answer(page.items, lead_json, cursors.write(query, page.next))


@get("/api/v1/leads/{lead_id:str}", tags=["leads"], operation_id="getLead", opt=doing("see_lead"))
async def get_lead(request: AnyRequest, services: NamedDependency[Services], lead_id: FromPath[str]) -> Response[bytes]:
    """One lead. Its ETag marks what a person edits of it, for `If-Match`."""
    return lead_answer(await _find(services, lead_id))


@get("/api/v1/leads/{lead_id:str}/activities", tags=["leads"], operation_id="listActivities", opt=doing("see_lead"))
async def list_activities(
    request: AnyRequest, services: NamedDependency[Services], cursors: NamedDependency[Cursors], lead_id: FromPath[str]
) -> Response[bytes]:
    """The trail of a lead, newest first."""
    params = Params(request.query_params.multi_items(), PAGING)
    limit = params.limit()
    params.check()
    lead = await _find(services, lead_id)
    listing = ("activities", lead.id)
    page = await services.store.list_activities(lead.id, cursors.read(listing, params.cursor()), limit)
    return page_answer(page.items, activity_json, cursors.write(listing, page.next))


@get("/api/v1/leads/{lead_id:str}/explain", tags=["leads"], operation_id="explainLead", opt=doing("see_lead"))
async def explain_lead(
    request: AnyRequest, services: NamedDependency[Services], lead_id: FromPath[str]
) -> Response[bytes]:
    """Why this score, why this owner, and what may come next."""
    lead = await _find(services, lead_id)
    explanation = asdict(explain(lead, await services.find_ruleset(lead.ruleset_version)))
    trail = (await services.store.list_activities(lead.id, None, MAX_LIMIT)).items
    shown = {"score": explanation, "owner": owner_json(lead), "next": next_json(lead, trail)}
    return json_answer({"lead_id": lead.id} | shown)


def next_json(lead: Lead, trail: Iterable[Activity]) -> dict[str, Any]:
    """The statuses that may follow, and whether nobody has answered for so long that the reason no_response is offered. `trail` is
    newest first."""
    statuses, unanswered = allowed(lead.status), unanswered_attempts(trail)
    offers = "Disqualified" in statuses and unanswered >= NO_RESPONSE_AFTER
    return {"statuses": statuses, "unanswered_attempts": unanswered, "offers_no_response": offers}


def owner_json(lead: Lead) -> dict[str, Any]:
    """The routing decision, each rep considered under named keys."""
    decision = dict(lead.route_decision or {})
    names = ("user_id", "name", "leads", "max_active_leads", "verdict")
    reps = [dict(zip(names, rep, strict=True)) for rep in decision.pop("reps", [])]
    waiting = {"waiting_since": lead.waiting_since, "waiting_reason": lead.waiting_reason}
    return {"assigned_to": lead.assigned_to, **waiting, **decision, "considered": reps}


@get("/api/v1/submissions", tags=["submissions"], operation_id="listSubmissions", opt=doing("read_submissions"))
async def list_submissions(
    request: AnyRequest, services: NamedDependency[Services], cursors: NamedDependency[Cursors]
) -> Response[bytes]:
    """Raw postings, newest first: what came in, and what became of it."""
    params = Params(request.query_params.multi_items(), PAGING | {"outcome", "lead_id"})
    outcome = params.one("outcome", one_of(OUTCOMES), f"one of {', '.join(OUTCOMES)}")
    lead_id = params.one("lead_id", UUID, "a lead's id")
    limit = params.limit()
    params.check()
    listing = ("submissions", outcome, lead_id)
    page = await services.store.list_submissions(outcome, lead_id, cursors.read(listing, params.cursor()), limit)
    return page_answer(page.items, submission_json, cursors.write(listing, page.next))


async def _find(services: Services, lead_id: str) -> Lead:
    return await services.store.get_lead(read_id(lead_id, "lead"))
