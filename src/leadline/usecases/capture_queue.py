"""The queue in front of the capture: concurrent postings are taken as they stand and committed together."""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence

from leadline.domain.errors import Unavailable
from leadline.domain.idempotency import StillRunning
from leadline.domain.intake import Captured, Intake, Journalled
from leadline.usecases.drain import Capture, drain
from leadline.usecases.queue_places import Place, answer_for, fail, fail_all
from leadline.usecases.standby import Standby

WAITING_MAX = 4096
ANSWER_SECONDS = 4.5
LOOK_SECONDS = 0.25
# A batch of this many says that intake is heavy; what can wait then stays away for a moment.
CROWD = 4
BUSY_SECONDS = 1.0
# A capture that failed sooner than this may have lost no more than its connection; a later one has waited for something.
QUICK_SECONDS = 1.0
AGAIN_SECONDS = 0.05

_NOT_IN_TIME = "the submission could not be stored in time; sending it again makes no second lead"

log = logging.getLogger("leadline.journal")


class CaptureQueue:
    """One writer per process. It never waits for a batch to fill: what stands in the queue when the last commit is done goes
    next, so a single client sees no delay and many share one commit. With a `standby` what stands in the queue goes to the
    journal while the store is away, and the writer brings the journal in before anything newer."""

    def __init__(
        self, capture: Capture, *, batch_max: int, waiting_max: int = WAITING_MAX, standby: Standby | None = None
    ) -> None:
        self._capture = capture
        self._batch_max = batch_max
        self._waiting_max = waiting_max
        self._standby = standby
        self._waiting: deque[Place] = deque()
        self._in_work: list[Place] = []
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._journalling: set[asyncio.Task[None]] = set()
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
        if self._standby is not None:
            self._standby.watch.tell(self._on_turn)
        self._tasks = [asyncio.create_task(self._write()), asyncio.create_task(self._look())]

    async def close(self) -> None:
        """Take nothing more, finish what was taken."""
        self._closing = True
        self._wake.set()
        if self._tasks:
            writer, watcher = self._tasks
            await writer
            watcher.cancel()
            await asyncio.gather(*self._journalling)

    async def submit(self, items: Sequence[Intake]) -> list[Captured]:
        """The answers, after the commit. Raises Unavailable when the queue is full or the store does not answer in time;
        in the latter case the items may have been stored all the same, and sending them again makes no second lead.
        Raises StillRunning for an idempotency key whose first post is in the queue, and Journalled, with the receipt of the
        first, where one of them went to the journal: each of them is safe then."""
        captured: list[Captured] = []
        for answer in await self.take(items):
            if isinstance(answer, Journalled):
                raise answer
            captured.append(answer)
        return captured

    async def take(self, items: Sequence[Intake]) -> list[Captured | Journalled]:
        """The same, item by item: a list may be captured in part and lie in the journal in part."""
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
        places = [Place(item, loop.create_future(), now) for item in items]
        self._waiting.extend(places)
        self._wake.set()
        if self._standby is not None and self._standby.watch.is_away:
            self._to_journal()
        # Each waits for an answer of its own: a client that goes away takes nothing from its neighbours in the batch.
        return [await place.answer for place in places]

    async def _write(self) -> None:
        while not (self._closing and not self._waiting):
            if self._standby is not None and self._standby.takes_over:
                if self._closing:
                    self._to_journal()
                    return
                await self._stand_by(self._standby)
                continue
            if not self._waiting:
                self._wake.clear()
                await self._wake.wait()
                continue
            waiting = self._waiting
            self._in_work = [waiting.popleft() for _ in range(min(len(waiting), self._batch_max))]
            if len(self._in_work) >= CROWD:
                self._crowded_at = asyncio.get_running_loop().time()
            await self._settle(self._in_work)
            self._let_run(self._in_work)
            self._in_work = []

    def _let_run(self, places: Sequence[Place]) -> None:
        """Their keys are free again."""
        if self._running:
            self._running.difference_update(place.item.once.digest for place in places if place.item.once)

    async def _stand_by(self, standby: Standby) -> None:
        """Wait while the store is away; else bring in some of the journal. Nothing that happens there ends the writer."""
        if standby.watch.is_away:
            self._wake.clear()
            await self._wake.wait()
            return
        try:
            if await drain(standby.journal, self._capture, self._batch_max):
                return
        except Unavailable as error:
            log.info("the journal waits on: %s", error)
        except Exception:
            log.exception("the journal cannot be brought in; it will be tried again")
        await asyncio.sleep(LOOK_SECONDS)

    async def _settle(self, batch: list[Place]) -> None:
        """Every waiting poster hears what came of it, whatever it was, and the writer lives on."""
        try:
            results = await self._captured([place.item for place in batch])
            if len(results) != len(batch):
                # Whose answer is whose is not known, so that nobody gets somebody else's lead.
                raise RuntimeError(f"the capture of {len(batch)} submissions gave {len(results)} answers")
        except asyncio.CancelledError:
            fail_all(batch, Unavailable(_NOT_IN_TIME))
            # Somebody ends the writer; else a connection was given up below it, which is no reason to stop.
            if _is_ended():
                raise
        except Exception as error:
            fail_all(batch, error)
        else:
            for place, result in zip(batch, results, strict=True):
                if not place.answer.done():
                    place.answer.set_result(result)

    async def _captured(self, items: list[Intake]) -> list[Captured]:
        """The capture, again where a connection broke and the store answers: a server that was started again has left a pool of
        broken ones. Where it does not answer, the watch soon says so, and the journal has the batch before this ends."""
        time = asyncio.get_running_loop().time
        until = time() + ANSWER_SECONDS
        while True:
            began = time()
            try:
                return await self._capture(items)
            except Unavailable:
                is_quick = time() - began <= QUICK_SECONDS
                if self._standby is None or not await self._standby.watch.answers():
                    raise
                if not is_quick or time() + AGAIN_SECONDS > until:
                    raise
            await asyncio.sleep(AGAIN_SECONDS)

    def _on_turn(self) -> None:
        """The store went away, or is back."""
        if self._standby is not None and self._standby.watch.is_away:
            log.warning("the database does not answer; submissions go to the journal")
            self._to_journal()
        elif self._standby is not None:
            log.warning("the database answers; %d submissions are brought in", self._standby.journal.depth)
        self._wake.set()

    def _to_journal(self) -> None:
        """Give the journal whatever has waited longer than it should, oldest first: during an outage that is everything, what the
        writer has handed to the store included. What became of that is not known; its id sees to it that it is kept once."""
        assert self._standby is not None
        places = (
            [p for p in self._in_work if not (p.is_aside or p.answer.done())] if self._standby.watch.is_away else []
        )
        patience = 0.0 if self._closing else self._standby.patience_seconds
        before = asyncio.get_running_loop().time() - patience
        while self._waiting and self._waiting[0].since <= before:
            places.append(self._waiting.popleft())
        if not places:
            return
        room = self._standby.journal.room
        try:
            written = self._standby.journal.append([place.item for place in places[:room]])
        except Exception as error:
            fail_all(places, error)
            return
        for place in places[:room]:
            place.is_aside = True
        fail_all(places[room:], Unavailable("the database does not answer, and the journal is full", 5))
        self._let_run(places)
        task = asyncio.create_task(answer_for(places[:room], written))
        self._journalling.add(task)
        task.add_done_callback(self._journalling.discard)

    async def _look(self) -> None:
        """Answer those who have waited too long. One look at all of them, a few times a second, in place of a timer each."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if self._standby is not None and self._standby.takes_over:
                self._to_journal()
            late = asyncio.get_running_loop().time() - ANSWER_SECONDS + LOOK_SECONDS
            for place in (*self._in_work, *self._waiting):
                if place.since < late:
                    fail(place, Unavailable(_NOT_IN_TIME))


def _is_ended() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
