"""Replaying what made no lead: read again as its endpoint reads it today, and captured as it would have been at its time."""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from leadline.domain.activities import Actor
from leadline.domain.errors import NotFound
from leadline.domain.intake import WITHOUT_LEAD, Intake, Outcome, SubmissionRecord, first_id_at, is_misread
from leadline.ports import Store
from leadline.usecases.capture import capture_leads
from leadline.usecases.deciding import House
from leadline.usecases.release import find_settled, settling

PAGE = 200
REPLAYED: tuple[Outcome, ...] = ("quarantined", "rejected")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which postings: everything of these outcomes, of one endpoint, since a time; or those of `ids`, whatever else is said."""

    outcomes: Sequence[Outcome] = REPLAYED
    endpoint: str | None = None
    since: datetime | None = None
    ids: Sequence[UUID] = ()


@dataclass(slots=True)
class Replayed:
    """`found` is `settled` by somebody before, `in_doubt` for a reason that no mapping mends, still `faulty`, or one of
    `outcomes`. In a dry run what would be captured counts as `readable`."""

    found: int = 0
    settled: int = 0
    in_doubt: int = 0
    faulty: int = 0
    readable: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)

    @property
    def done(self) -> int:
        """How many were looked at."""
        return self.settled + self.in_doubt + self.faulty + self.readable + self.outcomes.total()


Read = Callable[[Intake], Awaitable[None]]


async def replay(
    store: Store,
    house: House,
    wanted: Wanted,
    read: Read,
    actor: Actor,
    now: Callable[[], datetime],
    *,
    dry_run: bool = False,
    tell: Callable[[Replayed], None] = lambda replayed: None,
) -> Replayed:
    """Read and capture them, oldest first: of two by one person the first makes the lead. `read` puts into an item what is read
    in it now. Each batch is settled for good, so that whoever stops this may start it again. Raises NotFound for an unknown id."""
    ids = await _ids(store, wanted)
    told = Replayed(found=len(ids))
    for start in range(0, len(ids), store.batch_max):
        batch = await store.find_submissions(ids[start : start + store.batch_max])
        items = await _readable(store, sorted(batch, key=lambda record: record.id), read, actor, told)
        if dry_run:
            told.readable += len(items)
        elif items:
            told.outcomes.update(captured.outcome for captured in await capture_leads(store, house, items, now()))
        tell(told)
    return told


async def _ids(store: Store, wanted: Wanted) -> list[UUID]:
    """Oldest first: ids ascend with time."""
    if wanted.ids:
        known = {record.id for record in await store.find_submissions(list(wanted.ids))}
        for one in wanted.ids:
            if one not in known:
                raise NotFound(f"no submission {one}")
        return sorted(known)
    first = first_id_at(wanted.since) if wanted.since else UUID(int=0)
    found: list[UUID] = []
    for outcome in wanted.outcomes:
        position: tuple[UUID, ...] | None = None
        while True:
            page = await store.list_submissions(outcome, None, position, PAGE)
            rows = [record for record in page.items if record.id >= first]
            found += [record.id for record in rows if wanted.endpoint in (None, record.endpoint)]
            if page.next is None or len(rows) < len(page.items):
                break
            position = page.next
    return sorted(found)


async def _readable(
    store: Store, records: Sequence[SubmissionRecord], read: Read, actor: Actor, told: Replayed
) -> list[Intake]:
    settled = await find_settled(store, records)
    items = []
    for record in records:
        if record.id in settled or record.outcome not in WITHOUT_LEAD or record.replay_of is not None:
            told.settled += 1
        elif not is_misread(record):
            told.in_doubt += 1
        else:
            item = settling(record, actor)
            await read(item)
            # The event id stands for the provider's own posting, and for the first answer to it.
            item.event_id = None
            if item.submission is None:
                told.faulty += 1
            else:
                items.append(item)
    return items
