"""What must be true of a whole store after every commit, as tests ask for it: the doctor finds nothing."""

from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar
from uuid import UUID

from leadline.domain.activities import Activity
from leadline.domain.default_ruleset import DEFAULT_RULESET
from leadline.domain.findings import Finding
from leadline.domain.lead_lists import LeadQuery, Page, Position
from leadline.domain.leads import Lead
from leadline.ports import Store
from leadline.usecases.doctor import examine
from leadline.usecases.rules import current_ruleset
from tests.builders import NOW

T = TypeVar("T")


async def pages(read: Callable[[Position | None, int], Awaitable[Page[T]]], limit: int = 200) -> list[T]:
    """Everything a list holds, page by page."""
    found: list[T] = []
    position: Position | None = None
    while True:
        page = await read(position, limit)
        assert len(page.items) <= limit, "a page is longer than its limit"
        found += page.items
        if page.next is None:
            return found
        assert len(page.items) == limit, "a page that is not the last one is not full"
        position = page.next


async def listed(store: Store, query: LeadQuery, limit: int = 200) -> list[Lead]:
    """A whole list of leads."""
    return await pages(lambda position, size: store.list_leads(query, position, size), limit)


async def every_lead(store: Store) -> list[Lead]:
    """All leads, spam and deleted ones included."""
    views = (LeadQuery(statuses=()), LeadQuery(statuses=(), spam=True), LeadQuery(statuses=(), deleted=True))
    return [lead for view in views for lead in await listed(store, view)]


async def trail(store: Store, lead_id: UUID) -> list[Activity]:
    """A lead's whole trail, oldest entry first."""
    return (await pages(lambda position, limit: store.list_activities(lead_id, position, limit)))[::-1]


async def broken_rules(store: Store, *, may_exceed: Iterable[UUID] = (), with_trail: bool = True) -> list[str]:
    """What the doctor finds now; nothing is what a test wants. `may_exceed` are reps taken over their cap by hand, which is
    no fault, but one in most tests. Without the trail: for leads that a test put there past every rule."""
    # Published by every process at its start; tests are handed the rules without one.
    await current_ruleset(store, DEFAULT_RULESET, NOW)
    found = (await examine(store, None)).findings
    if not with_trail:
        found = [f for f in found if f.rule in ("waiting", "duplicates") or _is_of_counts(f)]
    may = set(may_exceed)
    over = [u for u in await store.list_users() if u.role == "rep" and u.current_lead_count > u.max_active_leads]
    return [f"{finding.where}: {finding.what}" for finding in found] + [
        f"{user.full_name} has {user.current_lead_count} leads and room for {user.max_active_leads}"
        for user in over
        if user.id not in may
    ]


def _is_of_counts(finding: Finding) -> bool:
    return "current_lead_count" in finding.what or finding.where.startswith("lead_counts/")
