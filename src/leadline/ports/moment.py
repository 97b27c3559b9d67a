"""Reading everything as of one moment: the part of the store's port that the doctor and the copy are built on."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from leadline.domain.access import Session
from leadline.domain.lead_counts import Cell
from leadline.domain.leads import Lead
from leadline.domain.publications import Published

T = TypeVar("T")

PAGE = 200


@dataclass(frozen=True, slots=True)
class Known:
    """A lead that an address is known by: enough to decide on duplicates and returning owners."""

    lead_id: UUID
    email_key: str
    created_at: datetime
    assigned_to: UUID | None


class Moment(Protocol):
    """The store as it was at one moment, whatever is written meanwhile. Nobody waits for it. It is there as long as its
    `async with` lasts; on Firestore for an hour at most, and Unavailable after that.

    An entity that cannot be read (somebody else's document) is left out: `Store.look_at_itself` names it."""

    async def page(self, kind: type[T], after: T | None, limit: int) -> list[T]:
        """Up to `limit` entities after this one in order of their keys: Lead (deleted ones included), User, Activity,
        Notification, SubmissionRecord, ApiKey by id, Session by the hash of its token. An empty page is the end."""

    async def rulesets(self) -> list[Published]:
        """Every published rule set, oldest version first."""

    async def lead_counts(self) -> dict[Cell, int]:
        """The kept counts of visible leads, by owner, category, status and what else makes a cell; a cell that is missing has
        none. They change in the transactions that change the leads."""

    async def known(self, kind: type[Any], ids: Sequence[UUID]) -> set[UUID]:
        """Which of these are ids of this kind; of a lead, in the archive too."""

    async def about(self, kind: type[T], lead_ids: Sequence[UUID]) -> list[T]:
        """The activities, or the submissions, of these leads, in order of their ids, which is the order they were written in."""

    async def namesakes(self, email_keys: Sequence[str]) -> list[Known]:
        """The leads of these addresses that are not deleted."""

    async def indexed(self, leads: Sequence[Lead]) -> dict[UUID, bool]:
        """Of those of these leads that have search words: whether they are the ones that `domain.search` makes of the lead."""


async def pages(moment: Moment, kind: type[T], limit: int = PAGE) -> AsyncIterator[list[T]]:
    """All entities of a kind, page by page."""
    after: T | None = None
    while found := await moment.page(kind, after, limit):
        yield found
        after = found[-1]


def key_of(entity: Any) -> Any:
    """What the pages of a kind are ordered by."""
    return entity.token_hash if isinstance(entity, Session) else entity.id
