"""The named lists, each as the store asks for it, and the other reads that an index stands for."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

from leadline.domain.lead_lists import LeadQuery, Order, Position, order_of
from leadline.domain.leads import CATEGORIES, STATUSES
from leadline.ports.notifications import Claim
from leadline.storage.postgres import accounts, intake, leads, notifications, rules, trail
from leadline.storage.postgres.rows import Connection
from leadline.storage.postgres.tx import PostgresTx
from tests.plans.rows import BUSY_REP, ENDPOINT, QUIET_ENDPOINT, QUIET_REP

Statement = tuple[str, tuple[Any, ...]]
Ask = Callable[[Connection, Position | None, int], Awaitable[Any]]

_CLAIM = Claim("email", "a worker", datetime(2100, 1, 1, tzinfo=UTC), datetime(2100, 1, 2, tzinfo=UTC))
NOBODY = UUID(int=0)
KEYS: dict[Order, tuple[str, ...]] = {
    "work": ("priority_flag", "raw_score", "created_at", "id"),
    "created": ("created_at", "id"),
    "updated": ("updated_at", "id"),
}


@dataclass
class Recorder:
    """A connection that answers nothing and keeps what it was asked."""

    asked: list[Statement] = field(default_factory=list)

    async def fetch(self, sql: str, *args: Any) -> list[Any]:
        self.asked.append((sql, args))
        return []


@dataclass(frozen=True)
class NamedList:
    """`keys` are the columns of its position; none where it has one page only."""

    name: str
    ask: Ask
    keys: tuple[str, ...] = ()

    async def statement(self, position: Position | None, limit: int) -> Statement:
        """What the store sends for a page."""
        recorder = Recorder()
        await self.ask(cast(Connection, recorder), position, limit)
        (asked,) = recorder.asked
        return asked


@dataclass(frozen=True)
class Known:
    """What the lists ask about, as it stands in the database."""

    lead_id: UUID
    email_key: str
    created_at: datetime
    event_id: str


def named_lists(known: Known) -> list[NamedList]:
    """Every list with a bound on its cost."""
    return [*lead_lists(), *_trails(known), _rescored(), _intake(known)]


def lead_lists() -> list[NamedList]:
    """Those of leads."""
    return [_of_leads(name, query) for name, query in _queries().items()]


def _queries() -> dict[str, LeadQuery]:
    busy, quiet = UUID(BUSY_REP), UUID(QUIET_REP)
    return {
        **{f"tab {category}": LeadQuery(categories=(category,)) for category in CATEGORIES},
        "tab All": LeadQuery(),
        "owner": LeadQuery(owners=(busy,)),
        "owner, few leads": LeadQuery(owners=(quiet,)),
        "unassigned": LeadQuery(owners=(None,)),
        "owner + unassigned": LeadQuery(owners=(busy, None)),
        "owner + unassigned, few leads": LeadQuery(owners=(quiet, None)),
        **{f"owner + unassigned, {each}": LeadQuery(categories=(each,), owners=(busy, None)) for each in CATEGORIES},
        **{f"status {status}": LeadQuery(statuses=(status,)) for status in STATUSES},
        "any status": LeadQuery(statuses=()),
        **{f"owner, status {status}": LeadQuery(statuses=(status,), owners=(busy,)) for status in STATUSES},
        "owner, status New, few leads": LeadQuery(statuses=("New",), owners=(quiet,)),
        "owner, any status": LeadQuery(statuses=(), owners=(busy,)),
        "unassigned, any status": LeadQuery(statuses=(), owners=(None,)),
        "owner + unassigned, any status": LeadQuery(statuses=(), owners=(busy, None)),
        "owner + unassigned, any status, few leads": LeadQuery(statuses=(), owners=(quiet, None)),
        "waiting": LeadQuery(waiting=True),
        "review": LeadQuery(needs_review=True),
        "waiting, unassigned": LeadQuery(waiting=True, owners=(None,)),
        "review, owner": LeadQuery(needs_review=True, owners=(busy,)),
        "review, owner + unassigned": LeadQuery(needs_review=True, owners=(busy, None)),
        "spam": LeadQuery(spam=True),
        "deleted": LeadQuery(deleted=True),
        "updated_since": LeadQuery(updated_since=datetime(2025, 1, 1, tzinfo=UTC)),
    }


def _of_leads(name: str, query: LeadQuery) -> NamedList:
    def ask(connection: Connection, position: Position | None, limit: int) -> Awaitable[Any]:
        return leads.list_leads(connection, query, position, limit)

    return NamedList(name, ask, KEYS[order_of(query)])


def _trails(known: Known) -> list[NamedList]:
    def submissions(outcome: str | None, lead_id: UUID | None) -> Ask:
        return lambda c, position, limit: trail.list_submissions(c, outcome, lead_id, position, limit)

    def postings(endpoint: str) -> Ask:
        return lambda c, position, limit: trail.list_endpoint_postings(c, endpoint, position, limit)

    def notifications(status: str | None, lead_id: UUID | None) -> Ask:
        return lambda c, position, limit: trail.list_notifications(c, status, lead_id, position, limit)

    statuses = ("pending", "sent", "failed", "held", "suppressed")
    outcomes = ("created", "duplicate", "rejected", "spam", "quarantined")
    return [
        NamedList(
            "trail of a lead",
            lambda c, position, limit: trail.list_activities(c, known.lead_id, position, limit),
            KEYS["created"],
        ),
        NamedList("submissions", submissions(None, None), ("id",)),
        NamedList("submissions of a lead", submissions(None, known.lead_id), ("id",)),
        *(NamedList(f"postings of {name}", postings(name), ("id",)) for name in (ENDPOINT, QUIET_ENDPOINT)),
        *(NamedList(f"submissions {outcome}", submissions(outcome, None), ("id",)) for outcome in outcomes),
        NamedList("notifications", notifications(None, None), ("id",)),
        NamedList("notifications of a lead", notifications(None, known.lead_id), ("id",)),
        *(NamedList(f"notifications {status}", notifications(status, None), ("id",)) for status in statuses),
    ]


def _rescored() -> NamedList:
    def ask(connection: Connection, position: Position | None, limit: int) -> Awaitable[Any]:
        return rules.list_standings(connection, 2, position, limit)

    return NamedList("scored by older rules", ask, ("ruleset_version", "id"))


def _intake(known: Known) -> NamedList:
    addresses: Sequence[tuple[str, datetime]] = [(known.email_key, known.created_at)]
    events = [(ENDPOINT, known.event_id)]
    return NamedList("intake look-up", lambda c, _position, _limit: intake.read_view(c, addresses, events))


async def other_reads() -> dict[str, Statement]:
    """What an index is for beside the lists: these cost what they find, so no bound is put on them."""

    async def sent(work: Callable[[PostgresTx], Awaitable[Any]]) -> Statement:
        recorder = Recorder()
        await work(PostgresTx(cast(Connection, recorder)))
        return recorder.asked[0]

    return {
        "search": await _of_leads("search", LeadQuery(words=("person777", "firm777"))).statement(None, 50),
        "words still to be made": await sent(lambda tx: tx.leads_to_index(100)),
        "all of a user": await sent(lambda tx: tx.leads_of([UUID(QUIET_REP)])),
        "next to be routed": await sent(lambda tx: tx.waiting(50)),
        "claim": (notifications.CLAIM, notifications.claim_arguments(_CLAIM)),
        "held and due": (notifications.DUE_HELD, ("email", datetime.now(UTC), 50)),
        "answers that may be forgotten": await sent(lambda tx: tx.expired_answers(datetime.now(UTC), 100)),
        "demo leads": await sent(lambda tx: tx.demo_leads()),
        # As the foreign key asks, and `remove_demo`.
        "archived leads of a user": (
            "SELECT FROM leadline.leads_archive WHERE assigned_to = $1",
            (UUID(QUIET_REP),),
        ),
        "end of a user's sessions": (accounts.REVOKE_SESSIONS, (None, UUID(QUIET_REP), datetime.now(UTC))),
        "end of a user's invitations": (accounts.REVOKE_INVITATIONS, (UUID(QUIET_REP), datetime.now(UTC))),
    }
