"""The queue in front of the capture: concurrent postings are taken as they stand and committed together."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from leadline.domain.errors import Unavailable
from leadline.domain.idempotency import StillRunning
from leadline.domain.intake import Captured, Intake

WAITING_MAX = 4096
ANSWER_SECONDS = 4.5
LOOK_SECONDS = 0.25
# A batch of this many says that intake is heavy; what can wait then stays away for a moment.
CROWD = 4
BUSY_SECONDS = 1.0

_NOT_IN_TIME = "the submission could not be stored in time; sending it again makes no second lead"

Capture = Callable[[Sequence[Intake]], Awaitable[list[Captured]]]


@dataclass(slots=True, eq=False)
class _Place:
    """One posting in the queue."""

    item: Intake
    answer: "asyncio.Future[Captured]"
    since: float


class CaptureQueue:
    """One writer per process. It never waits for a batch to fill: what stands in the queue when the last commit is done goes
    next, so a single client sees no delay and many share one commit."""

    def __init__(self, capture: Capture, *, batch_max: int, waiting_max: int = WAITING_MAX) -> None:
        self._capture = capture
        self._batch_max = batch_max
        self._waiting_max = waiting_max
        self._waiting: deque[_Place] = deque()
        self._in_work: list[_Place] = []
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._crowded_at = 0.0
        self._running: set[bytes] = set()
        self._closing = False

    @property
    def depth(self) -> int:
        """How many postings wait for a commit."""
        return len(self._waiting)

    @property
    def is_busy(self) -> bool:
        """Whether many postings came together a moment ago."""
        return asyncio.get_running_loop().time() - self._crowded_at < BUSY_SECONDS

    def start(self) -> None:
        """Begin to write; needs a running event loop."""
        self._tasks = [asyncio.create_task(self._write()), asyncio.create_task(self._watch())]

    async def close(self) -> None:
        """Take nothing more, finish what was taken."""
        self._closing = True
        self._wake.set()
        if self._tasks:
            writer, watcher = self._tasks
            await writer
            watcher.cancel()

    async def submit(self, items: Sequence[Intake]) -> list[Captured]:
        """The answers, after the commit. Raises Unavailable when the queue is full or the store does not answer in time;
        in the latter case the items may have been stored all the same, and sending them again makes no second lead.
        Raises StillRunning for an idempotency key whose first post is in the queue."""
        if self._closing or len(self._waiting) + len(items) > self._waiting_max:
            raise Unavailable(
                "too many submissions are waiting to be stored; nothing of this one was kept", retry_after_seconds=2
            )
        if keyed := {item.once.digest for item in items if item.once}:
            if keyed & self._running:
                raise StillRunning(
                    "the first request under this Idempotency-Key is still running; send it again in a moment"
                )
            self._running |= keyed
        loop = asyncio.get_running_loop()
        now = loop.time()
        places = [_Place(item, loop.create_future(), now) for item in items]
        self._waiting.extend(places)
        self._wake.set()
        # Each waits for an answer of its own: a client that goes away takes nothing from its neighbours in the batch.
        return [await place.answer for place in places]

    async def _write(self) -> None:
        while not (self._closing and not self._waiting):
            if not self._waiting:
                self._wake.clear()
                await self._wake.wait()
                continue
            waiting = self._waiting
            self._in_work = [waiting.popleft() for _ in range(min(len(waiting), self._batch_max))]
            if len(self._in_work) >= CROWD:
                self._crowded_at = asyncio.get_running_loop().time()
            await self._settle(self._in_work)
            if self._running:
                self._running.difference_update(place.item.once.digest for place in self._in_work if place.item.once)
            self._in_work = []

    async def _settle(self, batch: list[_Place]) -> None:
        """Every waiting poster hears what came of it, whatever it was, and the writer lives on."""
        try:
            results = await self._capture([place.item for place in batch])
            if len(results) != len(batch):
                # Whose answer is whose is not known, so that nobody gets somebody else's lead.
                raise RuntimeError(f"the capture of {len(batch)} submissions gave {len(results)} answers")
        except asyncio.CancelledError:
            _fail_all(batch, Unavailable(_NOT_IN_TIME))
            # Somebody ends the writer; else a connection was given up below it, which is no reason to stop.
            if _is_ended():
                raise
        except Exception as error:
            _fail_all(batch, error)
        else:
            for place, result in zip(batch, results, strict=True):
                if not place.answer.done():
                    place.answer.set_result(result)

    async def _watch(self) -> None:
        """Answer those who have waited too long. One look at all of them, a few times a second, in place of a timer each."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            late = asyncio.get_running_loop().time() - ANSWER_SECONDS + LOOK_SECONDS
            for place in (*self._in_work, *self._waiting):
                if place.since < late:
                    _fail(place, Unavailable(_NOT_IN_TIME))


def _is_ended() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _fail_all(batch: Sequence[_Place], error: Exception) -> None:
    for place in batch:
        _fail(place, error)


def _fail(place: _Place, error: Exception) -> None:
    if not place.answer.done():
        place.answer.set_exception(error)
        # Read once here, so that nobody is warned of an answer whose client has gone.
        place.answer.exception()
