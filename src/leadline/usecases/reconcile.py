"""Reconciliation: what a provider lists and we never received is captured now, with the time at which it was sent."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from leadline.domain.intake import Intake, SubmissionRecord
from leadline.domain.reconciling import OUR_CLOCK, Mark, missing
from leadline.ports import Store
from leadline.usecases.capture import capture_leads
from leadline.usecases.deciding import House

PAGE = 200


@dataclass(frozen=True, slots=True)
class Listed:
    """One submission as the provider lists it, ready to be captured."""

    item: Intake
    mark: Mark


@dataclass(slots=True)
class Reconciled:
    """`listed` is `older` than asked for, `known` already, or `missing`; what became of the missing ones is in `outcomes`."""

    listed: int = 0
    older: int = 0
    known: int = 0
    missing: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)


async def reconcile(
    store: Store,
    house: House,
    listed: Sequence[Listed],
    read: Callable[[SubmissionRecord], Mark],
    since: datetime,
    now: datetime,
    *,
    dry_run: bool = False,
) -> Reconciled:
    """Capture what is missing. `read` gives the mark of a posting that we keep. Doing it again finds everything known."""
    asked = [one for one in listed if one.mark.at >= since]
    endpoints = {one.item.endpoint for one in asked}
    received = [read(record) for record in await _kept(store, since) if record.endpoint in endpoints] if asked else []
    left = [asked[place] for place in missing([one.mark for one in asked], received)]
    done = Reconciled(len(listed), len(listed) - len(asked), len(asked) - len(left), len(left))
    if dry_run:
        return done
    # Oldest first: of two by one person the first makes the lead.
    left.sort(key=lambda one: one.mark.at)
    for start in range(0, len(left), store.batch_max):
        batch = [one.item for one in left[start : start + store.batch_max]]
        done.outcomes.update(captured.outcome for captured in await capture_leads(store, house, batch, now))
    return done


async def _kept(store: Store, since: datetime) -> list[SubmissionRecord]:
    """Our postings since then, and a little before. A replay stands for a posting that is here itself."""
    bound = since - OUR_CLOCK - timedelta(minutes=1)
    found: list[SubmissionRecord] = []
    position = None
    while True:
        page = await store.list_submissions(None, None, position, PAGE)
        found += [record for record in page.items if record.replay_of is None and record.received_at >= bound]
        # Ids are of the time of writing, which is never before the time of sending.
        if page.next is None or page.items[-1].id.int >> 80 < bound.timestamp() * 1000:
            return found
        position = page.next
