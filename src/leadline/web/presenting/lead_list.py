"""The work list: its tabs, its rows, and the sentence above it, which claims no more than the page shows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from leadline.domain.lead_edits import etag
from leadline.domain.lead_lists import LeadQuery
from leadline.domain.leads import CATEGORIES, Category, Lead
from leadline.domain.rulesets import Thresholds
from leadline.web.presenting.marks import Knots, Sounding, knots, sounding
from leadline.web.presenting.owners import People, Person
from leadline.web.presenting.words import Moment, aged, counted, span

ListName = Literal["hot", "warm", "cold", "waiting", "review", "all"]


@dataclass(frozen=True, slots=True)
class Listing:
    """One of the lists: how it is called, and which count of the store is its number."""

    name: ListName
    tab: str
    title: str
    count_keys: tuple[str, ...]
    category: Category | None = None

    def query(self) -> LeadQuery:
        """The list without filters, for somebody who sees everything."""
        if self.category:
            return LeadQuery(categories=(self.category,))
        is_waiting, is_review = self.name == "waiting", self.name == "review"
        return LeadQuery(waiting=True if is_waiting else None, needs_review=True if is_review else None)


LISTINGS: dict[str, Listing] = {
    listing.name: listing
    for listing in (
        Listing("hot", "Hot", "Hot leads", ("Hot",), "Hot"),
        Listing("warm", "Warm", "Warm leads", ("Warm",), "Warm"),
        Listing("cold", "Cold", "Cold leads", ("Cold",), "Cold"),
        Listing("waiting", "Waiting", "Leads that wait for a rep", ("waiting",)),
        Listing("review", "Needs review", "Leads that need a review", ("needs_review",)),
        Listing("all", "All", "All open leads", CATEGORIES),
    )
}


@dataclass(frozen=True, slots=True)
class Tab:
    """A list in the row of tabs."""

    listing: Listing
    count: int
    is_current: bool


def tabs(current: Listing, counts: Mapping[str, int]) -> tuple[Tab, ...]:
    """Every list with its count."""
    return tuple(
        Tab(listing, sum(counts[key] for key in listing.count_keys), listing is current)
        for listing in LISTINGS.values()
    )


@dataclass(frozen=True, slots=True)
class Row:
    """A lead in the list. `seen` marks the state that is shown, and goes along with every act on it."""

    id: UUID
    seen: str
    company: str
    contact: str
    sounding: Sounding
    inquiry: str | None
    timeline: str | None
    source: str | None
    knots: Knots
    owner: Person | None
    waiting: str | None
    is_priority: bool
    needs_review: bool
    age: Moment
    touch: Moment | None


def row(lead: Lead, thresholds: Thresholds, people: People, now: datetime) -> Row:
    """`touch` is None while the lead has not heard from us."""
    touched_at = lead.last_activity_date or lead.first_contacted_at or lead.updated_at
    return Row(
        id=lead.id,
        seen=etag(lead),
        company=lead.company_name,
        contact=lead.contact_name,
        sounding=sounding(lead.lead_score, lead.category, thresholds),
        inquiry=lead.inquiry_type,
        timeline=lead.budget_timeline,
        source=lead.source,
        knots=knots(lead.status),
        owner=people.find(lead.assigned_to),
        waiting=people.why_waiting(lead),
        is_priority=lead.priority_flag,
        needs_review=lead.needs_review,
        age=aged(lead.created_at, now),
        touch=None if is_untouched(lead) else aged(touched_at, now),
    )


def is_untouched(lead: Lead) -> bool:
    """Whether a lead has not heard from us. One that was reopened has, although it is New again."""
    return lead.status == "New" and lead.first_contacted_at is None


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a list from one page of it: `total` where it was counted, `is_whole` where the page is the list."""

    leads: Sequence[Lead]
    total: int | None
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Sentence:
    """`strong` is what matters most."""

    before: str
    strong: str = ""
    after: str = ""


def sentence(listing: Listing, seen: Seen, people: People, now: datetime) -> Sentence:
    """What is true now. Leads that were not read are not spoken of."""
    number = len(seen.leads)
    strong, after = _waiting(seen.leads, people, now) if listing.name == "waiting" else _untouched(seen.leads, now)
    if seen.is_whole:
        # Of a whole waiting list the number is part of what is said.
        is_said = listing.name == "waiting" and bool(strong)
        before = "" if is_said else f"{number:,} {'found' if seen.total is None else 'open'}."
        return Sentence(before, strong, after or _all_heard(seen.leads, "All of them"))
    before = "" if seen.total is None else f"{seen.total:,} open. "
    if not strong:
        return Sentence(
            before + (_all_heard(seen.leads, f"All {number:,} on this page") or f"{number:,} on this page.")
        )
    return Sentence(f"{before}Of the {number:,} on this page,", strong, after)


def _untouched(leads: Iterable[Lead], now: datetime) -> tuple[str, str]:
    waits = [now - lead.created_at for lead in leads if is_untouched(lead)]
    if not waits:
        return "", ""
    is_one = len(waits) == 1
    strong = f"{len(waits):,} {'has' if is_one else 'have'} not heard from us"
    return strong, f"; {'it' if is_one else 'the longest'} has waited {span(max(waits))}."


def _all_heard(leads: Sequence[Lead], who: str) -> str:
    """Said only where it is certain: a lead may have been closed without a word."""
    if not leads or any(lead.first_contacted_at is None for lead in leads):
        return ""
    return "It has heard from us." if len(leads) == 1 else f"{who} have heard from us."


def _waiting(leads: Iterable[Lead], people: People, now: datetime) -> tuple[str, str]:
    """The waiting list: every rep is full, or nobody is there to take one."""
    waiting = [(lead.waiting_since, people.why_waiting(lead)) for lead in leads if lead.waiting_since]
    if not waiting:
        return "", ""
    reasons = dict.fromkeys(reason or "nobody had room" for _, reason in waiting)
    longest = span(max(now - since for since, _ in waiting))
    verb = "waits" if len(waiting) == 1 else "wait"
    return f"{counted(len(waiting), 'lead')} {verb}: {' or '.join(reasons)}", f"; the longest has waited {longest}."
