"""The part of the ports that is about telling people: what a channel makes of a message, and how it sends it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from leadline.domain.errors import LeadlineError
from leadline.domain.leads import Lead
from leadline.domain.notifications import Notification
from leadline.domain.users import User


class SendFault(LeadlineError):
    """A message was not taken. `str()` is what the provider said, for a person to read."""


class TransientFault(SendFault):
    """Try again: the provider is away, slow, or wants us to wait `retry_after_seconds`. `is_there` says that it is well and means
    this recipient only."""

    def __init__(self, words: str, retry_after_seconds: float | None = None, *, is_there: bool = False) -> None:
        super().__init__(words)
        self.retry_after_seconds = retry_after_seconds
        self.is_there = is_there


class PermanentFault(SendFault):
    """Trying again is pointless: this recipient or this message is refused. `is_dead_address` says that no message to this
    recipient will ever be taken."""

    def __init__(self, words: str, *, is_dead_address: bool = False) -> None:
        super().__init__(words)
        self.is_dead_address = is_dead_address


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a template may speak of: the row, the lead and the user it is about as they stand at sending, and further facts by
    name, such as a login link. `origin` is where links start (PUBLIC_URL)."""

    notification: Notification
    lead: Lead | None = None
    user: User | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    origin: str = "http://127.0.0.1:8000"


@dataclass(frozen=True, slots=True)
class Content:
    """What is said. `body` is plain text and is stored with the row; `parts` holds what only this channel understands, such as
    HTML or Slack's blocks, as JSON."""

    subject: str | None
    body: str
    parts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the provider answered: its own id of the message, and its words."""

    provider_id: str | None
    response: str


class Channel(Protocol):
    """One way to tell somebody something. Made once per process, used by many deliveries at a time, closed at the end."""

    @property
    def hindrance(self) -> str | None:
        """Why nothing can be sent (such as "SMTP_URL is not set"), or None. Rows of this channel are held meanwhile."""

    def render(self, occasion: Occasion) -> Content:
        """The message in this channel's words. Touches nothing outside. Raises PermanentFault for what can never be said."""

    async def send(self, recipient: str, content: Content, key: str) -> Receipt:
        """Hand the message to the provider, at most within its own time limit. `key` is the same at every try of one message
        and goes along where the provider takes an idempotency key. Raises TransientFault or PermanentFault."""

    async def close(self) -> None:
        """Let go of connections."""
