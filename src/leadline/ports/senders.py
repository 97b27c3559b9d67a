"""Who may send leads, kept on this machine for a start while the database is away."""

from dataclasses import dataclass
from typing import Protocol

from leadline.domain.access import ApiKey
from leadline.domain.endpoints import Endpoint


@dataclass(frozen=True, slots=True)
class Senders:
    """Every API key and every endpoint, as they were when they were last read."""

    keys: list[ApiKey]
    endpoints: list[Endpoint]


class KnownSenders(Protocol):
    """Where they are kept. What comes out is what went in, or nothing."""

    def read(self) -> Senders | None:
        """Those of this database; None where none are kept, or where they cannot be trusted."""

    def write(self, senders: Senders) -> None:
        """Keep these in place of what was kept. A disk that takes no more leaves what was there; nobody has to be told."""
