"""What the memory store holds, and what it refuses to hold."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from leadline.domain.access import ApiKey, Session
from leadline.domain.activities import Activity
from leadline.domain.intake import SubmissionRecord
from leadline.domain.leads import CATEGORIES, COMPANY_SIZES, STATUSES, Lead
from leadline.domain.notifications import Notification
from leadline.domain.rulesets import RuleSet
from leadline.domain.users import User
from leadline.ports import LostRace, Refused

_WIDTHS = {
    "company_name": 255,
    "contact_name": 255,
    "email": 255,
    "phone": 50,
    "industry": 100,
    "source": 100,
    "utm_campaign": 100,
}


@dataclass
class State:
    """All collections. Copied whole for a transaction; entities are values, so a shallow copy of each dict is enough."""

    leads: dict[UUID, Lead] = field(default_factory=dict)
    users: dict[UUID, User] = field(default_factory=dict)
    activities: dict[UUID, Activity] = field(default_factory=dict)
    notifications: dict[UUID, Notification] = field(default_factory=dict)
    submissions: dict[UUID, SubmissionRecord] = field(default_factory=dict)
    sessions: dict[bytes, Session] = field(default_factory=dict)
    api_keys: dict[bytes, ApiKey] = field(default_factory=dict)
    rulesets: dict[int, tuple[RuleSet, datetime]] = field(default_factory=dict)
    words: dict[UUID, list[str]] = field(default_factory=dict)

    def copy(self) -> "State":
        """A state that can be written to and thrown away."""
        return State(**{name: dict(getattr(self, name)) for name in self.__dataclass_fields__})


def check_lead(state: State, lead: Lead) -> None:
    """What PostgreSQL's columns, CHECKs and unique index would say."""
    for name, width in _WIDTHS.items():
        value = getattr(lead, name)
        if value is not None and (len(value) > width or "\0" in value):
            raise Refused(f"{name} does not fit its column")
    if not 0 <= lead.lead_score <= 100 or lead.category not in CATEGORIES or lead.status not in STATUSES:
        raise Refused("score, category or status is outside its range")
    if lead.company_size is not None and lead.company_size not in COMPANY_SIZES:
        raise Refused(f"company_size {lead.company_size!r} is not in the closed list")
    if lead.assigned_to is not None and lead.assigned_to not in state.users:
        raise Refused("assigned_to names no user")
    if not lead.is_deleted and any(_same_day(lead, other) for other in state.leads.values()):
        raise LostRace("another lead of this address was created on the same UTC day")


def _same_day(lead: Lead, other: Lead) -> bool:
    same = other.email_key == lead.email_key and other.created_at.date() == lead.created_at.date()
    return same and other.id != lead.id and not other.is_deleted


def recent_first(leads: list[Lead]) -> list[Lead]:
    """Newest creation first."""
    return sorted(leads, key=lambda lead: lead.created_at, reverse=True)
