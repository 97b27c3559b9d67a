"""The main thread beside the web server's: it hears signals, and starts a dead database again as often as that takes."""

import asyncio
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from leadline import keeping
from leadline.embedded import CannotStart, EmbeddedUrls


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "LOOK_SECONDS", 0.005)
    monkeypatch.setattr(keeping, "PAUSES_SECONDS", (0.01, 0.02))


@dataclass
class Database:
    """An embedded server that dies and starts as its test says: `starts` is what each start does."""

    starts: list[Callable[[], None]] = field(default_factory=list)
    is_alive: bool = True
    started: int = 0

    def urls(self) -> EmbeddedUrls:
        return EmbeddedUrls("", "", lambda: self.is_alive, self._start)

    def _start(self) -> None:
        assert threading.current_thread() is threading.main_thread()
        self.started += 1
        self.starts.pop(0)()
        self.is_alive = True


def refused() -> None:
    raise CannotStart("the disk is full")


def well() -> None:
    pass


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not is_so():
            await asyncio.sleep(0.002)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_is_heard_by_the_loop_of_the_other_thread(number: signal.Signals) -> None:
    before = signal.getsignal(number)

    async def serving(stopping: asyncio.Event) -> None:
        assert threading.current_thread() is not threading.main_thread()
        os.kill(os.getpid(), number)
        await stopping.wait()

    keeping.run(serving, None)

    assert signal.getsignal(number) is before


def test_a_dead_database_is_started_again_while_the_loop_goes_on() -> None:
    database = Database([well, well])
    turns = 0

    async def serving(stopping: asyncio.Event) -> None:
        nonlocal turns
        for _ in range(2):
            database.is_alive = False
            await until(lambda: database.is_alive)
            turns += 1

    keeping.run(serving, database.urls())

    assert (turns, database.started) == (2, 2)


def test_a_database_that_will_not_start_is_tried_until_it_does(capfd: pytest.CaptureFixture[str]) -> None:
    database = Database([refused, refused, refused, well], is_alive=False)

    async def serving(stopping: asyncio.Event) -> None:
        await until(lambda: database.is_alive)

    keeping.run(serving, database.urls())

    assert database.started == 4
    assert "the disk is full\nLeads go to the journal meanwhile" in capfd.readouterr().err


def test_a_signal_cuts_off_a_start_that_takes_long() -> None:
    def for_ever() -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Event().wait(30)

    database = Database([for_ever], is_alive=False)
    told = []

    async def serving(stopping: asyncio.Event) -> None:
        await stopping.wait()
        told.append(True)

    keeping.run(serving, database.urls())

    assert (told, database.started, database.is_alive) == ([True], 1, False)


def test_once_told_to_stop_nobody_starts_it_again() -> None:
    database = Database()

    async def serving(stopping: asyncio.Event) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        await stopping.wait()
        database.is_alive = False
        await asyncio.sleep(0.05)

    keeping.run(serving, database.urls())

    assert database.started == 0


def test_what_the_loop_raises_comes_out() -> None:
    async def serving(stopping: asyncio.Event) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        keeping.run(serving, Database().urls())


def test_a_fault_of_the_main_thread_ends_the_loop_first() -> None:
    def broken() -> None:
        raise ZeroDivisionError

    told = []

    async def serving(stopping: asyncio.Event) -> None:
        await stopping.wait()
        told.append(True)

    with pytest.raises(ZeroDivisionError):
        keeping.run(serving, Database([broken], is_alive=False).urls())

    assert told == [True]
