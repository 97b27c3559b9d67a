"""What the memory store holds, and how its rows must agree."""

from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from leadline.domain.access import ApiKey, Session
from leadline.domain.activities import Activity
from leadline.domain.endpoints import Endpoint
from leadline.domain.idempotency import KeptAnswer
from leadline.domain.imports import ImportRun
from leadline.domain.intake import SubmissionRecord
from leadline.domain.invitations import Invitation
from leadline.domain.lead_counts import Cell, added, cell_of, deltas
from leadline.domain.lead_lists import Page, Position
from leadline.domain.leads import Lead
from leadline.domain.login_tries import LoginTries
from leadline.domain.notifications import Notification
from leadline.domain.publications import Draft, Published
from leadline.domain.suppressions import Suppression
from leadline.domain.users import User
from leadline.domain.workers import Worker
from leadline.ports import LostRace

T = TypeVar("T")


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
    invitations: dict[bytes, Invitation] = field(default_factory=dict)
    login_tries: dict[int, LoginTries] = field(default_factory=dict)
    rulesets: dict[int, Published] = field(default_factory=dict)
    drafts: dict[UUID, Draft] = field(default_factory=dict)
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    import_runs: dict[UUID, ImportRun] = field(default_factory=dict)
    answers: dict[bytes, KeptAnswer] = field(default_factory=dict)
    suppressions: dict[str, Suppression] = field(default_factory=dict)
    workers: dict[UUID, Worker] = field(default_factory=dict)
    words: dict[UUID, list[str]] = field(default_factory=dict)
    lead_counts: dict[Cell, int] = field(default_factory=dict)

    def copy(self) -> "State":
        """A state that can be written to and thrown away."""
        return State(**{name: dict(getattr(self, name)) for name in self.__dataclass_fields__})

    def count(self, before: Lead | None, after: Lead | None) -> None:
        """Count a lead where it stands now, and no longer where it stood."""
        cells = [None if lead is None else cell_of(lead) for lead in (before, after)]
        self.lead_counts = added(self.lead_counts, deltas([(cells[0], cells[1])]))


def check_relations(state: State, lead: Lead) -> None:
    """What PostgreSQL's foreign key and unique index would say."""
    if lead.assigned_to is not None and lead.assigned_to not in state.users:
        raise LostRace("the owner is no user, or no longer")
    if not lead.is_deleted and any(_same_day(lead, other) for other in state.leads.values()):
        raise LostRace("another lead of this address was created on the same UTC day")


def _same_day(lead: Lead, other: Lead) -> bool:
    same = other.email_key == lead.email_key and other.created_at.date() == lead.created_at.date()
    return same and other.id != lead.id and not other.is_deleted


def recent_first(leads: list[Lead]) -> list[Lead]:
    """Newest creation first."""
    return sorted(leads, key=lambda lead: lead.created_at, reverse=True)


def page_of(
    found: Iterable[T], position_of: Callable[[T], Any], after: Position | None, limit: int, *, ascending: bool = False
) -> Page[T]:
    """A page of these rows after `after`: positions descend, unless told otherwise."""
    ordered = sorted(found, key=position_of, reverse=not ascending)
    if after is not None:
        ordered = [row for row in ordered if (position_of(row) > after if ascending else position_of(row) < after)]
    return Page(deepcopy(ordered[:limit]), position_of(ordered[limit - 1]) if len(ordered) > limit else None)
