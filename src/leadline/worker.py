"""The loops beside the web server: messages to people, what intake need not wait for, what may be forgotten, leads that older
rules have scored, and whether anything is missing."""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from leadline.clock import utc_now
from leadline.domain.activities import SYSTEM
from leadline.domain.errors import LeadlineError
from leadline.domain.notifications import CHANNEL_NAMES, ChannelName
from leadline.domain.workers import BEAT_SECONDS, FORGOTTEN_AFTER, Worker
from leadline.ports import Store
from leadline.usecases.bell import Bell
from leadline.usecases.day_summary import summarize_day
from leadline.usecases.deciding import Deciding, House
from leadline.usecases.idempotency import FORGOTTEN_AT_ONCE as ANSWERS_AT_ONCE
from leadline.usecases.idempotency import forget_answers
from leadline.usecases.index import index_leads
from leadline.usecases.notify import deliver, release_held
from leadline.usecases.passwords import FORGOTTEN_AT_ONCE, forget_tries
from leadline.usecases.rescore_leads import rescore_leads
from leadline.usecases.sending import Delivery
from leadline.usecases.silences import tell_of_silences

POLL_SECONDS = 1.0
# How soon after a publication its leads begin to be rescored.
RESCORE_POLL_SECONDS = 5.0
AFTER_FAULT_SECONDS = 5.0
# How often somebody looks whether an endpoint fell silent, or a day has ended.
WATCH_POLL_SECONDS = 1_800.0
STEPS_ASIDE_MAX = 5
# How many of its small batches the index gets before the worker looks again whether it should step aside.
BATCHES_AT_A_TIME = 10
FORGET_SECONDS = 60.0
DELIVERY_POLL_SECONDS = 2.0
# A round of a channel takes all that is there, so that the next one is worth its claim: beside a flood of leads it finds more. An alert
# waits no longer for it.
ROUND_SECONDS = 0.05
# What is being sent when the worker is told to stop may take so long.
STOP_SECONDS = 6.0
# How often held rows are looked at.
RELEASE_SECONDS = 15.0

log = logging.getLogger("leadline.worker")


async def run_worker(
    store: Store, phone_region: str | None, stopping: asyncio.Event, is_busy: Callable[[], bool] = lambda: False
) -> None:
    """Make search words and international phone numbers, and take out login tries that count no longer and answers that are kept
    no longer, until `stopping` is set. Any number of workers may run at once.

    While `is_busy` says that live intake is under way it steps aside, for a few seconds at a time."""
    forget_at = 0.0
    while not stopping.is_set():
        await _step_aside(stopping, is_busy)
        try:
            is_done = await _index(store, phone_region)
            if time.monotonic() >= forget_at:
                forget_at = time.monotonic() + (FORGET_SECONDS if await _forget(store) else 0.0)
            pause = POLL_SECONDS if is_done else 0.0
        except LeadlineError as error:
            log.warning("the worker failed, will be tried again: %s", error)
            pause = AFTER_FAULT_SECONDS
        await _wait(stopping, pause)


async def _forget(store: Store) -> bool:
    """What has expired, some of each kind; True when nothing is left to do."""
    tries = await forget_tries(store, utc_now())
    answers = await forget_answers(store, utc_now())
    return tries < FORGOTTEN_AT_ONCE and answers < ANSWERS_AT_ONCE


async def _index(store: Store, phone_region: str | None) -> bool:
    """Some batches in a row; True when nothing is left to do."""
    for _ in range(BATCHES_AT_A_TIME):
        if not await index_leads(store, phone_region):
            return True
    return False


async def run_rescoring(
    store: Store,
    house: House,
    stopping: asyncio.Event,
    is_busy: Callable[[], bool] = lambda: False,
    poll_seconds: float = RESCORE_POLL_SECONDS,
) -> None:
    """Bring the open leads to the newest rule set until `stopping` is set. Any number of workers may run at once; while
    `is_busy` this one steps aside between batches. A run that is stopped is taken up by the next."""

    async def pause() -> None:
        await _step_aside(stopping, is_busy)
        if stopping.is_set():
            raise _Stopped

    while not stopping.is_set():
        wait_seconds = poll_seconds
        try:
            progress = await rescore_leads(store, house, utc_now(), pause=pause)
            if progress and progress.done:
                log.info("rule set %d: %d leads rescored", progress.version, progress.done)
        except _Stopped:
            return
        except LeadlineError as error:
            log.warning("rescoring stopped, will go on: %s", error)
            wait_seconds = max(poll_seconds, AFTER_FAULT_SECONDS)
        await _wait(stopping, wait_seconds)


