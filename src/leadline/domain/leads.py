"""The lead: its fields under the seed's column names, and the questions one may ask of a single lead."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

Category = Literal["Hot", "Warm", "Cold"]
Status = Literal["New", "Contacted", "Qualified", "Disqualified", "Opportunity"]
EmailClass = Literal["business", "free", "disposable"]
WaitingReason = Literal["no_capacity", "no_active_rep"]

CATEGORIES: tuple[Category, ...] = ("Hot", "Warm", "Cold")
STATUSES: tuple[Status, ...] = ("New", "Contacted", "Qualified", "Disqualified", "Opportunity")
OPEN_STATUSES: tuple[Status, ...] = ("New", "Contacted", "Qualified")
COMPANY_SIZES = ("1-10", "11-50", "51-200", "201-1000", "1000+")


@dataclass(slots=True)
class Lead:
    """One inbound lead. A value: change it with `dataclasses.replace`, never in place. All times are aware UTC."""

    id: UUID
    company_name: str
    contact_name: str
    email: str
    email_key: str
    email_class: EmailClass
    created_at: datetime
    updated_at: datetime
    phone: str | None = None
    company_size: str | None = None
    industry: str | None = None
    inquiry_type: str | None = None
    budget_timeline: str | None = None
    current_solution: str | None = None
    message: str | None = None
    lead_score: int = 0
    category: Category = "Cold"
    score_breakdown: dict[str, int] = field(default_factory=dict)
    raw_score: int = 0
    ruleset_version: int = 1
    status: Status = "New"
    assigned_to: UUID | None = None
    priority_flag: bool = False
    linkedin_url: str | None = None
    company_website: str | None = None
    company_revenue: str | None = None
    enrichment_status: str = "Pending"
    email_reply_count: int = 0
    pricing_page_visits: int = 0
    demo_video_watched: bool = False
    last_activity_date: datetime | None = None
    source: str | None = None
    utm_source: str | None = None
    utm_medium: str | None = None
    utm_campaign: str | None = None
    is_deleted: bool = False
    deleted_at: datetime | None = None
    is_spam: bool = False
    needs_review: bool = False
    qualification_bonus_applied: bool = False
    version: int = 1
    phone_e164: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    field_sources: dict[str, Any] = field(default_factory=dict)
    first_contacted_at: datetime | None = None
    waiting_since: datetime | None = None
    waiting_reason: WaitingReason | None = None
    route_decision: dict[str, Any] | None = None
    is_demo: bool = False
    is_test: bool = False
    import_id: UUID | None = None


def is_open(lead: Lead) -> bool:
    """New, Contacted or Qualified: somebody still has work to do."""
    return lead.status in OPEN_STATUSES


def is_claimable(lead: Lead) -> bool:
    """Nobody has it, and there is work to do on it."""
    return lead.assigned_to is None and is_open(lead) and is_visible(lead)


def is_visible(lead: Lead) -> bool:
    """Neither deleted nor spam: it stands in the ordinary lists."""
    return not (lead.is_deleted or lead.is_spam)


def counts_for_owner(lead: Lead) -> bool:
    """Whether a live lead fills a place at its owner (RULES 4, Counting)."""
    return is_open(lead) and is_visible(lead)
