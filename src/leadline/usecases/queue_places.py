"""The places of the capture queue: one posting each, and how it gets its answer."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass

from leadline.domain.intake import Captured, Intake, Journalled


@dataclass(slots=True, eq=False)
class Place:
    """One posting in the queue. `is_aside`: the journal has it, and answers for it."""

    item: Intake
    answer: "asyncio.Future[Captured | Journalled]"
    since: float
    is_aside: bool = False


async def answer_for(places: Sequence[Place], written: Awaitable[None]) -> None:
    """Answer those whose submission is safe in the journal. One that makes no lead is told so now, as it would be by the store."""
    try:
        await written
    except Exception as error:
        for place in places:
            place.is_aside = False
        fail_all(places, error)
        return
    for place in places:
        item = place.item
        if not place.answer.done():
            faulty = Captured(item.id, item.failed_as, None, tuple(item.faults))
            place.answer.set_result(Journalled(item.id) if item.submission else faulty)


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
