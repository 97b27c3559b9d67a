"""What the work list shows: its head with the counts, its rows, and what can be done with them by whoever looks."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from leadline.domain.intake import DEFAULT_SOURCES
from leadline.domain.lead_lists import DEFAULT_LIMIT
from leadline.domain.leads import STATUSES, Lead
from leadline.domain.lifecycle import REASONS
from leadline.domain.rights import can, whose_leads
from leadline.domain.users import User
from leadline.web.cursors import Cursors
from leadline.web.list_params import ANY, OPEN, Wanted, owner_choices
from leadline.web.presenting.lead_list import Row, Seen, row, sentence, tabs
from leadline.web.presenting.owners import People
from leadline.web.presenting.words import counted
from leadline.web.services import Services, now_for

NOBODY_CHOICE = ("nobody", "Nobody", "to be claimed")
EXPORT_CHOICES = (
    ("csv", "CSV", "any spreadsheet, any program"),
    ("xlsx", "XLSX", "Excel"),
    ("parquet", "Parquet", "analysis tools"),
)
AUTO_CHOICE = ("auto", "Whose turn it is", "as routing does")


async def list_context(
    services: Services, cursors: Cursors, viewer: User, wanted: Wanted, users: Sequence[User]
) -> dict[str, Any]:
    """Everything that `leads.html` names, but for the frame round it. Raises Invalid for a cursor that is not of this list."""
    store, now = services.store, now_for(viewer)
    people = People(users, viewer)
    found, counts = await asyncio.gather(
        store.list_leads(wanted.query, cursors.read(wanted.query, wanted.cursor), DEFAULT_LIMIT),
        store.count_open(whose_leads(viewer)),
    )
    list_tabs = tabs(wanted.listing, counts)
    total = None if wanted.is_filtered else next(tab.count for tab in list_tabs if tab.is_current)
    next_cursor = cursors.write(wanted.query, found.next)
    seen = Seen(found.items, total, is_whole=wanted.cursor is None and found.next is None)
    return {
        "wanted": wanted,
        "here": wanted.address(wanted.cursor),
        "tabs": list_tabs,
        "rows": await rows_of(services, found.items, people, now),
        "is_live": False,
        "sentence": sentence(wanted.listing, seen, people, now),
        "has_demo": any(lead.is_demo for lead in found.items),
        "next_address": wanted.address(next_cursor) if next_cursor else None,
        "live_address": "/live" + wanted.address().removeprefix("/"),
        **_filters(wanted, owner_choices(viewer, users), found.items),
        **_acts(viewer, users, wanted),
    }


async def rows_of(services: Services, leads: Iterable[Lead], people: People, now: datetime) -> list[Row]:
    """The rows of these leads, each rule set looked up once."""
    leads = list(leads)
    rule_sets = {version: await services.find_ruleset(version) for version in {lead.ruleset_version for lead in leads}}
    return [row(lead, rule_sets[lead.ruleset_version].thresholds, people, now) for lead in leads]


def _filters(wanted: Wanted, owners: dict[str, str], leads: Iterable[Lead]) -> dict[str, Any]:
    """What the filter bar offers. Sources are open, so those on the page and the one asked for stand beside the usual ones."""
    sources = {*DEFAULT_SOURCES.values(), *(lead.source for lead in leads if lead.source), wanted.source} - {""}
    return {
        "statuses": {OPEN: "Open"} | dict(zip(STATUSES, STATUSES, strict=True)) | {ANY: "Any status"},
        "owners": owners,
        "sources": {"": "Any source"} | {source: source for source in sorted(sources)},
        "times": {ANY: "Any time", "today": "Today", "7-days": "Last 7 days", "30-days": "Last 30 days"},
        "any": ANY,
        "open_status": OPEN,
    }


def _acts(viewer: User, users: Iterable[User], wanted: Wanted) -> dict[str, Any]:
    """What this viewer may do with chosen rows. Who may not do something is not offered it."""
    reps = [
        (str(user.id), user.full_name, f"{user.current_lead_count:,} of {counted(user.max_active_leads, 'lead')}")
        for user in users
        if user.is_active and user.role == "rep"
    ]
    return {
        "owners_to_give": [*reps, AUTO_CHOICE, NOBODY_CHOICE] if can(viewer, "assign_lead") else [],
        "may_export": can(viewer, "export_leads"),
        "export_address": "/leads/export" + wanted.address().removeprefix("/") + "&format=",
        "export_formats": EXPORT_CHOICES,
        "reasons": {reason: reason.replace("_", " ").capitalize() for reason in REASONS},
    }
