"""The worker beside the web server."""

import asyncio
from datetime import UTC, datetime, timedelta

from leadline.domain.login_tries import LoginTries
from leadline.ports import Tx
from leadline.storage.memory import MemoryStore
from leadline.worker import run_worker


async def test_login_tries_that_count_no_longer_are_taken_out_however_many_there_are(memory: MemoryStore) -> None:
    now = datetime.now(UTC)
    running = LoginTries(0, 1, now + timedelta(minutes=5))

    async def fill(tx: Tx) -> None:
        tx.set_login_tries([running, *(LoginTries(slot, 1, now) for slot in range(1, 700))])

    await memory.transact(fill)
    stopping = asyncio.Event()
    working = asyncio.create_task(run_worker(memory, None, stopping))
    async with asyncio.timeout(60):
        while len(memory._state.login_tries) > 1:
            await asyncio.sleep(0.01)
    stopping.set()
    await working

    assert memory._state.login_tries == {0: running}
