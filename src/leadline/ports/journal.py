"""The journal: where submissions lie safely while the database is away, and what their senders may ask about them."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from leadline.domain.errors import Fault
from leadline.domain.idempotency import KeptAnswer
from leadline.domain.intake import Intake, Outcome

# How long a receipt can be asked for after its submission was brought in: as long as an answer is kept under its key.
RECEIPT_KEPT_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What there is to say about a submission that went through the journal. Its id is that of the submission; without an
    `outcome` it waits to be brought in. `key_id` is the API key that sent it."""

    id: UUID
    key_id: UUID | None
    received_at: datetime
    outcome: Outcome | None = None
    lead_id: UUID | None = None
    faults: list[Fault] = field(default_factory=list)


class Journal(Protocol):
    """A queue on this machine's own disk, owned by one process. What it has said yes to survives a kill and a power cut."""

    @property
    def depth(self) -> int:
        """How many submissions wait in it, those being written included."""

    @property
    def room(self) -> int:
        """How many more it takes."""

    def append(self, items: Sequence[Intake]) -> Awaitable[Sequence[KeptAnswer | None]]:
        """Give these a place behind all others, at once; they are safe when the answer has come: None for each of them, or, where
        another came before it under its idempotency key, the answer to that, and it has no place of its own. Raises Unavailable
        where there is no room, or the answer does where the disk takes no more: then none of them is kept."""

    async def first(self, limit: int) -> list[Intake]:
        """The oldest, in order, as they were when they came."""

    async def settle(self, receipts: Sequence[Receipt]) -> None:
        """Take these out: they were brought in. Their receipts stay for `RECEIPT_KEPT_FOR`, without what was sent."""

    async def find(self, receipt: UUID) -> Receipt | None:
        """The receipt of this id."""

    async def oldest(self) -> datetime | None:
        """When the one that waits longest was received."""

    async def close(self) -> None:
        """Let go of the files, so that another process may own them."""
