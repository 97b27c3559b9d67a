"""A lead typed in by hand: the form, the look for leads of the same address while one types, and the way through the capture."""

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency

from leadline.clock import utc_now
from leadline.domain.answers import FIELDS
from leadline.domain.conditions import Is
from leadline.domain.duplicates import is_within_window
from leadline.domain.emails import parse_email
from leadline.domain.errors import Fault, Invalid, Unavailable
from leadline.domain.intake import Captured, Intake
from leadline.domain.leads import COMPANY_SIZES, Lead
from leadline.domain.rights import can
from leadline.domain.submission import parse_submission
from leadline.usecases.rules import find_newest
from leadline.web.act_forms import text_in
from leadline.web.actions import doing
from leadline.web.csrf import LONG_FORM, sent_form
from leadline.web.pages import frame
from leadline.web.presenting.acted import short, whose
from leadline.web.presenting.owners import People
from leadline.web.presenting.words import Moment, aged
from leadline.web.reading import AnyRequest, person_in
from leadline.web.rendering import page, see_other
from leadline.web.services import Services
from leadline.web.sessions import Viewer, get_viewer
from leadline.web.toasts import Toast, toast_cookie

_KNOWN_MAX = 5
# What is asked for by hand; `source` says Manual Entry where nothing else is given.
ASKED = tuple(name for name in FIELDS if not name.startswith("utm_"))
_SUGGESTED = ("industry", "inquiry_type", "budget_timeline")


@get("/leads/new", opt=doing("create_lead"))
async def new_lead_form(request: AnyRequest, services: NamedDependency[Services]) -> Response[bytes]:
    """The form, empty."""
    return await _form(services, await get_viewer(request, services), {})


@get("/leads/new/known", opt=doing("create_lead"))
async def known_address(request: AnyRequest, services: NamedDependency[Services]) -> Response[bytes]:
    """The leads of the address in the form, as far as this viewer may see them. A partial."""
    viewer = await get_viewer(request, services)
    known = await _known(services, viewer, request.query_params.get("email", ""))
    return page("new_lead_known.html", known=known)


@post("/leads/new", status_code=303, opt=doing("create_lead") | LONG_FORM)
async def create_by_hand(request: AnyRequest, services: NamedDependency[Services]) -> Response[bytes]:
    """Capture it like any other, and show it; what is wrong stands beside its field, and what was typed is kept."""
    viewer, form = await get_viewer(request, services), sent_form(request)
    fields = {name: text_in(form, name).strip() for name in ASKED}
    try:
        submission = parse_submission({name: text for name, text in fields.items() if text}, strict=True)
    except Invalid as error:
        return await _form(services, viewer, fields, error.faults, 422)
    item = Intake(
        services.house.new_id(),
        "manual",
        msgspec.json.encode({name: text for name, text in fields.items() if text}),
        utc_now(),
        person_in(request, viewer.user),
        submission,
        request_id=request.scope["state"]["request_id"],
    )
    (captured,) = await services.queue.submit([item])
    return await _shown(services, viewer, fields, captured)


async def _shown(services: Services, viewer: Viewer, fields: Mapping[str, str], captured: Captured) -> Response[bytes]:
    """The page of the lead, or the list where routing gave it to somebody whose leads this viewer does not see."""
    lead = captured.lead
    if lead is None:
        return await _form(services, viewer, fields, list(captured.faults), 422)
    people = People(await services.store.list_users(), viewer.user)
    company = short(lead.company_name if can(viewer.user, "see_lead", lead) else fields["company_name"])
    if captured.outcome == "duplicate":
        said = f"{company} wrote within the last 24 hours. What you typed was added to that lead."
    elif lead.assigned_to is None and lead.waiting_since is None:
        said = f"{company} is kept: {lead.category}, {lead.lead_score}."
    else:
        said = f"{company} is kept: {lead.category}, {lead.lead_score}. {whose(lead, company, people)}"
    to = f"/leads/{lead.id}" if can(viewer.user, "see_lead", lead) else "/"
    return see_other(to, [toast_cookie(services, viewer, Toast(said))])


async def _form(
    services: Services, viewer: Viewer, typed: Mapping[str, str], faults: list[Fault] | None = None, status: int = 200
) -> Response[bytes]:
    said = {fault.pointer.removeprefix("/"): fault.detail for fault in faults or []}
    known = await _known(services, viewer, typed.get("email", ""))
    context: dict[str, Any] = frame(viewer, services) | {"typed": dict.fromkeys(ASKED, "") | dict(typed), "said": said}
    return page(
        "new_lead.html", status, **context, known=known, sizes=COMPANY_SIZES, suggested=await _suggestions(services)
    )


async def _suggestions(services: Services) -> dict[str, list[str]]:
    """The answers that the rules know, in their order: others are taken too, and score as Other."""
    newest = await find_newest(services.store)
    tests = [rule.test for group in newest.ruleset.groups for rule in group.rules] if newest else []
    return {
        name: list(
            dict.fromkeys(
                str(answer) for test in tests if isinstance(test, Is) and test.field == name for answer in test.values
            )
        )
        for name in _SUGGESTED
    }


async def _known(services: Services, viewer: Viewer, email: str) -> list[tuple[Lead, Moment, bool]]:
    """Leads of this address that the viewer may see, newest first, each with its age and whether a new posting would join it."""
    try:
        leads = await services.store.leads_of_address(parse_email(email.strip()).key, _KNOWN_MAX)
    except (ValueError, Unavailable):
        return []
    now = viewer.now()
    return [
        (lead, aged(lead.created_at, now), is_within_window(lead.created_at, now))
        for lead in leads
        if can(viewer.user, "see_lead", lead)
    ]
