"""The worker on every store: woken by a ring, by a commit of another process, and by time; its heartbeat; its stop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from leadline.clock import utc_now
from leadline.domain.notifications import Notification
from leadline.domain.workers import alive
from leadline.ids import new_id
from leadline.ports import Store, Tx
from leadline.storage.postgres.listening import listen
from leadline.usecases.bell import Bell
from leadline.usecases.sending import Delivery
from leadline.worker import run_delivery, run_heartbeat
from tests.recorded import Recorder

# Long enough that only a ring explains what comes sooner.
NEVER = 3600.0
PATIENCE = 30.0


async def queue(store: Store) -> None:
    async def work(tx: Tx) -> None:
        tx.add_notifications([Notification(new_id(), "slack", "lead_waiting", "#leads", utc_now())])

    await store.transact(work)


@asynccontextmanager
async def delivering(store: Store, bell: Bell) -> AsyncIterator[Recorder]:
    channel, stopping = Recorder(), asyncio.Event()
    d = Delivery(store, {"slack": channel}, new_id, utc_now, lambda: 0.5, "one", "https://x.example.com")
    task = asyncio.create_task(run_delivery(d, bell, stopping, NEVER))
    yield channel
    stopping.set()
    await asyncio.wait_for(task, PATIENCE)


async def test_a_ring_wakes_the_delivery_and_a_stop_ends_it(store: Store) -> None:
    bell = Bell()
    async with delivering(store, bell) as channel:
        await queue(store)
        bell.ring()
        await asyncio.wait_for(channel.arrived.wait(), PATIENCE)

    assert len(channel.sent) == 1


async def test_what_was_queued_before_the_start_is_sent_without_a_ring(store: Store) -> None:
    await queue(store)

    async with delivering(store, Bell()) as channel:
        await asyncio.wait_for(channel.arrived.wait(), PATIENCE)


async def test_a_commit_rings_for_whoever_listens_to_the_database(store: Store, database_url: str | None) -> None:
    if database_url is None or database_url.startswith("firestore"):
        return
    stopping, heard = asyncio.Event(), asyncio.Event()
    task = asyncio.create_task(listen(database_url, heard.set, stopping))
    # The first ring says that it listens from here on.
    await asyncio.wait_for(heard.wait(), PATIENCE)
    heard.clear()

    await queue(store)

    await asyncio.wait_for(heard.wait(), PATIENCE)
    stopping.set()
    await asyncio.wait_for(task, PATIENCE)


async def test_a_worker_is_alive_while_it_runs_and_gone_when_it_has_stopped(store: Store) -> None:
    stopping = asyncio.Event()
    task = asyncio.create_task(run_heartbeat(store, new_id(), "here", stopping))
    async with asyncio.timeout(PATIENCE):
        while not (workers := await store.list_workers()):
            await asyncio.sleep(0)

    assert [worker.place for worker in alive(workers, utc_now())] == ["here"]
    stopping.set()
    await asyncio.wait_for(task, PATIENCE)

    assert await store.list_workers() == []
