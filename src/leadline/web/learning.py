"""What an outage needs, learned while there is none: who may send leads, and through which endpoints."""

import asyncio
import logging
from dataclasses import dataclass

from leadline.domain.errors import LeadlineError
from leadline.ports.senders import KnownSenders, Senders
from leadline.usecases.outage import DatabaseWatch, check_here
from leadline.web.connected import Endpoints
from leadline.web.services import Keys

EVERY_SECONDS = 60.0

log = logging.getLogger("leadline.web")


@dataclass(frozen=True, slots=True)
class Learning:
    """`kept` is for a start during an outage: what the process before this one knew."""

    keys: Keys
    endpoints: Endpoints
    kept: KnownSenders
    watch: DatabaseWatch

    async def begin(self) -> "asyncio.Task[None]":
        """Learn now, and again every minute until the task is cancelled."""
        if not self.watch.is_away:
            await self._learn()
        elif senders := self.kept.read():
            self.keys.know(senders.keys)
            self.endpoints.know(senders.endpoints)
        return asyncio.create_task(self._go_on())

    async def _go_on(self) -> None:
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            try:
                check_here(self.watch)
                await self._learn()
            except LeadlineError as error:
                log.info("keys and endpoints are known as they were: %s", error)

    async def _learn(self) -> None:
        await self.keys.learn()
        await self.endpoints.learn()
        self.kept.write(Senders(self.keys.known, self.endpoints.known))
