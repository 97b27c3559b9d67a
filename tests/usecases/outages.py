"""A store that goes away and comes back when a test says so, with a journal on disk and the queue between them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from leadline.clock import utc_now
from leadline.domain.errors import Unavailable
from leadline.domain.intake import Captured, Intake
from leadline.integrations.journal import SqliteJournal, open_journal
from leadline.ports import UnknownOutcome
from leadline.storage.memory import MemoryStore
from leadline.usecases.capture import capture_leads
from leadline.usecases.capture_queue import CaptureQueue
from leadline.usecases.outage import DatabaseWatch
from leadline.usecases.standby import Standby
from tests.builders import HOUSE

State = Literal["well", "refuses", "hangs", "loses the answer"]


@dataclass
class Database:
    """The memory store behind a network. `hangs`: calls wait until it is well, and are done then. `loses the answer`: the next
    commit takes place, its answer is lost, and from then on it refuses."""

    state: State = "well"
    captured: list[Intake] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store = MemoryStore(rehearse=False, on_call=self._on_call)
        self._is_well = asyncio.Event()
        self._is_well.set()

    def _on_call(self, name: str) -> None:
        if self.state == "refuses" and name != "committed":
            raise Unavailable("the database refuses")
        if self.state == "loses the answer" and name == "committed":
            self.turn("refuses")
            raise UnknownOutcome("the answer to the commit was lost")

    def turn(self, state: State) -> None:
        self.state = state
        self._is_well.set() if state != "hangs" else self._is_well.clear()

    async def beat(self) -> None:
        await self._is_well.wait()
        if self.state == "refuses":
            raise Unavailable("the database refuses")

    async def capture(self, items: Sequence[Intake]) -> list[Captured]:
        await self._is_well.wait()
        results = await capture_leads(self.store, HOUSE, items, utc_now())
        self.captured += items
        return results


@dataclass
class Server:
    """One process: a queue, a journal, a watch."""

    queue: CaptureQueue
    journal: SqliteJournal
    watch: DatabaseWatch

    async def until(self, *, is_away: bool) -> None:
        async with asyncio.timeout(30):
            while self.watch.is_away is not is_away:
                await asyncio.sleep(0.005)

    async def until_brought_in(self) -> None:
        async with asyncio.timeout(30):
            while self.watch.is_away or self.journal.depth:
                await asyncio.sleep(0.005)

    async def kill(self) -> None:
        """What kill -9 leaves: what was committed, nothing else."""
        for task in self.queue._tasks:
            task.cancel()
        await asyncio.wait(self.queue._tasks)
        await self.watch.close()
        await self.journal.close()


async def start(database: Database, folder: Path, entries_max: int = 1_000) -> Server:
    journal = await open_journal(folder, entries_max)
    watch = DatabaseWatch(database.beat)
    watch.start()
    queue = CaptureQueue(database.capture, batch_max=4, standby=Standby(journal, watch))
    queue.start()
    return Server(queue, journal, watch)


@asynccontextmanager
async def server(database: Database, folder: Path, entries_max: int = 1_000) -> AsyncIterator[Server]:
    running = await start(database, folder, entries_max)
    try:
        yield running
    finally:
        await running.queue.close()
        await running.watch.close()
        await running.journal.close()
