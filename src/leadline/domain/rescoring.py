"""What new rules make of a lead that was scored by others: whether anything of it changes, and how categories move."""

from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

from leadline.domain.leads import CATEGORIES, Category, EmailClass, Lead
from leadline.domain.scoring import Score


@dataclass(slots=True)
class Standing:
    """A lead's score and what it is made of, without all the rest: read by the million when rules change."""

    id: UUID
    version: int
    company_name: str
    category: Category
    lead_score: int
    raw_score: int
    score_breakdown: dict[str, int]
    ruleset_version: int
    assigned_to: UUID | None
    company_size: str | None
    industry: str | None
    inquiry_type: str | None
    budget_timeline: str | None
    email_class: EmailClass
    email_reply_count: int
    pricing_page_visits: int
    demo_video_watched: bool
    qualification_bonus_applied: bool


@dataclass(frozen=True, slots=True)
class Move:
    """A lead that changes its category."""

    lead_id: UUID
    company_name: str
    old_category: Category
    new_category: Category
    old_score: int
    new_score: int


@dataclass(slots=True)
class Migration:
    """How many open leads go from which category to which. Those that stay are on its diagonal."""

    counts: Counter[tuple[Category, Category]] = field(default_factory=Counter)

    def add(self, old: Category, new: Category) -> None:
        """Count one lead."""
        self.counts[old, new] += 1

    @property
    def leads(self) -> int:
        """How many were counted."""
        return self.counts.total()

    @property
    def moved(self) -> int:
        """How many of them change their category."""
        return sum(number for (old, new), number in self.counts.items() if old != new)

    def table(self) -> dict[Category, dict[Category, int]]:
        """All nine numbers: by the category before, then by the one after."""
        return {old: {new: self.counts[old, new] for new in CATEGORIES} for old in CATEGORIES}


def is_same(before: Lead | Standing, score: Score) -> bool:
    """Whether nothing but the version of the rules changes."""
    return (before.raw_score, before.category, before.score_breakdown) == (
        score.raw_score,
        score.category,
        score.score_breakdown,
    )


def needs_routing(before: Lead | Standing, category: Category) -> bool:
    """Whether the new category may give the lead an owner, or a place on the waiting list, or take that away."""
    return before.assigned_to is None and before.category != category
