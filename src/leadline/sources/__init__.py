"""The ways in: each turns the raw bytes of its provider into what `parse_submission` takes, and verifies its signature."""

from dataclasses import dataclass, field
from datetime import datetime

from leadline.domain.errors import LeadlineError


@dataclass(slots=True)
class HookPost:
    """One form submission as a provider posts it. `fields` are the form's own labels with their answers, as sent."""

    event_id: str | None
    fields: dict[str, object] = field(default_factory=dict)
    submitted_at: datetime | None = None
    form: str | None = None


class NotALead(LeadlineError):
    """A body that brings no form submission: another kind of event. Sending it again would not help."""


class Unreadable(NotALead):
    """A body that is not even a JSON object."""
