"""The loops beside the web server. In this version: what intake need not wait for."""

import asyncio
import logging
from collections.abc import Callable

from leadline.domain.errors import LeadlineError
from leadline.ports import Store
from leadline.usecases.index import index_leads

POLL_SECONDS = 1.0
AFTER_FAULT_SECONDS = 5.0
STEPS_ASIDE_MAX = 5

log = logging.getLogger("leadline.worker")


async def run_worker(
    store: Store, phone_region: str | None, stopping: asyncio.Event, is_busy: Callable[[], bool] = lambda: False
) -> None:
    """Make search words and international phone numbers until `stopping` is set. Any number of workers may run at once.

    While `is_busy` says that live intake is under way it steps aside, for a few seconds at a time."""
    while not stopping.is_set():
        await _step_aside(stopping, is_busy)
        try:
            done = await index_leads(store, phone_region)
            pause = 0.0 if done else POLL_SECONDS
        except LeadlineError as error:
            log.warning("indexing failed, will be tried again: %s", error)
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
