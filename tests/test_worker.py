"""The worker beside the web server."""

import asyncio
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from leadline.domain.idempotency import KeptAnswer
from leadline.domain.login_tries import LoginTries
from leadline.ports import Tx
from leadline.storage.memory import MemoryStore
from leadline.usecases.index import BATCH
from leadline.worker import BATCHES_AT_A_TIME, run_watch, run_worker
from tests.builders import HOUSE, an_id, lead, user
from tests.contract.test_silences import hourly, post
from tests.steps import notifications, put


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


async def watch_until(memory: MemoryStore, caplog: pytest.LogCaptureFixture, looks: int) -> list[str]:
    """What the watch says while it looks so many times."""
    caplog.set_level(logging.INFO, "leadline.worker")
    seen = asyncio.Semaphore(0)
    memory._on_call = lambda name: seen.release() if name == "list_endpoints" else None
    stopping = asyncio.Event()
    watching = asyncio.create_task(run_watch(memory, HOUSE, stopping, look_seconds=0.001))
    async with asyncio.timeout(60):
        for _ in range(looks):
            await seen.acquire()
    stopping.set()
    await watching
    return [record.getMessage() for record in caplog.records if record.name == "leadline.worker"]


async def test_the_watch_says_once_what_became_of_yesterdays_postings(
    memory: MemoryStore, caplog: pytest.LogCaptureFixture
) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    await post(memory, "contact", [yesterday])

    said = await watch_until(memory, caplog, 3)

    line = "received 1, created 0, duplicate 0, rejected 0, spam 0, quarantined 1, lost 0"
    assert said == [f"{yesterday.date()}: {line}"]


async def test_the_watch_tells_managers_once_of_an_endpoint_that_fell_silent(
    memory: MemoryStore, caplog: pytest.LogCaptureFixture
) -> None:
    await put(memory, users=[user(role="manager")])
    await post(memory, "contact", hourly(datetime.now(UTC) - timedelta(hours=80)))

    said = await watch_until(memory, caplog, 3)

    assert [line for line in said if "contact" in line] == ["endpoint contact fell silent; managers are told"]
    assert {row.template_name for row in await notifications(memory)} == {"endpoint_silent"}
