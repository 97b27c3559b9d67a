"""Bringing in the journal: its oldest submissions go through the capture like any other, and their receipts are settled.

An entry carries the id of its submission, and the capture keeps an id once: one that was stored before its process was killed, or
whose commit nobody heard of, gets its first answer."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from leadline.domain.errors import Fault, Invalid, LeadlineError
from leadline.domain.idempotency import check_same
from leadline.domain.intake import Captured, Intake
from leadline.ports.journal import Journal, Receipt

Capture = Callable[[Sequence[Intake]], Awaitable[list[Captured]]]

log = logging.getLogger("leadline.journal")


async def drain(journal: Journal, capture: Capture, limit: int) -> int:
    """Bring in up to `limit` of the oldest; answers how many. Raises what the store says; they wait on then."""
    items = await journal.first(limit)
    if items:
        captured = await _bring_in(items, capture)
        await journal.settle([_receipt(item, one) for item, one in zip(items, captured, strict=True)])
    return len(items)


async def _bring_in(items: Sequence[Intake], capture: Capture) -> list[Captured]:
    """In order. One at which the capture itself fails holds up nobody: it is kept as rejected."""
    try:
        return await capture(items)
    except LeadlineError:
        raise
    except Exception as error:
        if len(items) > 1:
            half = len(items) // 2
            first = await _bring_in(items[:half], capture)
            return first + await _bring_in(items[half:], capture)
        log.exception("submission %s of the journal cannot be captured; it is kept as rejected", items[0].id)
        fault = Fault("", f"could not be captured: {type(error).__name__}")
        return await capture([replace(items[0], submission=None, faults=[fault], failed_as="rejected", once=None)])


def _receipt(item: Intake, captured: Captured) -> Receipt:
    if captured.kept is not None and item.once is not None:
        try:
            check_same(item.once, captured.kept)
        except Invalid as error:
            return Receipt(item.id, item.key_id, item.received_at, "rejected", None, error.faults)
        return Receipt(item.id, item.key_id, item.received_at, "duplicate", captured.kept.lead_id)
    lead_id = captured.lead.id if captured.lead else None
    return Receipt(item.id, item.key_id, item.received_at, captured.outcome, lead_id, list(captured.faults))
