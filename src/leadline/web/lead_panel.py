"""The lead under the cursor of the work list, beside it: what a rep reads before the next key."""

import asyncio
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from leadline.domain.leads import Lead
from leadline.web.actions import doing
from leadline.web.lead_pages import head, story, visible_lead
from leadline.web.presenting.next_steps import local_time, next_steps
from leadline.web.presenting.owners import People
from leadline.web.reading import AnyRequest
from leadline.web.rendering import page
from leadline.web.services import Services
from leadline.web.sessions import get_viewer

# The steps that the list's own keys take, by act and fields of the step: the key and what it does there.
_KEYS = {
    ("claim", ()): ("claim", "c", "Claim it"),
    ("status", (("status", "Contacted"),)): ("contacted", "e", "Contacted, next"),
}


@get("/leads/{lead_id:str}/panel", opt=doing("see_lead"))
async def lead_panel(
    request: AnyRequest, services: NamedDependency[Services], lead_id: FromPath[str]
) -> Response[bytes]:
    """One lead in short. 404 as for its page."""
    viewer = await get_viewer(request, services)
    lead = await visible_lead(services, viewer, lead_id)
    users, ruleset = await asyncio.gather(services.store.list_users(), services.find_ruleset(lead.ruleset_version))
    now = viewer.now()
    steps = next_steps(lead, viewer.user, now, ())
    key = _KEYS.get((steps.primary.act, steps.primary.fields)) if steps.primary else None
    return page(
        "lead_panel.html",
        **head(lead, ruleset, now),
        **story(lead, People(users, viewer.user), now),
        answers=_answers(lead),
        local=local_time(lead, now),
        key=key,
        can_note=steps.can_note,
    )


def _answers(lead: Lead) -> str:
    """What was answered, in a line."""
    said: list[Any] = [lead.industry, lead.company_size and f"{lead.company_size} people", lead.inquiry_type]
    return ", ".join(str(answer) for answer in [*said, lead.budget_timeline] if answer)
