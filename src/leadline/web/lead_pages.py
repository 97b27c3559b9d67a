"""One lead with its score, its owner and its history explained."""

import asyncio
from datetime import datetime
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from leadline.domain.errors import NotFound
from leadline.domain.explanation import explain
from leadline.domain.leads import Lead
from leadline.domain.rights import can
from leadline.domain.rulesets import RuleSet
from leadline.web.actions import doing
from leadline.web.admission import nothing_here
from leadline.web.cursors import Cursors
from leadline.web.pages import frame
from leadline.web.presenting import lead_page as shown
from leadline.web.presenting.lead_list import LISTINGS, is_untouched
from leadline.web.presenting.marks import depth, knots, sounding
from leadline.web.presenting.next_steps import next_steps
from leadline.web.presenting.owners import People, why_this_rep
from leadline.web.presenting.waterfall import waterfall
from leadline.web.presenting.words import aged, dated
from leadline.web.reading import AnyRequest, read_id
from leadline.web.rendering import page
from leadline.web.services import Services
from leadline.web.sessions import Viewer, get_viewer
from leadline.web.toasts import find_toast

ENTRIES = 50
SAME_ADDRESS_MAX = 20


@get("/leads/{lead_id:str}", opt=doing("see_lead"))
async def lead_detail(
    request: AnyRequest, services: NamedDependency[Services], cursors: NamedDependency[Cursors], lead_id: FromPath[str]
) -> Response[bytes]:
    """One lead. 404 in the same words for one that is not there and for one that is not the viewer's to see."""
    viewer = await get_viewer(request, services)
    lead = await visible_lead(services, viewer, lead_id)
    store, listing = services.store, ("activities", lead.id)
    position = cursors.read(listing, request.query_params.get("cursor"))
    trail, users, ruleset, same = await asyncio.gather(
        store.list_activities(lead.id, position, ENTRIES),
        store.list_users(),
        services.find_ruleset(lead.ruleset_version),
        store.leads_of_address(lead.email_key, SAME_ADDRESS_MAX),
    )
    now = viewer.now()
    return page(
        "lead.html",
        **frame(viewer, services),
        toast=find_toast(request, services, viewer),
        **head(lead, ruleset, now),
        **story(lead, People(users, viewer.user), now),
        entries=shown.entries(trail.items, viewer.user, now),
        is_later_page=position is not None,
        next_cursor=cursors.write(listing, trail.next),
        steps=next_steps(lead, viewer.user, now, trail.items),
        same_address=shown.same_address(lead, same, viewer.user, now),
    )


def head(lead: Lead, ruleset: RuleSet, now: datetime) -> dict[str, Any]:
    """Who it is, how deep it is, and why."""
    explanation = explain(lead, ruleset)
    return {
        "lead": lead,
        "listing": LISTINGS[lead.category.lower()],
        "depth": depth(lead.lead_score, lead.category, explanation.thresholds),
        "sounding": sounding(lead.lead_score, lead.category, explanation.thresholds),
        "knots": knots(lead.status),
        "waterfall": waterfall(lead, explanation),
        "is_untouched": is_untouched(lead),
        "created": aged(lead.created_at, now),
        "came": dated(lead.created_at, now),
    }


def story(lead: Lead, people: People, now: datetime) -> dict[str, Any]:
    """Whose it is and why, what is known and what is in doubt."""
    return {
        "waiting": people.why_waiting(lead),
        "owner": people.find(lead.assigned_to),
        "why": why_this_rep(lead, people, now),
        "facts": shown.facts(lead),
        "extras": shown.extras(lead),
        "doubts": shown.doubts(lead),
        "typed": {},
        "mail": shown.mail_link(lead),
        "telephone": shown.telephone_link(lead),
        "engagement": shown.engagement(lead),
    }


async def visible_lead(services: Services, viewer: Viewer, lead_id: str) -> Lead:
    """A lead that this viewer may see; a deleted one only where somebody could restore it. Raises NotFound, always alike."""
    try:
        lead = await services.store.get_lead(read_id(lead_id, "lead"))
    except NotFound:
        raise nothing_here() from None
    if not can(viewer.user, "see_lead", lead):
        raise nothing_here()
    return lead
