"""The loops beside the web server. In this version: what intake need not wait for, and what may be forgotten."""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime

from leadline.domain.errors import LeadlineError
from leadline.ports import Store
from leadline.usecases.index import index_leads
from leadline.usecases.passwords import FORGOTTEN_AT_ONCE, forget_tries

POLL_SECONDS = 1.0
AFTER_FAULT_SECONDS = 5.0
STEPS_ASIDE_MAX = 5
FORGET_SECONDS = 60.0

log = logging.getLogger("leadline.worker")


async def run_worker(
    store: Store, phone_region: str | None, stopping: asyncio.Event, is_busy: Callable[[], bool] = lambda: False
) -> None:
    """Make search words and international phone numbers, and take out login tries that count no longer, until `stopping` is set.
    Any number of workers may run at once.

    While `is_busy` says that live intake is under way it steps aside, for a few seconds at a time."""
    forget_at = 0.0
    while not stopping.is_set():
        await _step_aside(stopping, is_busy)
        try:
            done = await index_leads(store, phone_region)
            if time.monotonic() >= forget_at:
                forgotten = await forget_tries(store, datetime.now(UTC))
                forget_at = time.monotonic() + (FORGET_SECONDS if forgotten < FORGOTTEN_AT_ONCE else 0.0)
            pause = 0.0 if done else POLL_SECONDS
        except LeadlineError as error:
            log.warning("the worker failed, will be tried again: %s", error)
            pause = AFTER_FAULT_SECONDS
        await _wait(stopping, pause)


async def _step_aside(stopping: asyncio.Event, is_busy: Callable[[], bool]) -> None:
    for _ in range(STEPS_ASIDE_MAX):
        if not is_busy():
            return
        await _wait(stopping, POLL_SECONDS)


async def _wait(stopping: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stopping.wait()
    except TimeoutError:
        return
