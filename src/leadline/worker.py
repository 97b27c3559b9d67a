"""The loops beside the web server. In this version: what intake need not wait for."""

import asyncio
import logging

from leadline.domain.errors import LeadlineError
from leadline.ports import Store
from leadline.usecases.index import index_leads

POLL_SECONDS = 1.0
AFTER_FAULT_SECONDS = 5.0

log = logging.getLogger("leadline.worker")


async def run_worker(store: Store, phone_region: str | None, stopping: asyncio.Event) -> None:
    """Make search words and international phone numbers until `stopping` is set. Any number of workers may run at once."""
    while not stopping.is_set():
        try:
            done = await index_leads(store, phone_region)
            pause = 0.0 if done else POLL_SECONDS
        except LeadlineError as error:
            log.warning("indexing failed, will be tried again: %s", error)
            pause = AFTER_FAULT_SECONDS
        await _wait(stopping, pause)


async def _wait(stopping: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stopping.wait()
    except TimeoutError:
        return
