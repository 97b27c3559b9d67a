"""The lists of leads: which leads stand in one, in which order. Stores answer the same in their own words, by contract."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar
from uuid import UUID

from leadline.domain.leads import CATEGORIES, Category, Lead, Status, is_open, is_visible
from leadline.domain.search import finds, search_words

MAX_LIMIT = 200
DEFAULT_LIMIT = 50

Order = Literal["work", "created", "updated"]
Position = tuple[Any, ...]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LeadQuery:
    """What to list. Without `statuses`: open leads in work-list order. With `statuses` (empty = any): newest first.
    With `updated_since`: any status, by time of change, oldest change first. `owners` holds user ids and None for unassigned;
    an empty tuple means anybody's. `words` come from `search.words_of`."""

    categories: tuple[Category, ...] = CATEGORIES
    statuses: tuple[Status, ...] | None = None
    owners: tuple[UUID | None, ...] = ()
    source: str | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    updated_since: datetime | None = None
    priority: bool | None = None
    needs_review: bool | None = None
    waiting: bool | None = None
    spam: bool = False
    deleted: bool = False
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list. `next` is the position to go on from, or None at the end."""

    items: list[T]
    next: Position | None


def order_of(query: LeadQuery) -> Order:
    """The order a list stands in: spam, deleted and status lists newest first, changes by time, work lists by worth."""
    if query.updated_since is not None:
        return "updated"
    return "created" if query.statuses is not None or query.spam or query.deleted else "work"


_POSITIONS: dict[Order, Callable[[Lead], Position]] = {
    "work": lambda lead: (lead.priority_flag, lead.raw_score, lead.created_at, lead.id),
    "created": lambda lead: (lead.created_at, lead.id),
    "updated": lambda lead: (lead.updated_at, lead.id),
}


def position_of(query: LeadQuery, lead: Lead) -> Position:
    """Where a lead stands in a list: total, since it ends in the id. All parts descend, but for changes, which ascend."""
    return _POSITIONS[order_of(query)](lead)


def matches(query: LeadQuery, lead: Lead) -> bool:
    """Whether a lead stands in a list."""
    return _is_in_view(query, lead) and _passes_filters(query, lead) and finds(query.words, search_words(lead))


def _is_in_view(query: LeadQuery, lead: Lead) -> bool:
    if query.deleted or query.spam:
        return lead.is_deleted == query.deleted and (lead.is_spam or not query.spam) and _has_status(query, lead)
    return is_visible(lead) and (is_open(lead) if order_of(query) == "work" else _has_status(query, lead))


def _has_status(query: LeadQuery, lead: Lead) -> bool:
    return not query.statuses or lead.status in query.statuses


def _passes_filters(query: LeadQuery, lead: Lead) -> bool:
    return (
        lead.category in query.categories
        and (not query.owners or lead.assigned_to in query.owners)
        and query.source in (None, lead.source)
        and (query.created_from is None or lead.created_at >= query.created_from)
        and (query.created_to is None or lead.created_at < query.created_to)
        and (query.updated_since is None or lead.updated_at >= query.updated_since)
        and query.priority in (None, lead.priority_flag)
        and query.needs_review in (None, lead.needs_review)
        and query.waiting in (None, lead.waiting_since is not None)
    )
