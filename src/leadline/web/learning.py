"""What an outage needs, learned while there is none: who may send leads, and through which endpoints."""

import asyncio
import logging

from leadline.domain.errors import LeadlineError
from leadline.web.connected import Endpoints
from leadline.web.services import Keys

EVERY_SECONDS = 60.0

log = logging.getLogger("leadline.web")


async def keep_learning(keys: Keys, endpoints: Endpoints) -> "asyncio.Task[None]":
    """Learn now, and again every minute until the task is cancelled."""
    await _learn(keys, endpoints)
    return asyncio.create_task(_go_on(keys, endpoints))


async def _go_on(keys: Keys, endpoints: Endpoints) -> None:
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        try:
            await _learn(keys, endpoints)
        except LeadlineError as error:
            log.info("keys and endpoints are known as they were: %s", error)


async def _learn(keys: Keys, endpoints: Endpoints) -> None:
    await keys.learn()
    await endpoints.learn()
