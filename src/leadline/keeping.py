"""The main thread of `leadline serve`. It hears signals and keeps the embedded database running, which only this thread may start
(`embedded.ways`); web server and worker have a thread and a loop of their own, so that no death of the database closes the port."""

import asyncio
import signal
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

import uvloop

from leadline.embedded import CannotStart, EmbeddedUrls
from leadline.embedded.messages import say

LOOK_SECONDS = 0.5
# How long until a database that would not start is tried again, from the first time on.
PAUSES_SECONDS = (1.0, 5.0, 15.0, 60.0)
# One that has run for so long died of something else than its start.
WELL_SECONDS = 60.0

Serving = Callable[[asyncio.Event], Coroutine[Any, Any, None]]


def run(serving: Serving, database: EmbeddedUrls | None) -> None:
    """Run a loop on `serving`, which ends soon after its event is set: by SIGTERM or SIGINT. Until then an embedded database that
    was killed is started again, whatever that takes. Raises what `serving` raises."""
    told = _Told()
    with _heard(told), ThreadPoolExecutor(1, "serving") as thread:
        running = thread.submit(_in_a_loop, serving, told)
        try:
            if database is None:
                wait({running})
            else:
                _Keeper(database, told).keep(running)
        finally:
            told.tell()
    running.result()


class _Told:
    """That it is time to stop, carried from the main thread into a loop of another."""

    def __init__(self) -> None:
        self.is_told = False
        self.interrupts = False
        self._pass_on: Callable[[], object] = lambda: None

    def tell(self) -> None:
        self.is_told = True
        # A loop that has ended needs no telling.
        with suppress(RuntimeError):
            self._pass_on()

    def hear(self, number: int, frame: FrameType | None) -> None:
        """The signal handler. It cuts off a start of the database, which can take minutes."""
        self.tell()
        if self.interrupts:
            self.interrupts = False
            raise KeyboardInterrupt

    def event(self) -> asyncio.Event:
        """Set when it is told; for the loop in which this is called."""
        event, loop = asyncio.Event(), asyncio.get_running_loop()
        self._pass_on = lambda: loop.call_soon_threadsafe(event.set)
        if self.is_told:
            event.set()
        return event


class _Keeper:
    """Starts a dead database again: at once, then ever more seldom while it dies or will not start."""

    def __init__(self, database: EmbeddedUrls, told: _Told) -> None:
        self._database = database
        self._told = told
        self._began = -WELL_SECONDS
        self._failures = 0

    def keep(self, running: "Future[None]") -> None:
        """Until the loop has ended."""
        while not wait({running}, LOOK_SECONDS).done:
            if not (self._told.is_told or self._database.alive()) and time.monotonic() >= self._again_at():
                self._start_again()

    def _again_at(self) -> float:
        if not self._failures:
            return self._began
        return self._began + PAUSES_SECONDS[min(self._failures, len(PAUSES_SECONDS)) - 1]

    def _start_again(self) -> None:
        is_soon = time.monotonic() - self._began < WELL_SECONDS
        self._failures = self._failures + 1 if is_soon else 0
        self._began = time.monotonic()
        say("the embedded PostgreSQL was killed; starting it again")
        self._told.interrupts = True
        try:
            self._database.start_again()
        except CannotStart as error:
            say(f"{error}\nLeads go to the journal meanwhile, and the start is tried again.")
        except KeyboardInterrupt:
            return
        finally:
            self._told.interrupts = False


def _in_a_loop(serving: Serving, told: _Told) -> None:
    async def in_it() -> None:
        await serving(told.event())

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(in_it())


@contextmanager
def _heard(told: _Told) -> Iterator[None]:
    before = {number: signal.signal(number, told.hear) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
