"""The lists of leads on Firestore. Which leads stand in one is said in `domain.lead_lists`; the contract suite holds the two
equal. A list is one query of equalities and an order, or a merge of a few; what Firestore cannot ask is checked here."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from google.cloud.firestore_v1 import AsyncClient

from leadline.domain.errors import Fault, Invalid, NotFound
from leadline.domain.lead_lists import LeadQuery, Page, Position, matches, order_of, position_of
from leadline.domain.leads import CATEGORIES, STATUSES, Lead
from leadline.storage.firestore import queries
from leadline.storage.firestore.documents import NOBODY, PREFIX_LENGTH_MAX, OddDocument, document_id, to_entity
from leadline.storage.firestore.queries import DISJUNCTIONS_MAX, Find, Found, Order

log = logging.getLogger("leadline.firestore")

FILTERS_MAX = 2
# A list whose leads are picked here reads so many at most for one page.
SCAN_MAX = 5_000
SCAN_STEP = 200

ORDERS: dict[str, Order] = {
    "work": (
        ("priorityFlag", "DESCENDING"),
        ("rawScore", "DESCENDING"),
        ("createdAt", "DESCENDING"),
        ("id", "DESCENDING"),
    ),
    "created": (("createdAt", "DESCENDING"), ("id", "DESCENDING")),
    "updated": (("updatedAt", "ASCENDING"), ("id", "ASCENDING")),
}


async def get_lead(client: AsyncClient, lead_id: UUID) -> Lead:
    """One lead, deleted ones included. Raises NotFound."""
    path = f"leads/{document_id(lead_id)}"
    found = (await queries.get(client, [path]))[path]
    if found is None:
        raise NotFound(f"no lead {lead_id}")
    return to_entity(Lead, path, found.data)


async def find_leads(client: AsyncClient, ids: Sequence[UUID]) -> list[Lead]:
    """These leads, in this order, deleted ones included; unknown ids are left out."""
    paths = [f"leads/{document_id(lead_id)}" for lead_id in ids]
    found = await queries.get(client, paths)
    leads = [_lead_of(row) for path in paths if (row := found[path]) is not None]
    return [lead for lead in leads if lead is not None]


async def list_leads(client: AsyncClient, query: LeadQuery, position: Position | None, limit: int) -> Page[Lead]:
    """A page of a list, after `position`. Raises Invalid for more filters than indexes can serve."""
    check_filters(query)
    if not query.categories:
        return Page([], None)
    finds = list_queries(query)
    step = max(limit + 1, SCAN_STEP) if needs_check(query) else limit + 1
    after = None if position is None else _to_keys(position)
    leads: list[Lead] = []
    scanned = 0
    while len(leads) <= limit:
        rows = await _merged(client, finds, after, step)
        leads += [lead for row in rows if (lead := _lead_of(row)) is not None and matches_here(query, lead)]
        if len(rows) < step:
            break
        scanned += len(rows)
        if scanned > SCAN_MAX:
            raise Invalid([Fault("/q" if query.words else "/created_from", "finds too little among too many; narrow the list")])  # fmt: skip
        after = _keys_of(rows[-1], finds[0].order)
    return Page(leads[:limit], position_of(query, leads[limit - 1]) if len(leads) > limit else None)


def check_filters(query: LeadQuery) -> None:
    """Raises Invalid, naming them, where more than two filters stand beside the tab: each pair has its indexes, no three do."""
    used = filters_of(query)
    if len(used) > FILTERS_MAX:
        names = ", ".join(used)
        raise Invalid([Fault(f"/{name}", f"is one filter too many: at most {FILTERS_MAX} of {names} go together on Firestore") for name in used])  # fmt: skip


def filters_of(query: LeadQuery) -> list[str]:
    """The filters of a query beside its tab (view and categories) and order, as the API names them."""
    asked = {
        "status": bool(query.statuses) and set(query.statuses or ()) != set(STATUSES),
        "assigned_to": bool(query.owners),
        "source": query.source is not None,
        "created_from": query.created_from is not None,
        "created_to": query.created_to is not None and query.created_from is None,
        "priority": query.priority is not None,
        "needs_review": query.needs_review is not None,
        "waiting": query.waiting is not None,
        "q": bool(query.words),
    }
    return [name for name, is_asked in asked.items() if is_asked]


def list_queries(query: LeadQuery) -> list[Find]:
    """The queries whose merge is the list; more than one only where there are too many owners for one."""
    order = order_of(query)
    equal = _view(query)
    if set(query.categories) != set(CATEGORIES):
        equal["category"] = _one_or_more(query.categories)
    if query.statuses and set(query.statuses) != set(STATUSES):
        equal["status"] = _one_or_more(query.statuses)
    if query.source is not None:
        equal["source"] = query.source
    for name, value in (("needsReview", query.needs_review), ("isWaiting", query.waiting)):
        equal |= {} if value is None else {name: value}
    if query.priority is not None and order != "work":
        equal["priorityFlag"] = query.priority
    contains = ("searchPrefixes", max(query.words, key=len)[:PREFIX_LENGTH_MAX]) if query.words else None
    find = Find("leads", equal, contains, _ranges(query), ORDERS[order])
    if not query.owners:
        return [find]
    room = DISJUNCTIONS_MAX // queries.disjunctions(find)
    owners = queries.chunks(_owner_keys(query.owners), room)
    return [replace(find, equal={**equal, "ownerKey": _one_or_more(chunk)}) for chunk in owners]


def needs_check(query: LeadQuery) -> bool:
    """Whether the queries find leads that are not in the list: a second word, a long one, a second range."""
    is_narrower = len(query.words) > 1 or any(len(word) > PREFIX_LENGTH_MAX for word in query.words)
    return is_narrower or (query.updated_since is not None and bool(query.created_from or query.created_to))


def matches_here(query: LeadQuery, lead: Lead) -> bool:
    """What is left to check of a lead that a query found."""
    return not needs_check(query) or matches(query, lead)


def _view(query: LeadQuery) -> dict[str, Any]:
    if query.deleted or query.spam:
        return {"isDeleted": query.deleted} | ({"isSpam": True} if query.spam else {})
    return {"isOpen": True} if order_of(query) == "work" else {"isVisible": True}


def _ranges(query: LeadQuery) -> tuple[tuple[str, str, Any], ...]:
    if query.updated_since is not None:
        return (("updatedAt", ">=", query.updated_since),)
    ranges: list[tuple[str, str, Any]] = []
    if query.created_from is not None:
        ranges.append(("createdAt", ">=", query.created_from))
    if query.created_to is not None:
        ranges.append(("createdAt", "<", query.created_to))
    if query.priority is not None and order_of(query) == "work":
        # The first field of the order: as a range it needs no index of its own.
        ranges.append(("priorityFlag", ">=" if query.priority else "<=", query.priority))
    return tuple(ranges)


def _one_or_more(values: Sequence[str]) -> Any:
    once = tuple(dict.fromkeys(values))
    return once[0] if len(once) == 1 else once


def _owner_keys(owners: Sequence[UUID | None]) -> list[str]:
    return [str(owner) if owner else NOBODY for owner in owners]


async def _merged(client: AsyncClient, finds: list[Find], after: tuple[Any, ...] | None, limit: int) -> list[Found]:
    """The first rows of the merge of several queries in one order."""
    pages = await asyncio.gather(*(queries.run(client, replace(find, after=after, limit=limit)) for find in finds))
    rows = [row for page in pages for row in page]
    if len(finds) > 1:
        order = finds[0].order
        rows.sort(key=_sort_key(order), reverse=order[0][1] == "DESCENDING")
    return rows[:limit]


def _sort_key(order: Order) -> Callable[[Found], tuple[Any, ...]]:
    return lambda row: _keys_of(row, order)


def _keys_of(row: Found, order: Order) -> tuple[Any, ...]:
    return tuple(row.data[name] for name, _ in order)


def _to_keys(position: Position) -> tuple[Any, ...]:
    return tuple(str(part) if isinstance(part, UUID) else part for part in position)


def _lead_of(row: Found) -> Lead | None:
    """The lead of a document. One that somebody else wrote does not take the list down; `doctor` names it."""
    try:
        return to_entity(Lead, row.path, row.data)
    except OddDocument as odd:
        log.warning("left out of a list: %s", odd)
        return None
