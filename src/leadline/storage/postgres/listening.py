"""Hearing of new notifications as they are committed, on a connection of its own that no pooler may stand before.

A connection that is half open gives no event and no callback, and `close()` hangs on it: it is asked every ten seconds, and thrown
away where it does not answer. Whoever listens polls anyway."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import asyncpg

from leadline.storage.postgres.connection import OUTAGE
from leadline.storage.postgres.flush import QUEUE_TOPIC

LOOK_SECONDS = 10.0
ANSWER_SECONDS = 5.0
AGAIN_SECONDS = 2.0

log = logging.getLogger("leadline.listening")


async def listen(
    url: str, heard: Callable[[], None], stopping: asyncio.Event, look_seconds: float = LOOK_SECONDS
) -> None:
    """Call `heard` at each commit that queues something, and whenever some may have been missed, until `stopping` is set."""
    told = asyncio.create_task(stopping.wait())
    try:
        while not stopping.is_set():
            try:
                await _listen_once(url, heard, told, look_seconds)
            except OUTAGE as error:
                log.warning(
                    "nobody rings for new notifications, they are polled for: %s", error or type(error).__name__
                )
                await asyncio.wait([told], timeout=AGAIN_SECONDS)
    finally:
        told.cancel()


async def _listen_once(url: str, heard: Callable[[], None], told: "asyncio.Task[Any]", look_seconds: float) -> None:
    connection = await asyncpg.connect(
        url, timeout=ANSWER_SECONDS, server_settings={"application_name": "leadline-bell"}
    )
    try:
        await connection.add_listener(QUEUE_TOPIC, lambda *_: heard())
        # What was queued while nobody listened.
        heard()
        while not told.done():
            await asyncio.wait([told], timeout=look_seconds)
            await connection.fetchval("SELECT 1", timeout=ANSWER_SECONDS)
    finally:
        with suppress(asyncpg.InterfaceError):
            connection.terminate()
