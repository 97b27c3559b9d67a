"""The queue with a journal behind it: what goes where while the database is away, and that it all comes in, once and in order."""

import asyncio
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadline.domain.errors import Invalid, Unavailable
from leadline.domain.idempotency import Once, fingerprint_of
from leadline.domain.intake import Captured, Intake, Journalled
from leadline.domain.lead_lists import LeadQuery
from leadline.usecases import capture_queue, outage, standby
from tests.builders import NOW, faulty_intake, intake
from tests.invariants import broken_rules, every_lead
from tests.usecases.outages import Database, Server, server, start


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same clockwork, faster."""
    for module, name, seconds in (
        (outage, "OUTAGE_SECONDS", 0.05),
        (outage, "LOOK_SECONDS", 0.01),
        (outage, "LOOK_AGAIN_SECONDS", 0.01),
        (capture_queue, "LOOK_SECONDS", 0.01),
    ):
        monkeypatch.setattr(module, name, seconds)


@pytest.fixture(params=["refuses", "hangs"])
def outage_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def test_a_database_that_is_well_is_asked_and_the_journal_is_not(tmp_path: Path) -> None:
    database = Database()
    async with server(database, tmp_path) as running:
        (captured,) = await running.queue.submit([intake()])

        assert (captured.outcome, running.journal.depth) == ("created", 0)
        assert await running.journal.find(captured.submission_id) is None


async def test_what_comes_during_an_outage_is_kept_and_brought_in_in_order_when_it_is_over(
    tmp_path: Path, outage_kind: str
) -> None:
    database = Database()
    async with server(database, tmp_path) as running:
        database.turn(outage_kind)  # type: ignore[arg-type]
        await running.until(is_away=True)
        items = [intake(at=NOW + timedelta(seconds=n)) for n in range(10)]
        answers = [(await running.queue.take([item]))[0] for item in items]
        assert [type(answer) for answer in answers] == [Journalled] * 10

        database.turn("well")
        await running.until_brought_in()

        leads = sorted(await every_lead(database.store), key=lambda lead: lead.created_at)
        assert [lead.created_at for lead in leads] == [item.received_at for item in items]
        assert [item.id for item in database.captured] == [item.id for item in items]
        receipts = [await running.journal.find(item.id) for item in items]
        assert [receipt and receipt.lead_id for receipt in receipts] == [lead.id for lead in leads]
        assert await broken_rules(database.store) == []


@pytest.mark.parametrize("way", ["refuses", "hangs", "loses the answer"])
async def test_what_was_under_way_when_it_began_is_kept_once(tmp_path: Path, way: str) -> None:
    """Its outcome is not known, or known to be none: the id in the journal sees to it."""
    database = Database()
    async with server(database, tmp_path) as running:
        database.turn(way)  # type: ignore[arg-type]
        item = intake()
        (answer,) = await running.queue.take([item])
        assert isinstance(answer, Journalled)

        database.turn("well")
        await running.until_brought_in()

        (lead,) = await every_lead(database.store)
        receipt = await running.journal.find(item.id)
        assert receipt is not None
        assert (receipt.outcome, receipt.lead_id) == ("created", lead.id)


async def test_a_pool_of_broken_connections_costs_more_tries_and_no_receipt(tmp_path: Path) -> None:
    database = Database()
    async with server(database, tmp_path) as running:
        real, broken = database.capture, ["the first", "the second", "the third"]

        async def partly_broken(items: list[Intake]) -> list[Captured]:
            if broken:
                raise Unavailable(f"{broken.pop()} connection broke")
            return await real(items)

        running.queue._capture = partly_broken  # type: ignore[assignment]
        (captured,) = await running.queue.submit([intake()])

        assert (captured.outcome, running.journal.depth) == ("created", 0)


async def test_a_store_that_answers_and_takes_nothing_is_tried_until_the_sender_must_be_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capture_queue, "ANSWER_SECONDS", 0.1)
    monkeypatch.setattr(capture_queue, "AGAIN_SECONDS", 0.01)
    database = Database()
    async with server(database, tmp_path) as running:
        tries: list[int] = []

        async def refused(items: list[Intake]) -> list[Captured]:
            tries.append(len(items))
            raise Unavailable("it takes no connections")

        running.queue._capture = refused  # type: ignore[assignment]

        with pytest.raises(Unavailable):
            await running.queue.submit([intake()])
        assert (2 <= len(tries) <= 12, running.journal.depth) == (True, 0)


async def test_waiting_for_a_lock_is_no_outage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture_queue, "QUICK_SECONDS", 0.0)
    database = Database()
    async with server(database, tmp_path) as running:

        async def locked(items: list[Intake]) -> list[Captured]:
            await asyncio.sleep(0.2)
            raise Unavailable("the lock was not to be had")

        running.queue._capture = locked  # type: ignore[assignment]

        with pytest.raises(Unavailable, match="lock"):
            await running.queue.submit([intake()])
        assert (running.watch.is_away, running.journal.depth) == (False, 0)


async def test_of_two_of_one_address_the_one_in_the_journal_is_the_lead(tmp_path: Path) -> None:
    """The second comes while the first is brought in, and waits behind it."""
    database = Database()
    async with server(database, tmp_path) as running:
        database.turn("refuses")
        await running.until(is_away=True)
        first = intake(at=NOW, email="ann@firm.example.com")
        await running.queue.take([intake(), intake(), intake(), intake(), first])

        database.turn("well")
        await running.until(is_away=False)
        (second,) = await running.queue.submit([intake(at=NOW + timedelta(hours=1), email="ann@firm.example.com")])

        assert second.outcome == "duplicate"
        assert second.lead is not None
        assert second.lead.created_at == NOW


async def test_who_waits_too_long_behind_the_journal_goes_into_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standby, "HOLD_SECONDS", 0.05)
    database = Database()
    async with server(database, tmp_path) as running:
        database.turn("refuses")
        await running.until(is_away=True)
        await running.queue.take([intake()])
        gate = asyncio.Event()
        real = database.capture

        async def slowly(items: list[Intake]) -> list[Captured]:
            await gate.wait()
            return await real(items)

        running.queue._capture = slowly  # type: ignore[assignment]
        database.turn("well")
        await running.until(is_away=False)

        (late,) = await running.queue.take([intake()])

        assert isinstance(late, Journalled)
        gate.set()
        await running.until_brought_in()
        assert len(await every_lead(database.store)) == 2


async def test_what_makes_no_lead_is_told_so_at_once_and_kept(tmp_path: Path) -> None:
    database = Database()
    async with server(database, tmp_path) as running:
        database.turn("refuses")
        await running.until(is_away=True)
        item = faulty_intake()
        (told,) = await running.queue.submit([item])
        database.turn("well")
        await running.until_brought_in()

        assert (told.outcome, told.faults) == ("rejected", tuple(item.faults))
        (record,) = await database.store.find_submissions([item.id])
        assert (record.outcome, record.faults) == ("rejected", item.faults)


async def test_a_full_journal_says_no_and_drops_nothing(tmp_path: Path) -> None:
    database = Database()
    async with server(database, tmp_path, entries_max=2) as running:
        database.turn("hangs")
        await running.until(is_away=True)
        answers = [await asyncio.gather(running.queue.take([intake()]), return_exceptions=True) for _ in range(3)]
        database.turn("well")
        await running.until_brought_in()

        assert [isinstance(answer[0], Unavailable) for answer in answers] == [False, False, True]
        assert len(await every_lead(database.store)) == 2


async def test_one_at_which_the_capture_fails_holds_up_nobody(tmp_path: Path) -> None:
    database = Database()
    async with server(database, tmp_path) as running:
        database.turn("refuses")
        await running.until(is_away=True)
        items = [intake() for _ in range(7)]
        await running.queue.take(items)
        real = database.capture

        async def poisoned(batch: list[Intake]) -> list[Captured]:
            if any(item.id == items[2].id and item.submission for item in batch):
                raise KeyError("nobody thought of this")
            return await real(batch)

        running.queue._capture = poisoned  # type: ignore[assignment]
        database.turn("well")
        await running.until_brought_in()

        assert len(await every_lead(database.store)) == 6
        receipt = await running.journal.find(items[2].id)
        assert receipt is not None
        assert (receipt.outcome, receipt.lead_id) == ("rejected", None)


def keyed(body: bytes, digest: bytes = b"d" * 32) -> Intake:
    return intake(once=Once(digest, fingerprint_of("/", body), lambda _: (201, b"{}")))


async def test_a_second_post_under_one_key_gets_the_receipt_of_the_first(tmp_path: Path, outage_kind: str) -> None:
    database = Database()
    async with server(database, tmp_path) as running:
        database.turn(outage_kind)  # type: ignore[arg-type]
        await running.until(is_away=True)
        first, again = keyed(b"one"), keyed(b"one")
        answers = [(await running.queue.take([item]))[0] for item in (first, again)]
        with pytest.raises(Invalid, match="Idempotency-Key was used"):
            await running.queue.take([keyed(b"two")])
        assert [isinstance(answer, Journalled) and answer.receipt for answer in answers] == [first.id, first.id]
        assert running.journal.depth == 1

        database.turn("well")
        await running.until_brought_in()

        (lead,) = await every_lead(database.store)
        receipt = await running.journal.find(first.id)
        assert receipt is not None
        assert (receipt.outcome, receipt.lead_id) == ("created", lead.id)
        assert await running.journal.find(again.id) is None


async def test_a_key_of_before_the_outage_becomes_no_second_lead_and_its_receipt_says_so(tmp_path: Path) -> None:
    database = Database()
    async with server(database, tmp_path) as running:
        (captured,) = await running.queue.submit([keyed(b"one")])
        database.turn("refuses")
        await running.until(is_away=True)
        again, other = keyed(b"one"), keyed(b"two", b"d" * 32)
        (answer,) = await running.queue.take([again])
        assert isinstance(answer, Journalled)
        with pytest.raises(Invalid):
            await running.queue.take([other])

        database.turn("well")
        await running.until_brought_in()

        assert captured.lead is not None
        receipt = await running.journal.find(again.id)
        assert receipt is not None
        assert (receipt.outcome, receipt.lead_id) == ("duplicate", captured.lead.id)


async def test_what_made_no_lead_leaves_its_key_to_the_mended_one(tmp_path: Path) -> None:
    database = Database()
    async with server(database, tmp_path) as running:
        database.turn("refuses")
        await running.until(is_away=True)
        once = Once(b"d" * 32, fingerprint_of("/", b"faulty"), lambda _: (201, b"{}"))
        (refused,) = await running.queue.take([faulty_intake(once=once)])
        (kept,) = await running.queue.take([keyed(b"mended")])

        assert isinstance(refused, Captured)
        assert isinstance(kept, Journalled)


async def test_a_stop_during_an_outage_keeps_what_was_taken_for_the_next_start(tmp_path: Path) -> None:
    database = Database()
    async with server(database, tmp_path) as running:
        database.turn("refuses")
        await running.until(is_away=True)
        await running.queue.take([intake()])
    assert await every_lead_of(database) == 0

    database.turn("well")
    async with server(database, tmp_path) as running:
        await running.until_brought_in()

        assert await every_lead_of(database) == 1


async def every_lead_of(database: Database) -> int:
    state, database.state = database.state, "well"
    count = len((await database.store.list_leads(LeadQuery(), None, 100)).items)
    database.state = state
    return count


STEPS = st.lists(
    st.sampled_from(["post", "post", "post", "refuses", "hangs", "loses the answer", "well", "kill", "settle", "away"]),
    min_size=3,
    max_size=14,
)


@given(steps=STEPS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_happens_every_acknowledged_lead_is_there_once_and_in_order(steps: list[str]) -> None:
    """Outages, recoveries and kills in any order. Who was answered is in the ledger; who was not may be there or not, once."""
    database = Database()
    acknowledged: list[Intake] = []
    clients: list[asyncio.Task[None]] = []
    with tempfile.TemporaryDirectory() as folder:
        running = await start(database, Path(folder))
        for number, step in enumerate(steps):
            if step == "post":
                item = intake(at=NOW + timedelta(seconds=number))
                clients.append(asyncio.create_task(post(running, item, acknowledged)))
                await asyncio.sleep(0.002)
            elif step == "kill":
                await running.kill()
                running = await start(database, Path(folder))
            elif step == "settle":
                await asyncio.sleep(0.01)
            elif step == "away" and database.state in ("refuses", "hangs"):
                await running.until(is_away=True)
            elif step in ("refuses", "hangs", "loses the answer", "well"):
                database.turn(step)  # type: ignore[arg-type]
        database.turn("well")
        await running.until(is_away=False)
        await running.until_brought_in()
        await running.queue.close()
        for client in clients:
            client.cancel()
        await asyncio.gather(*clients, return_exceptions=True)
        await running.watch.close()
        await running.journal.close()

    stored = Counter([lead.created_at for lead in await every_lead(database.store)])
    assert {item.received_at for item in acknowledged} - set(stored) == set()
    assert set(stored.values()) <= {1}
    order = list(dict.fromkeys(item.received_at for item in database.captured))
    assert order == sorted(order)
    assert await broken_rules(database.store) == []


async def post(running: Server, item: Intake, acknowledged: list[Intake]) -> None:
    try:
        await running.queue.take([item])
    except Unavailable:
        return
    acknowledged.append(item)
