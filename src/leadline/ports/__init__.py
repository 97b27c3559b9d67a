"""What the core asks of the world. A third party could build a store from these docstrings alone; the contract suite checks it."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from leadline.domain.activities import Activity
from leadline.domain.errors import Conflict, LeadlineError, Unavailable
from leadline.domain.findings import Finding
from leadline.domain.intake import SubmissionRecord
from leadline.domain.lead_lists import LeadQuery, Page, Position
from leadline.domain.leads import Lead
from leadline.domain.users import User, UserChange
from leadline.ports.accounts import AccountStore, AccountTx
from leadline.ports.endpoints import EndpointStore, EndpointTx
from leadline.ports.idempotency import IdempotencyTx
from leadline.ports.imports import ImportStore, ImportTx
from leadline.ports.moment import Known, Moment
from leadline.ports.notifications import NotificationStore, NotificationTx
from leadline.ports.rules import RulesStore, RulesTx

T = TypeVar("T")


class Refused(LeadlineError):
    """The store will never take these rows as they are. The transaction left nothing behind; trying again is pointless."""


class LostRace(Conflict):
    """Another writer was faster. The store runs the transaction again before anybody hears of it."""


class UnknownOutcome(Unavailable):
    """The answer to the commit was lost: everything was written, or nothing. Look your own ids up before trying again."""


@dataclass(frozen=True, slots=True)
class IntakeView:
    """What a capture must know before it decides. `near` holds, for each address asked for, every lead that is not deleted and
    less than 24 hours from the time asked for; `latest` the newest lead of the address that has an owner, whatever its age,
    archived ones too; `events` the submissions, without their payload, that stand for the (endpoint, event id) pairs asked for;
    `ruleset_version` the newest published rule set, which scores whatever this transaction scores."""

    users: list[User]
    near: list[Known] = field(default_factory=list)
    latest: list[Known] = field(default_factory=list)
    events: list[SubmissionRecord] = field(default_factory=list)
    ruleset_version: int | None = None


class Tx(AccountTx, RulesTx, EndpointTx, IdempotencyTx, ImportTx, NotificationTx, Protocol):
    """One transaction: read first, then write. A read after the first write is a programming error and raises.
    Writes are buffered and reach the store together, at commit."""

    async def intake_view(
        self, addresses: Sequence[tuple[str, datetime]], events: Sequence[tuple[str, str]]
    ) -> IntakeView:
        """All users and what is known of these (email_key, time) pairs and (endpoint, event id) pairs, in one round trip."""

    async def leads(self, ids: Sequence[UUID]) -> list[Lead]:
        """These leads, whole, held against other writers until the end. Unknown ids are left out; order is not promised."""

    async def users(self) -> list[User]:
        """Every user, without a lock of its own: call it under the routing lock where counts matter."""

    async def waiting(self, limit: int) -> list[Lead]:
        """The first leads of the waiting list, in drain order, held against other writers."""

    async def newest_lead_id(self, email_key: str) -> UUID | None:
        """The newest lead of an address that is not deleted."""

    async def known_activities(self, ids: Sequence[UUID]) -> set[UUID]:
        """Which of these ids stand in the trail. Ask after `leads`, which holds others away from the same lead."""

    async def leads_to_index(self, limit: int) -> list[Lead]:
        """Leads whose search words are not made yet, oldest first; rows held by another worker are passed over."""

    async def demo_leads(self) -> list[Lead]:
        """Every lead marked `is_demo`, deleted ones included."""

    async def leads_of(self, owners: Sequence[UUID]) -> list[Lead]:
        """Every lead of these users, whatever its state, held against other writers."""

    def add_submissions(self, rows: Sequence[SubmissionRecord]) -> None:
        """Append raw postings."""

    def add_leads(self, leads: Sequence[Lead]) -> None:
        """Write new leads."""

    def update_leads(self, leads: Sequence[Lead]) -> None:
        """Write leads read in this transaction back, whole. Their `version` goes up by one; a version that is no longer the
        stored one is a LostRace."""

    def set_index(self, rows: Sequence[tuple[UUID, list[str], str | None]]) -> None:
        """Store (lead id, search words, phone_e164) without touching version or updated_at."""

    def remove_demo(self) -> None:
        """Delete demo leads with their trail, notifications and submissions, and demo users who own nothing else."""

    def add_activities(self, rows: Sequence[Activity]) -> None:
        """Append to the trail."""

    def change_users(self, changes: Sequence[UserChange]) -> None:
        """Add to counters relatively; turns are set. Several changes to one user add up."""

    def add_users(self, users: Sequence[User]) -> None:
        """Write new users. An `email_key` in use is a LostRace."""

    def update_users(self, users: Sequence[User]) -> None:
        """Write back what a person edits of a user (never the counters). A stale `version` is a LostRace."""


class Store(AccountStore, RulesStore, EndpointStore, ImportStore, NotificationStore, Protocol):
    """Where everything is kept. Reads outside of a transaction see only what is committed. `batch_max` is how many leads one
    transaction takes at most, with all that hangs on them."""

    batch_max: int

    async def transact(self, work: Callable[[Tx], Awaitable[T]], *, routing: bool = False) -> T:
        """Run `work` so that all of its writes commit, or none.

        `work` may run several times; the last run counts. It reads first, then writes, and touches nothing outside `tx`.
        `routing` takes the one lock of routing before anything is read: whatever creates, restores or routes leads, or frees
        a place, asks for it. Raises Conflict when it keeps losing to other writers, Refused when the rows can never be
        written, Unavailable when the store does not answer, UnknownOutcome when the answer to the commit was lost."""

    async def get_lead(self, lead_id: UUID) -> Lead:
        """One lead, deleted ones included. Raises NotFound."""

    async def find_leads(self, ids: Sequence[UUID]) -> list[Lead]:
        """These leads, deleted ones included; unknown ids are left out."""

    async def list_leads(self, query: LeadQuery, position: Position | None, limit: int) -> Page[Lead]:
        """A page of a list (`domain.lead_lists` says which leads and in which order), after `position`."""

    async def count_open(self, owners: Sequence[UUID | None]) -> dict[str, int]:
        """How many open, visible leads stand in each list: keys Hot, Warm, Cold, waiting, needs_review. Empty owners: all. Read off
        the kept counts (`Moment.lead_counts`), so that it takes as long with a million leads as with ten."""

    async def leads_of_address(self, email_key: str, limit: int) -> list[Lead]:
        """The newest leads of an address that are not deleted, newest first."""

    async def list_activities(self, lead_id: UUID, position: Position | None, limit: int) -> Page[Activity]:
        """The trail of a lead, newest first, after (created_at, id)."""

    async def find_trails(self, lead_ids: Sequence[UUID]) -> dict[UUID, list[Activity]]:
        """The whole trail of each of these leads, newest first; empty where there is none."""

    async def list_submissions(
        self, outcome: str | None, lead_id: UUID | None, position: Position | None, limit: int
    ) -> Page[SubmissionRecord]:
        """Raw postings, newest first: their ids ascend with time."""

    async def list_postings(self, position: Position | None, limit: int) -> Page[SubmissionRecord]:
        """Raw postings without their payload, newest first, for whoever counts them."""

    async def find_submissions(self, ids: Sequence[UUID]) -> list[SubmissionRecord]:
        """These postings; unknown ids are left out."""

    async def list_users(self) -> list[User]:
        """All users, by full name."""

    async def get_user(self, user_id: UUID) -> User:
        """One user. Raises NotFound."""

    async def find_user_by_email(self, email_key: str) -> User | None:
        """The user of this address, by its key."""

    def moment(self) -> AbstractAsyncContextManager[Moment]:
        """Everything as of now, for whoever reads all of it."""

    async def look_at_itself(self) -> tuple[list[Finding], list[str]]:
        """What no other part can see: on Firestore documents that somebody else wrote, on PostgreSQL rights that the
        application should not have. With it sentences that are no findings: how well the trail is protected."""

    async def recount(self) -> None:
        """Count the leads anew and make the kept counts right, whatever is written meanwhile. On PostgreSQL intake waits for it."""

    async def ping(self) -> None:
        """Raises Unavailable unless the store answers."""

    async def beat(self) -> None:
        """Like `ping`, on a connection of its own: neither a queue for connections nor a lock stands before it. One caller at a
        time, who says how long it may take: it ends when it is cancelled."""

    async def close(self) -> None:
        """Let go of every connection."""
