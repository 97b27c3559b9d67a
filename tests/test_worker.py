"""The worker beside the web server."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from leadline.domain.idempotency import KeptAnswer
from leadline.domain.login_tries import LoginTries
from leadline.ports import Tx
from leadline.storage.memory import MemoryStore
from leadline.usecases.index import BATCH
from leadline.worker import BATCHES_AT_A_TIME, run_worker
from tests.builders import an_id, lead
from tests.steps import put


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


async def test_the_words_of_all_leads_are_made_however_many_there_are(memory: MemoryStore) -> None:
    await put(memory, [lead() for _ in range(BATCH * BATCHES_AT_A_TIME + 1)])
    stopping = asyncio.Event()
    working = asyncio.create_task(run_worker(memory, None, stopping))

    async with asyncio.timeout(60):
        while await memory.transact(lambda tx: tx.leads_to_index(1)):
            await asyncio.sleep(0.01)
    stopping.set()
    await working


async def test_answers_that_are_kept_no_longer_are_forgotten(memory: MemoryStore) -> None:
    now = datetime.now(UTC)
    old = KeptAnswer(b"old", b"", now, now, an_id(1), 201, b"{}")
    kept = replace(old, digest=b"kept", expires_at=now + timedelta(minutes=5))

    async def fill(tx: Tx) -> None:
        tx.keep_answers([old, kept])

    await memory.transact(fill)
    stopping = asyncio.Event()
    working = asyncio.create_task(run_worker(memory, None, stopping))
    async with asyncio.timeout(60):
        while len(memory._state.answers) > 1:
            await asyncio.sleep(0.01)
    stopping.set()
    await working

    assert memory._state.answers == {b"kept": kept}
