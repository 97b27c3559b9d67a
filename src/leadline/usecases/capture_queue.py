"""The queue in front of the capture: concurrent postings are taken as they stand and committed together."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from leadline.domain.errors import Unavailable
from leadline.domain.intake import Captured, Intake

BATCH_MAX = 64
WAITING_MAX = 4096
ANSWER_SECONDS = 4.5

Capture = Callable[[Sequence[Intake]], Awaitable[list[Captured]]]


class CaptureQueue:
    """One writer per process. It never waits for a batch to fill: what stands in the queue when the last commit is done goes
    next, so a single client sees no delay and many share one commit."""

    def __init__(self, capture: Capture, *, batch_max: int = BATCH_MAX, waiting_max: int = WAITING_MAX) -> None:
        self._capture = capture
        self._batch_max = batch_max
        self._waiting_max = waiting_max
        self._waiting: deque[tuple[Intake, asyncio.Future[Captured]]] = deque()
        self._wake = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None
        self._closing = False

    @property
    def depth(self) -> int:
        """How many postings wait for a commit."""
        return len(self._waiting)

    def start(self) -> None:
        """Begin to write; needs a running event loop."""
        self._writer = asyncio.create_task(self._write(), name="capture-writer")

    async def close(self) -> None:
        """Take nothing more, finish what was taken."""
        self._closing = True
        self._wake.set()
        if self._writer is not None:
            await self._writer

    async def submit(self, items: Sequence[Intake]) -> list[Captured]:
        """The answers, after the commit. Raises Unavailable when the queue is full or the store does not answer in time;
        in the latter case the items may have been stored all the same, and sending them again makes no second lead."""
        if self._closing or len(self._waiting) + len(items) > self._waiting_max:
            raise Unavailable(
                "too many submissions are waiting to be stored; nothing of this one was kept", retry_after_seconds=2
            )
        loop = asyncio.get_running_loop()
        answers = [loop.create_future() for _ in items]
        self._waiting.extend(zip(items, answers, strict=True))
        self._wake.set()
        try:
            # Shielded: a client that goes away must not cancel what its neighbours in the batch wait for.
            async with asyncio.timeout(ANSWER_SECONDS):
                return list(await asyncio.shield(asyncio.gather(*answers)))
        except TimeoutError:
            raise Unavailable(
                "the submission could not be stored in time; sending it again makes no second lead"
            ) from None

    async def _write(self) -> None:
        while not (self._closing and not self._waiting):
            if not self._waiting:
                self._wake.clear()
                await self._wake.wait()
                continue
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), self._batch_max))]
            await self._settle(batch)

    async def _settle(self, batch: list[tuple[Intake, asyncio.Future[Captured]]]) -> None:
        try:
            results = await self._capture([item for item, _ in batch])
        except Exception as error:  # every waiting poster must hear of it, whatever it was, and the writer must live on
            for _, answer in batch:
                if not answer.done():
                    answer.set_exception(error)
                    answer.exception()
            return
        for (_, answer), result in zip(batch, results, strict=True):
            if not answer.done():
                answer.set_result(result)
