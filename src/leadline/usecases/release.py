"""Settling what made no lead: released after all, as it would have been captured at its time, or confirmed as spam."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from leadline.domain.activities import Actor
from leadline.domain.errors import Conflict, Fault, Invalid, NotFound
from leadline.domain.intake import WITHOUT_LEAD, Captured, Intake, SubmissionRecord, settling_id
from leadline.domain.submission import Submission
from leadline.ports import Store
from leadline.usecases.capture import capture_leads
from leadline.usecases.deciding import House


async def get_submission(store: Store, submission_id: UUID) -> SubmissionRecord:
    """One raw posting. Raises NotFound."""
    found = await store.find_submissions([submission_id])
    if not found:
        raise NotFound(f"no submission {submission_id}")
    return found[0]


async def find_settled(store: Store, records: Iterable[SubmissionRecord]) -> dict[UUID, SubmissionRecord]:
    """The rows that settled these postings, by the id of the posting; those that still wait for somebody are left out."""
    ids = {settling_id(record.id): record.id for record in records}
    return {ids[row.id]: row for row in await store.find_submissions(list(ids))}


async def last_of(store: Store, record: SubmissionRecord) -> SubmissionRecord:
    """The last word on a posting: the row that settled it, or the one that settled that. The posting itself where there is none."""
    while settled := await find_settled(store, [record]):
        record = settled[record.id]
    return record


def settling(record: SubmissionRecord, actor: Actor) -> Intake:
    """The row to be that settles a posting: what was sent, at its time. It goes without the provider's event id: that one stands
    for the first answer, for ever."""
    return Intake(
        settling_id(record.id),
        record.way_in,
        record.payload,
        record.received_at,
        actor,
        failed_as="spam",
        endpoint=record.endpoint,
        replay_of=record.id,
    )


async def release(
    store: Store,
    house: House,
    record: SubmissionRecord,
    submission: Submission,
    actor: Actor,
    now: datetime,
    *,
    routes_all: bool | None = None,
) -> Captured:
    """Capture a posting that made no lead, as what somebody reads in it now, at the time it came. Whoever releases it again gets
    the same answer. Raises Conflict where it made a lead or was confirmed as spam, Invalid where no store can hold it."""
    settled = await _settle(store, house, record, actor, now, submission, routes_all=routes_all)
    if settled.outcome == "spam":
        raise Conflict("This was confirmed as spam meanwhile. Release it from the list of spam.")
    if settled.lead is None:
        raise Invalid(list(settled.faults))
    return settled


async def confirm_spam(store: Store, house: House, record: SubmissionRecord, actor: Actor, now: datetime) -> Captured:
    """Settle a posting as spam. It can still be released, from the row that says so. Raises Conflict where it made a lead."""
    settled = await _settle(store, house, record, actor, now, None)
    if settled.lead is not None:
        raise Conflict("This was released meanwhile.")
    return settled


async def _settle(
    store: Store,
    house: House,
    record: SubmissionRecord,
    actor: Actor,
    now: datetime,
    submission: Submission | None,
    *,
    routes_all: bool | None = None,
) -> Captured:
    """The row goes where the first one to settle puts it: a capture of an id that is there gives the first answer."""
    if record.outcome not in WITHOUT_LEAD:
        raise Conflict("This submission made a lead already.")
    item = settling(record, actor)
    item.submission, item.faults, item.routes_all = submission, [], routes_all
    if submission is None:
        item.faults = [Fault("", f"confirmed as spam by {actor.name}")]
    (settled,) = await capture_leads(store, house, [item], now)
    return settled
