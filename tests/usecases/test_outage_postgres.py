"""PostgreSQL that really refuses, really hangs, and really loses the answer to a commit: behind a proxy on loopback."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from leadline.clock import utc_now
from leadline.domain.intake import Captured, Journalled
from leadline.integrations.journal import open_journal
from leadline.storage.postgres.store import ROUTING_LOCK, PostgresStore, open_store
from leadline.usecases.capture import capture_leads
from leadline.usecases.capture_queue import CaptureQueue
from leadline.usecases.outage import DatabaseWatch
from leadline.usecases.standby import Standby
from tests.builders import HOUSE, intake
from tests.conftest import Servers, empty
from tests.invariants import every_lead
from tests.proxy import Mode, Proxy, proxy_to
from tests.usecases.outages import Server


@pytest.fixture
def url(servers: Servers) -> str:
    return servers.url("postgres")


@asynccontextmanager
async def running(url: str, folder: Path) -> AsyncIterator[tuple[Server, Proxy, PostgresStore]]:
    await empty(url)
    async with proxy_to(url) as proxy:
        store = await open_store(proxy.url, as_app=True)
        journal, watch = await open_journal(folder, 1_000), DatabaseWatch(store.beat)
        watch.start()
        standby = Standby(journal, watch)
        queue = CaptureQueue(lambda items: capture_leads(store, HOUSE, items, utc_now()), batch_max=64, standby=standby)
        queue.start()
        try:
            yield Server(queue, journal, watch), proxy, store
        finally:
            await proxy.turn("passes")
            await queue.close()
            await watch.close()
            await journal.close()
            await store.close()


@pytest.mark.parametrize("mode", ["refuses", "hangs", "loses the commit's answer"])
async def test_what_is_posted_as_it_goes_and_while_it_is_gone_is_there_once_when_it_is_back(
    url: str, tmp_path: Path, mode: Mode
) -> None:
    async with running(url, tmp_path) as (server, proxy, store):
        (before,) = await server.queue.take([intake()])
        await proxy.turn(mode)
        under_way, during = intake(), [intake() for _ in range(5)]
        answers = await server.queue.take([under_way])
        await server.until(is_away=True)
        answers += await server.queue.take(during)
        await proxy.turn("passes")
        await server.until_brought_in()

        assert isinstance(before, Captured)
        assert [type(answer) for answer in answers] == [Journalled] * 6
        assert len(await every_lead(store)) == 7
        receipts = [await server.journal.find(item.id) for item in (under_way, *during)]
        assert [receipt and receipt.outcome for receipt in receipts] == ["created"] * 6


async def test_waiting_for_the_routing_lock_is_no_outage(url: str, tmp_path: Path) -> None:
    async with running(url, tmp_path) as (server, _, _):
        holder = await asyncpg.connect(url)
        async with holder.transaction():
            await holder.execute(f"SELECT pg_advisory_xact_lock({ROUTING_LOCK})")
            posting = asyncio.create_task(server.queue.take([intake()]))
            # Longer than an outage takes to be one.
            await asyncio.sleep(1.7)
            assert (server.watch.is_away, posting.done()) == (False, False)
        await holder.close()

        (captured,) = await posting

        assert isinstance(captured, Captured)
