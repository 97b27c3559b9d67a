"""What reaches the capture: one posting, its raw bytes, and what came of it."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from leadline.domain.activities import Actor
from leadline.domain.errors import Fault, LeadlineError
from leadline.domain.leads import Lead
from leadline.domain.submission import Submission

if TYPE_CHECKING:
    from leadline.domain.idempotency import KeptAnswer, Once

WayIn = Literal["api", "webflow", "typeform", "hubspot", "tally", "calendly", "form", "csv", "manual"]
Outcome = Literal["created", "duplicate", "rejected", "spam", "quarantined"]
OUTCOMES: tuple[Outcome, ...] = ("created", "duplicate", "rejected", "spam", "quarantined")
# What made no lead, and may be looked at again.
WITHOUT_LEAD: tuple[Outcome, ...] = ("quarantined", "spam", "rejected")

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
    `is_live` is False for demo, import and copy: those queue no notification. `is_test` marks a lead that nobody sent: it
    notifies nobody either. `replay_of` is the posting that a release reads anew, `once` the idempotency key it was sent under, `key_id`
    the API key that sent it. An import says which one it is (`import_id`), when its leads came and whose they are, and whether they
    are routed. `routes_all` is whether its endpoint wants a rep for the lead whatever its category;
    None: as the house does."""

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
    is_test: bool = False
    replay_of: UUID | None = None
    routes_all: bool | None = None
    once: "Once | None" = None
    key_id: UUID | None = None
    import_id: UUID | None = None
    created_at: datetime | None = None
    owner_id: UUID | None = None
    routes: bool = True

    @property
    def lead_time(self) -> datetime:
        """When the lead came: now, unless the file of an import knows better."""
        return self.created_at or self.received_at


def settling_id(submission_id: UUID) -> UUID:
    """The id of the row that settles a posting which made no lead, by a release or as spam: always the same one, so that of two
    who settle it at the same moment the store takes one. It keeps the time in the id of the posting, and stands beside it."""
    return _id_of(submission_id.int & ~_BELOW_TIME, submission_id.bytes)


def stable_id(at: datetime, of: str) -> UUID:
    """The id of what may be there once for these words and this time: whoever makes it a second time finds it taken."""
    return _id_of(first_id_at(at).int, of.encode())


def _id_of(time_bits: int, of: bytes) -> UUID:
    digest = int.from_bytes(hashlib.sha256(of).digest()[:10], "big")
    return UUID(int=time_bits | digest & _FREE_BITS | _VERSION_AND_VARIANT)


def first_id_at(at: datetime) -> UUID:
    """No id that was made at this time or later is below this one, and every earlier one is."""
    return UUID(int=(at - _EPOCH) // timedelta(milliseconds=1) << 80)


_EPOCH = datetime.fromtimestamp(0, UTC)
# A UUIDv7: 48 bits of time, then 80 of which six say what it is.
_BELOW_TIME = (1 << 80) - 1
_VERSION_AND_VARIANT = 0x7 << 76 | 0b10 << 62
_FREE_BITS = _BELOW_TIME & ~(0xF << 76 | 0b11 << 62)


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


def is_misread(record: SubmissionRecord) -> bool:
    """Whether a posting made no lead because of what was read in its fields, which a better mapping may mend. What was held for
    another reason (a honeypot, another kind of event) has no fault that points at a field: that is for a person to release."""
    return any(fault.pointer for fault in record.faults)


@dataclass(frozen=True, slots=True)
class Captured:
    """What the poster is told: the outcome, and the lead where there is one (the first lead, for a duplicate). `kept` is the answer
    to an earlier post under the same idempotency key, which stands in place of all that."""

    submission_id: UUID
    outcome: Outcome
    lead: Lead | None
    faults: tuple[Fault, ...] = ()
    kept: "KeptAnswer | None" = None


class Journalled(LeadlineError):
    """Not a no: the database is away, and the submission is kept in the journal, from which it is brought in later. `receipt` is
    the id under which its sender may ask what became of it."""

    def __init__(self, receipt: UUID) -> None:
        super().__init__("the database does not answer; what was sent is kept, and will be brought in when it is back")
        self.receipt = receipt
