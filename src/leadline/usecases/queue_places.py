"""The places of the capture queue: one posting each, and how it gets its answer."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass

from leadline.domain.errors import Invalid
from leadline.domain.idempotency import KeptAnswer, check_same
from leadline.domain.intake import Captured, Intake, Journalled


@dataclass(slots=True, eq=False)
class Place:
    """One posting in the queue. `is_aside`: the journal has it, and answers for it."""

    item: Intake
    answer: "asyncio.Future[Captured | Journalled]"
    since: float
    is_aside: bool = False


async def answer_for(places: Sequence[Place], written: Awaitable[Sequence[KeptAnswer | None]]) -> None:
    """Answer those whose submission is safe in the journal. One that makes no lead is told so now, as it would be by the store."""
    try:
        firsts = await written
    except Exception as error:
        for place in places:
            place.is_aside = False
        fail_all(places, error)
        return
    for place, first in zip(places, firsts, strict=True):
        if not place.answer.done():
            try:
                place.answer.set_result(_answer(place.item, first))
            except Invalid as error:
                place.is_aside = False
                fail(place, error)


def _answer(item: Intake, first: KeptAnswer | None) -> Captured | Journalled:
    """What is said of a submission in the journal, or to one that came second under its idempotency key."""
    if first is not None and item.once is not None:
        check_same(item.once, first)
    receipt = first.submission_id if first else item.id
    return Journalled(receipt) if item.submission else Captured(receipt, item.failed_as, None, tuple(item.faults))


def fail_all(batch: Sequence[Place], error: Exception) -> None:
    """The same answer for all of these."""
    for place in batch:
        fail(place, error)


def fail(place: Place, error: Exception) -> None:
    """Answer one who was not answered yet, and whose submission the journal does not have."""
    if not (place.is_aside or place.answer.done()):
        place.answer.set_exception(error)
        # Read once here, so that nobody is warned of an answer whose client has gone.
        place.answer.exception()
