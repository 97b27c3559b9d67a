"""The ways in: each turns the raw bytes of its provider into what `parse_submission` takes, and verifies its signature."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from leadline.domain.errors import LeadlineError


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request of a provider, as it came. `url` is the address that the provider was told, for those that sign it;
    header names come in any case."""

    body: bytes
    headers: Mapping[str, str]
    method: str = "POST"
    url: str = ""


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
