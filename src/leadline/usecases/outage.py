"""Whether the database is away: asked again and again, on a connection of its own."""

import asyncio
from collections.abc import Awaitable, Callable

from leadline.domain.errors import Unavailable

# No answer to a question that waits for nothing, for so long, is an outage.
OUTAGE_SECONDS = 1.0
LOOK_SECONDS = 0.5
LOOK_AGAIN_SECONDS = 0.1
# What a busy event loop is given to read an answer that has arrived in time.
LAST_CHANCES = 3


class DatabaseWatch:
    """Asks `beat` (`ports.Store.beat`) and says when the store goes away and when it is back. A database that hangs is as far away
    as one that refuses; one in which somebody waits for a lock is not."""

    def __init__(self, beat: Callable[[], Awaitable[None]], *, is_held: bool = False) -> None:
        """`is_held`: the store counts as away, and is not asked, until it is `released`."""
        self._beat = beat
        self._is_held = is_held
        self._is_away = is_held
        self._asked = 0
        self._askers: list[tuple[int, asyncio.Future[bool]]] = []
        self._wake = asyncio.Event()
        self._listeners: list[Callable[[], None]] = []
        self._looking: asyncio.Task[None] | None = None

    @property
    def is_away(self) -> bool:
        """Whether there is an outage."""
        return self._is_away

    def start(self) -> None:
        """Begin to ask; needs a running event loop."""
        self._looking = asyncio.create_task(self._look())

    def release(self) -> None:
        """The store is as this Leadline needs it: from here on its answers count."""
        self._is_held = False

    async def close(self) -> None:
        """Ask no more."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait({self._looking})
        self._tell(lambda number: True, False)

    def tell(self, listener: Callable[[], None]) -> None:
        """Call this whenever the store goes away or comes back."""
        self._listeners.append(listener)

    async def answers(self) -> bool:
        """Whether the store answers a question that is asked from now on; False once there is an outage."""
        if self._is_away or self._looking is None or self._looking.done():
            return False
        told = asyncio.get_running_loop().create_future()
        self._askers.append((self._asked + 1, told))
        self._wake.set()
        return bool(await told)

    async def _look(self) -> None:
        loop = asyncio.get_running_loop()
        unanswered_since: float | None = None
        while True:
            self._wake.clear()
            self._asked += 1
            number, began = self._asked, loop.time()
            if await self._is_answered():
                unanswered_since = None
                self._turn(is_away=False)
                self._tell(lambda wanted, number=number: wanted <= number, True)  # type: ignore[misc]
                await self._pause(LOOK_SECONDS)
                continue
            unanswered_since = began if unanswered_since is None else unanswered_since
            if loop.time() - unanswered_since >= OUTAGE_SECONDS:
                self._turn(is_away=True)
                self._tell(lambda wanted: True, False)
            await asyncio.sleep(LOOK_AGAIN_SECONDS)

    async def _is_answered(self) -> bool:
        if self._is_held:
            return False
        asking = asyncio.ensure_future(self._beat())
        # Given up, it ends on its own; that nobody asks it for its error is no news.
        asking.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
        try:
            await asyncio.wait({asking}, timeout=OUTAGE_SECONDS)
            for _ in range(LAST_CHANCES):
                await asyncio.sleep(0)
        finally:
            if not asking.done():
                asking.cancel()
        return asking.done() and not asking.cancelled() and asking.exception() is None

    def _turn(self, *, is_away: bool) -> None:
        if is_away is not self._is_away:
            self._is_away = is_away
            for listener in self._listeners:
                listener()

    def _tell(self, is_for: Callable[[int], bool], answer: bool) -> None:
        for wanted, told in [asker for asker in self._askers if is_for(asker[0])]:
            if not told.done():
                told.set_result(answer)
            self._askers.remove((wanted, told))

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return


def check_here(watch: DatabaseWatch | None) -> None:
    """Raises Unavailable at once during an outage, so that nobody waits for a connection to what does not answer."""
    if watch is not None and watch.is_away:
        raise Unavailable("the database does not answer", retry_after_seconds=5)