async def run_watch(
    store: Store, house: House, stopping: asyncio.Event, look_seconds: float = WATCH_POLL_SECONDS
) -> None:
    """Say once a day what became of the postings of the day before, and tell managers of endpoints that fell silent, until
    `stopping` is set. Any number may run at once: a spell is told of once."""
    said: date | None = None
    while not stopping.is_set():
        now = utc_now()
        try:
            yesterday = now.date() - timedelta(days=1)
            if said != yesterday:
                summary = await summarize_day(store, yesterday)
                log.log(logging.ERROR if summary.lost else logging.INFO, "%s", summary.line())
                said = yesterday
            for name in await tell_of_silences(store, Deciding(house, now, SYSTEM)):
                log.warning("endpoint %s fell silent; managers are told", name)
        except LeadlineError as error:
            log.warning("the watch failed, will be tried again: %s", error)
        await _wait(stopping, look_seconds)


async def run_delivery(
    d: Delivery, bell: Bell, stopping: asyncio.Event, poll_seconds: float = DELIVERY_POLL_SECONDS
) -> None:
    """Send what is queued until `stopping` is set: each channel by itself, so that none waits for another's provider. Woken by the
    bell, and polling beside it: a next try's time comes without a ring. Any number of workers may run at once."""
    running: asyncio.Future[Any] = asyncio.gather(
        *(_run_channel(d, name, bell, stopping, poll_seconds) for name in CHANNEL_NAMES)
    )
    told: asyncio.Future[Any] = asyncio.create_task(stopping.wait())
    await asyncio.wait([running, told], return_when=asyncio.FIRST_COMPLETED)
    # What hangs at a provider keeps its lease, which another worker takes over when it has run out.
    with suppress(TimeoutError):
        await asyncio.wait_for(running, STOP_SECONDS)
    told.cancel()


async def _run_channel(
    d: Delivery, channel: ChannelName, bell: Bell, stopping: asyncio.Event, poll_seconds: float
) -> None:
    rung = bell.listen()
    stop = asyncio.create_task(stopping.wait())
    release_at = 0.0
    while not stopping.is_set():
        rung.clear()
        pause = poll_seconds
        try:
            if time.monotonic() >= release_at:
                released = await release_held(d, channel)
                release_at = time.monotonic() + (0.0 if released else RELEASE_SECONDS)
            while not stopping.is_set() and await deliver(d, channel, stopping):
                await _wait(stopping, ROUND_SECONDS)
        except LeadlineError as error:
            log.warning("the delivery by %s stopped, will go on: %s", channel, error)
            pause = AFTER_FAULT_SECONDS
        # Nobody waits for a row that will only be held.
        ring = asyncio.create_task(rung.wait() if d.hindrance(channel) is None else stopping.wait())
        await asyncio.wait([stop, ring], timeout=pause, return_when=asyncio.FIRST_COMPLETED)
        ring.cancel()
    stop.cancel()


async def run_heartbeat(store: Store, worker_id: UUID, place: str, stopping: asyncio.Event) -> None:
    """Say that this worker is there until `stopping` is set, and take out those that died long ago."""
    started_at = utc_now()
    while not stopping.is_set():
        try:
            now = utc_now()
            await store.touch_worker(Worker(worker_id, place, started_at, now))
            gone = [w.id for w in await store.list_workers() if now - w.seen_at > FORGOTTEN_AFTER]
            if gone:
                await store.forget_workers(gone)
        except LeadlineError as error:
            log.warning("the heartbeat of this worker was not kept: %s", error)
        await _wait(stopping, BEAT_SECONDS)
    with suppress(LeadlineError):
        await store.forget_workers([worker_id])


class _Stopped(Exception):
    """The worker is told to stop in the middle of something long."""


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
