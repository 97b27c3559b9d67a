"""Capture: submissions become leads, scored, routed and announced, in one transaction for the batch."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from leadline.domain.errors import Fault, NotFound
from leadline.domain.intake import Captured, Intake, event_of
from leadline.domain.leads import Lead
from leadline.ports import Refused, Store, Tx, UnknownOutcome
from leadline.usecases.capture_decision import CaptureDecision
from leadline.usecases.deciding import House
from leadline.usecases.rules import house_in_force


async def capture_leads(store: Store, house: House, items: Sequence[Intake], now: datetime) -> list[Captured]:
    """Capture a batch; the answers stand in the order of `items`.

    All of it commits together, or none. A row that the store refuses never fails its neighbours: the batch is halved down to
    it, and it is kept as rejected in a transaction of its own. Raises Unavailable when the store does not answer; an item may
    then be sent again as it is: ids come from the caller, and an item that was kept already gets its first answer."""
    try:
        return await _capture(store, house, items, now)
    except Refused as refusal:
        kept = await _kept_before(store, items)
        if len(items) == 1 and not kept:
            return await _keep_refused(store, house, items[0], refusal, now)
    if kept:
        rest = [item for item in items if item.id not in kept]
        fresh = iter(await capture_leads(store, house, rest, now) if rest else ())
        return [kept[item.id] if item.id in kept else next(fresh) for item in items]
    half = len(items) // 2
    first = await capture_leads(store, house, items[:half], now)
    return first + await capture_leads(store, house, items[half:], now)


async def _capture(store: Store, house: House, items: Sequence[Intake], now: datetime) -> list[Captured]:
    decided: list[Captured] = []

    async def work(tx: Tx) -> list[Captured]:
        parsed = [(item.submission.email_key, item.lead_time) for item in items if item.submission]
        view = await tx.intake_view(parsed, [event for item in items if (event := event_of(item))])
        ids = [*(known.lead_id for known in view.near), *(event.lead_id for event in view.events if event.lead_id)]
        known = await tx.leads(ids) if ids else []
        digests = [item.once.digest for item in items if item.once]
        kept = await tx.kept_answers(digests) if digests else []
        decision = CaptureDecision(view, known, await house_in_force(tx, view.ruleset_version, house), now, kept)
        decided[:] = [decision.decide(item) for item in items]
        await decision.written().hand_to(tx, decision.writer)
        return decided

    try:
        return await store.transact(work, routing=any(item.submission for item in items))
    except UnknownOutcome:
        # The answer to the commit was lost. The ids of the rows it would have written tell whether it took place.
        ids = {captured.submission_id for captured in decided}
        if len(await store.find_submissions(list(ids))) == len(ids):
            return decided
        raise


async def _kept_before(store: Store, items: Sequence[Intake]) -> dict[UUID, Captured]:
    """The answers of those items that were stored by an earlier call."""
    records = await store.find_submissions([item.id for item in items])
    return {
        record.id: Captured(
            record.id, record.outcome, await _find_lead(store, record.lead_id), tuple(record.faults)
        )
        for record in records
    }  # fmt: skip


async def _find_lead(store: Store, lead_id: UUID | None) -> Lead | None:
    try:
        return await store.get_lead(lead_id) if lead_id else None
    except NotFound:
        return None


async def _keep_refused(store: Store, house: House, item: Intake, refusal: Refused, now: datetime) -> list[Captured]:
    rejected = replace(item, submission=None, faults=[Fault("", str(refusal))], failed_as="rejected")
    try:
        return await _capture(store, house, [rejected], now)
    except Refused:
        # Not even the marks of the posting fit their columns. What was sent is kept all the same.
        unmarked = replace(rejected, endpoint=None, event_id=None, request_id=None)
        return await _capture(store, house, [unmarked], now)
