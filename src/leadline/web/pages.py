"""The work list, and what every page behind the login shows."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from leadline.domain.intake import DEFAULT_SOURCES
from leadline.domain.lead_lists import DEFAULT_LIMIT
from leadline.domain.leads import STATUSES, Lead
from leadline.domain.rulesets import RuleSet
from leadline.web.csrf import form_token
from leadline.web.cursors import Cursors
from leadline.web.list_params import ANY, OPEN, Wanted, owner_choices, read_wanted, visible_owners
from leadline.web.presenting.lead_list import Seen, row, sentence, tabs
from leadline.web.presenting.owners import People
from leadline.web.presenting.words import initials
from leadline.web.reading import AnyRequest
from leadline.web.rendering import page
from leadline.web.services import Services, utc_now
from leadline.web.sessions import Viewer, get_viewer
from leadline.web.toasts import find_toast


@get("/")
async def work_list(
    request: AnyRequest, services: NamedDependency[Services], cursors: NamedDependency[Cursors]
) -> Response[bytes]:
    """The list of a category, of what waits or of what needs a review; what one may not see is not in it."""
    viewer = await get_viewer(request, services)
    store, user = services.store, viewer.user
    users = await store.list_users()
    wanted = read_wanted(request.query_params.multi_items(), user, users)
    found, counts = await asyncio.gather(
        store.list_leads(wanted.query, cursors.read(wanted.query, wanted.cursor), DEFAULT_LIMIT),
        store.count_open(visible_owners(user)),
    )
    now, people = utc_now(), People(users, user)
    rule_sets = await rule_sets_of(found.items, services.find_ruleset)
    list_tabs = tabs(wanted.listing, counts)
    total = None if wanted.is_filtered else next(tab.count for tab in list_tabs if tab.is_current)
    next_cursor = cursors.write(wanted.query, found.next)
    is_whole = wanted.cursor is None and found.next is None
    return page(
        "leads.html",
        **frame(viewer, services),
        toast=find_toast(request, services, viewer),
        wanted=wanted,
        tabs=list_tabs,
        rows=[row(lead, rule_sets[lead.ruleset_version].thresholds, people, now) for lead in found.items],
        sentence=sentence(wanted.listing, Seen(found.items, total, is_whole), now),
        has_demo=any(lead.is_demo for lead in found.items),
        next_address=wanted.address(next_cursor) if next_cursor else None,
        **choices(wanted, owner_choices(user, users), found.items),
    )


def frame(viewer: Viewer, services: Services) -> dict[str, Any]:
    """What every page behind the login shows: who looks, and the form that signs out."""
    return {
        "viewer": viewer.user,
        "viewer_initials": initials(viewer.user.full_name),
        "form_token": form_token(services.secret_key, "session", viewer.token),
    }


async def rule_sets_of(leads: Iterable[Lead], find: Callable[[int], Awaitable[RuleSet]]) -> dict[int, RuleSet]:
    """The rule sets that scored these leads, each looked up once."""
    return {version: await find(version) for version in {lead.ruleset_version for lead in leads}}


def choices(wanted: Wanted, owners: dict[str, str], leads: Iterable[Lead]) -> dict[str, Any]:
    """What the filter bar offers. Sources are open, so those on the page and the one asked for stand beside the usual ones."""
    sources = {*DEFAULT_SOURCES.values(), *(lead.source for lead in leads if lead.source), wanted.source} - {""}
    return {
        "statuses": {OPEN: "Open"} | dict(zip(STATUSES, STATUSES, strict=True)) | {ANY: "Any status"},
        "owners": owners,
        "sources": {"": "Any source"} | {source: source for source in sorted(sources)},
        "any_owner": ANY,
        "open_status": OPEN,
    }
