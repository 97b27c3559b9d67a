"""The queue in front of the capture, by itself: who goes together, in which order, and that everybody is answered whatever happens."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from leadline.domain.errors import Unavailable
from leadline.domain.idempotency import Once, StillRunning
from leadline.domain.intake import Captured, Intake
from leadline.usecases import capture_queue
from leadline.usecases.capture_queue import CROWD, CaptureQueue
from tests.builders import faulty_intake


class Store:
    """A capture that stops at a gate, so that a test can say what stands in the queue meanwhile."""

    def __init__(self) -> None:
        self.batches: list[list[Intake]] = []
        self.begun = asyncio.Semaphore(0)
        self.gate = asyncio.Event()
        self.answer: Any = None

    async def capture(self, items: Sequence[Intake]) -> list[Captured]:
        self.batches.append(list(items))
        self.begun.release()
        await self.gate.wait()
        answers = [Captured(item.id, "created", None) for item in items]
        return answers if self.answer is None else self.answer(answers)  # type: ignore[no-any-return]


@asynccontextmanager
async def queue_to(store: Store, **bounds: int) -> AsyncIterator[CaptureQueue]:
    queue = CaptureQueue(store.capture, **({"batch_max": 20} | bounds))
    queue.start()
    try:
        yield queue
    finally:
        store.gate.set()
        await queue.close()


def postings(number: int) -> list[Intake]:
    return [faulty_intake() for _ in range(number)]


def ids(captured: Sequence[Captured]) -> list[Any]:
    return [one.submission_id for one in captured]


async def posted(queue: CaptureQueue, items: Sequence[Intake]) -> "asyncio.Task[list[Captured]]":
    """A client that waits for its answer; it stands in the queue already."""
    client = asyncio.create_task(queue.submit(items))
    await asyncio.sleep(0)
    return client


async def test_what_stands_in_the_queue_goes_together_in_its_order_and_everybody_gets_the_own_answer() -> None:
    store = Store()
    async with queue_to(store) as queue:
        first, *others = postings(4)
        client = await posted(queue, [first])
        await store.begun.acquire()
        waiting = [await posted(queue, [item]) for item in others]
        depth = queue.depth
        store.gate.set()
        answers = [ids(await one) for one in (client, *waiting)]

    assert depth == 3
    assert store.batches == [[first], others]
    assert answers == [[item.id] for item in (first, *others)]


async def test_one_posting_does_not_wait_for_company() -> None:
    store = Store()
    store.gate.set()
    async with queue_to(store) as queue:
        for item in postings(3):
            await queue.submit([item])

    assert [len(batch) for batch in store.batches] == [1, 1, 1]


async def test_no_batch_is_larger_than_the_store_takes() -> None:
    store = Store()
    store.gate.set()
    items = postings(45)
    async with queue_to(store, batch_max=20) as queue:
        answers = await queue.submit(items)

    assert [len(batch) for batch in store.batches] == [20, 20, 5]
    assert ids(answers) == [item.id for item in items]


async def test_a_full_queue_turns_away_whom_it_has_no_room_for_and_keeps_the_rest() -> None:
    store = Store()
    async with queue_to(store, waiting_max=3) as queue:
        client = await posted(queue, postings(1))
        await store.begun.acquire()
        waiting = await posted(queue, postings(2))
        with pytest.raises(Unavailable, match="too many submissions are waiting") as refusal:
            await queue.submit(postings(2))
        last = await posted(queue, postings(1))
        store.gate.set()
        answered = [len(await one) for one in (client, waiting, last)]

    assert refusal.value.retry_after_seconds == 2
    assert answered == [1, 2, 1]


WRONG: dict[str, Any] = {
    "one too few": lambda answers: answers[:-1],
    "one too many": lambda answers: [*answers, answers[0]],
    "nothing": lambda answers: [],
    "no list at all": lambda answers: 7,
}


@pytest.mark.parametrize("answer", WRONG.values(), ids=WRONG)
async def test_a_capture_with_a_bug_answers_everybody_and_the_next_batch_goes_on(answer: Any) -> None:
    store = Store()
    async with queue_to(store) as queue:
        store.answer = answer
        clients = [await posted(queue, [item]) for item in postings(3)]
        store.gate.set()
        failed = await asyncio.gather(*clients, return_exceptions=True)
        store.answer = None
        (item,) = postings(1)

        assert ids(await queue.submit([item])) == [item.id]

    assert all(isinstance(error, RuntimeError | TypeError) for error in failed)


@pytest.mark.parametrize("error", [Unavailable("no database"), ValueError("a bug"), RecursionError(), MemoryError()])
async def test_a_capture_that_fails_answers_everybody_and_the_next_batch_goes_on(error: Exception) -> None:
    def fail(_: Any) -> Any:
        raise error

    store = Store()
    async with queue_to(store) as queue:
        store.answer = fail
        clients = [await posted(queue, [item]) for item in postings(3)]
        store.gate.set()
        failed = await asyncio.gather(*clients, return_exceptions=True)
        store.answer = None
        (item,) = postings(1)

        assert ids(await queue.submit([item])) == [item.id]

    assert failed == [error] * 3


async def test_a_cancellation_that_comes_from_below_ends_no_more_than_its_batch() -> None:
    def give_up(_: Any) -> Any:
        raise asyncio.CancelledError

    store = Store()
    async with queue_to(store) as queue:
        store.answer = give_up
        client = await posted(queue, postings(1))
        store.gate.set()
        with pytest.raises(Unavailable, match="could not be stored in time"):
            await client
        store.answer = None

        assert len(await queue.submit(postings(1))) == 1


async def test_a_client_that_goes_away_takes_nothing_from_its_neighbours() -> None:
    store = Store()
    async with queue_to(store) as queue:
        gone, mine, late = postings(3)
        first = await posted(queue, [gone])
        await store.begun.acquire()
        second, third = await posted(queue, [mine]), await posted(queue, [late])
        first.cancel()
        second.cancel()
        store.gate.set()

        assert ids(await third) == [late.id]

    # What was taken is stored all the same: its client may have gone because the network did.
    assert store.batches == [[gone], [mine, late]]
    assert first.cancelled()
    assert second.cancelled()


async def test_closing_finishes_what_was_taken_and_takes_nothing_more() -> None:
    store = Store()
    async with queue_to(store) as queue:
        clients = [await posted(queue, postings(15)) for _ in range(2)]
        await store.begun.acquire()
        closing = asyncio.create_task(queue.close())
        await asyncio.sleep(0)
        with pytest.raises(Unavailable):
            await queue.submit(postings(1))
        store.gate.set()
        await closing
        answered = [len(client.result()) for client in clients]

    assert answered == [15, 15]
    assert queue.depth == 0


async def test_closing_a_queue_that_was_never_started_is_nothing_to_wait_for() -> None:
    await CaptureQueue(Store().capture, batch_max=1).close()


async def test_whoever_waits_too_long_is_told_so_and_may_send_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture_queue, "ANSWER_SECONDS", 0.0)
    monkeypatch.setattr(capture_queue, "LOOK_SECONDS", 0.01)
    store = Store()
    async with queue_to(store) as queue:
        in_work = await posted(queue, postings(1))
        await store.begun.acquire()
        waiting = await posted(queue, postings(1))

        for client in (in_work, waiting):
            with pytest.raises(Unavailable, match="sending it again makes no second lead"):
                await client


async def test_a_crowd_makes_it_busy_and_a_single_client_does_not() -> None:
    store = Store()
    store.gate.set()
    async with queue_to(store) as queue:
        await queue.submit(postings(1))
        alone = queue.is_busy
        await queue.submit(postings(CROWD))

        assert (alone, queue.is_busy) == (False, True)


async def test_a_key_whose_first_post_is_in_the_queue_is_still_running_and_is_free_afterwards() -> None:
    store = Store()
    (first,), (second,), (other,) = postings(1), postings(1), postings(1)
    for item, key in ((first, b"a"), (second, b"a"), (other, b"b")):
        item.once = Once(key, b"", lambda _: (201, b""))
    async with queue_to(store) as queue:
        client = await posted(queue, [first])
        with pytest.raises(StillRunning):
            await queue.submit([second])
        neighbour = await posted(queue, [other])
        store.gate.set()
        await asyncio.gather(client, neighbour)

        assert ids(await queue.submit([second])) == [second.id]
