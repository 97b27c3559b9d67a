"""What reaches the capture: one posting, its raw bytes, and what came of it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from leadline.domain.activities import Actor
from leadline.domain.errors import Fault
from leadline.domain.leads import Lead
from leadline.domain.submission import Submission

WayIn = Literal["api", "webflow", "typeform", "hubspot", "tally", "calendly", "form", "csv", "manual"]
Outcome = Literal["created", "duplicate", "rejected", "spam", "quarantined"]
OUTCOMES: tuple[Outcome, ...] = ("created", "duplicate", "rejected", "spam", "quarantined")

DEFAULT_SOURCES: dict[WayIn, str] = {
    "api": "API",
    "webflow": "Webflow Form",
    "typeform": "Typeform",
    "hubspot": "HubSpot",
    "tally": "Tally",
    "calendly": "Calendly",
    "form": "Web Form",
    "csv": "CSV Import",
    "manual": "Manual Entry",
}


@dataclass(slots=True)
class Intake:
    """One posting as the edge hands it over: either a `submission` that parsed, or the `faults` why it did not.
    `is_live` is False for demo, import and copy: those queue no notification."""

    id: UUID
    way_in: WayIn
    payload: bytes
    received_at: datetime
    actor: Actor
    submission: Submission | None = None
    faults: list[Fault] = field(default_factory=list)
    failed_as: Outcome = "rejected"
    endpoint: str | None = None
    event_id: str | None = None
    request_id: str | None = None
    is_live: bool = True
    is_demo: bool = False


def event_of(item: "Intake | SubmissionRecord") -> tuple[str, str] | None:
    """The provider's event that a posting is, as (endpoint, event id); None where it names none. An id means something only
    at its endpoint: two providers may well use the same."""
    return (item.endpoint, item.event_id) if item.endpoint and item.event_id else None


@dataclass(slots=True)
class SubmissionRecord:
    """A row of `submissions`: append-only, one for each posting, whatever became of it."""

    id: UUID
    way_in: WayIn
    payload: bytes
    outcome: Outcome
    received_at: datetime
    lead_id: UUID | None = None
    endpoint: str | None = None
    event_id: str | None = None
    request_id: str | None = None
    faults: list[Fault] = field(default_factory=list)
    replay_of: UUID | None = None


@dataclass(frozen=True, slots=True)
class Captured:
    """What the poster is told: the outcome, and the lead where there is one (the first lead, for a duplicate)."""

    submission_id: UUID
    outcome: Outcome
    lead: Lead | None
    faults: tuple[Fault, ...] = ()
