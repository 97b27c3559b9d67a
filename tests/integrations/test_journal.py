"""The journal on a disk: what it said yes to is there again, in order, whoever was killed and whoever comes after."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from leadline.domain.errors import Fault, Unavailable
from leadline.domain.idempotency import Once
from leadline.domain.intake import Intake
from leadline.ids import new_id
from leadline.integrations import journal as journals
from leadline.integrations.journal import SqliteJournal, open_journal
from leadline.integrations.journal_entries import read_entry, to_entry
from leadline.ports.journal import Receipt
from tests.builders import NOW, faulty_intake, intake

MAX = 20


@pytest_asyncio.fixture
async def journal(tmp_path: Path) -> AsyncIterator[SqliteJournal]:
    opened = await open_journal(tmp_path / "journal", MAX)
    yield opened
    await opened.close()


def bytes_of(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())


def files_of(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.glob("*.db"))


def settled(item: Intake, **fields: Any) -> Receipt:
    return replace(Receipt(item.id, item.key_id, item.received_at, "created", new_id()), **fields)


@pytest.mark.parametrize(
    "item",
    [
        intake(key_id=new_id(), request_id="r", odd=[1, {"deep": 2.5, "big": 2**63 - 1}], text="Grüße 𝄞"),
        faulty_intake(payload=b"\xff\x00", way_in="webflow", endpoint="main", event_id="e", failed_as="quarantined"),
        intake(is_test=True, replay_of=new_id()),
    ],
)
def test_a_submission_comes_back_as_it_was(item: Intake) -> None:
    assert read_entry(to_entry(item)) == item


def test_under_an_idempotency_key_stands_the_receipt_that_was_answered() -> None:
    once = Once(b"digest", b"fingerprint", lambda _: (201, b"{}"))
    item = intake(once=once)

    kept = read_entry(to_entry(item)).once

    assert kept is not None
    assert (kept.digest, kept.fingerprint, kept.keeps_refusals) == (b"digest", b"fingerprint", False)
    status, body = kept.answer(None)  # type: ignore[arg-type]
    assert (status, str(item.id).encode() in body) == (202, True)


async def test_they_come_out_in_the_order_they_went_in_and_wait_until_they_are_settled(journal: SqliteJournal) -> None:
    items = [intake() for _ in range(6)]
    await asyncio.gather(*(journal.append([item]) for item in items))

    assert await journal.first(4) == items[:4] == await journal.first(4)
    await journal.settle([settled(item) for item in items[:4]])
    assert await journal.first(4) == items[4:]
    assert (journal.depth, await journal.oldest()) == (2, items[4].received_at)


def keyed(digest: bytes = b"key", fingerprint: bytes = b"one", **fields: Any) -> Intake:
    return intake(once=Once(digest, fingerprint, lambda _: (201, b"{}")), **fields)


async def test_who_comes_second_under_a_key_is_told_of_the_first_and_has_no_place(journal: SqliteJournal) -> None:
    first, again, other, free = keyed(), keyed(), keyed(fingerprint=b"two"), keyed(digest=b"another")

    said = await asyncio.gather(*(journal.append([item]) for item in (first, again, other, free)))

    assert [[kept and (kept.submission_id, kept.fingerprint) for kept in one] for one in said] == [
        [None],
        [(first.id, b"one")],
        [(first.id, b"one")],
        [None],
    ]
    assert [item.id for item in await journal.first(10)] == [first.id, free.id]
    assert journal.depth == 2


async def test_a_key_is_known_after_its_submission_was_brought_in_for_seven_days_where_a_lead_came_of_it(
    journal: SqliteJournal,
) -> None:
    taken, refused = keyed(b"taken"), keyed(b"refused")
    await journal.append([taken, refused])
    await journal.settle([settled(taken), settled(refused, outcome="rejected", lead_id=None)])
    later, too_late = NOW + timedelta(days=6), NOW + timedelta(days=7)

    said = await journal.append([keyed(b"taken", at=later), keyed(b"refused", at=later), keyed(b"taken", at=too_late)])

    assert [kept and kept.submission_id for kept in said] == [taken.id, None, None]


async def test_keys_live_on_in_whoever_takes_over_and_files_of_before_there_were_keys_too(tmp_path: Path) -> None:
    older, dead = await open_journal(tmp_path, MAX), await open_journal(tmp_path, MAX)
    await older.append([intake()])
    await older._call(lambda: older._connection.execute("DROP TABLE keys"))
    await dead.append([first := keyed()])
    third = await open_journal(tmp_path, MAX)
    await dead.close()
    await older.close()
    await third.close()

    heir = await open_journal(tmp_path, MAX)

    assert [kept and kept.submission_id for kept in await heir.append([keyed()])] == [first.id]
    assert (heir.depth, files_of(tmp_path)) == (2, ["1.db"])
    await heir.close()


async def test_many_at_once_share_commits(journal: SqliteJournal) -> None:
    commits: list[str] = []
    traced = lambda sql: commits.append(sql) if sql.startswith("COMMIT") else None  # noqa: E731
    await journal._call(lambda: journal._connection.set_trace_callback(traced))

    await asyncio.gather(*(journal.append([intake()]) for _ in range(MAX)))

    assert len(commits) <= 3


async def test_what_is_full_says_so_and_keeps_nothing_of_what_does_not_fit(journal: SqliteJournal) -> None:
    await journal.append([intake() for _ in range(MAX - 1)])

    with pytest.raises(Unavailable, match="journal is full"):
        await journal.append([intake(), intake()])
    await journal.append([intake()])

    assert (journal.depth, journal.room, len(await journal.first(100))) == (MAX, 0, MAX)


async def test_a_disk_that_takes_no_more_is_unavailable_and_leaves_what_was_there(journal: SqliteJournal) -> None:
    first = intake()
    await journal.append([first])
    # SQLite answers as it does on a full disk.
    await journal._call(lambda: journal._connection.execute("PRAGMA max_page_count = 1").fetchall())

    with pytest.raises(Unavailable, match="full"):
        await journal.append([intake(message="x" * 20_000) for _ in range(10)])
    assert journal.depth == 1

    await journal._call(lambda: journal._connection.execute("PRAGMA max_page_count = 100000").fetchall())
    second = intake()
    await journal.append([second])
    assert await journal.first(10) == [first, second]


async def test_a_receipt_is_pending_then_what_came_of_it_and_after_a_week_gone(
    journal: SqliteJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = intake(key_id=new_id()), intake()
    await journal.append([good, bad])
    pending = await journal.find(good.id)
    done = [settled(good), settled(bad, outcome="rejected", lead_id=None, faults=[Fault("/email", "no")])]
    await journal.settle(done)

    assert pending == Receipt(good.id, good.key_id, good.received_at)
    assert [await journal.find(item.id) for item in (good, bad)] == done
    assert await journal.find(new_id()) is None

    monkeypatch.setattr(journals, "utc_now", lambda: NOW.replace(year=NOW.year + 1))
    await journal.settle([])
    assert await journal.find(good.id) is None


async def test_what_was_sent_leaves_the_disk_when_it_was_brought_in(tmp_path: Path) -> None:
    journal = await open_journal(tmp_path, MAX)
    item = intake(email="somebody@firm.example.com")
    await journal.append([item])
    await journal.settle([settled(item)])
    await journal.close()

    assert b"somebody" not in bytes_of(tmp_path)


async def test_another_process_on_the_same_home_has_a_file_of_its_own_and_takes_over_what_a_dead_one_left(
    tmp_path: Path,
) -> None:
    first, second = await open_journal(tmp_path, MAX), await open_journal(tmp_path, MAX)
    items = [intake(), intake(), intake()]
    await first.append(items[:1])
    await second.append(items[1:])
    await second.settle([settled(items[1])])
    assert (first.depth, second.depth) == (1, 1)
    await second.close()
    await first.close()

    heir = await open_journal(tmp_path, MAX)

    assert await heir.first(10) == [items[0], items[2]]
    receipt = await heir.find(items[1].id)
    assert receipt is not None
    assert receipt.outcome == "created"
    assert files_of(tmp_path) == ["1.db"]
    await heir.close()


async def test_too_many_owners_are_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journals, "FILES_MAX", 1)
    first = await open_journal(tmp_path, MAX)

    with pytest.raises(Unavailable, match="LEADLINE_HOME of its own"):
        await open_journal(tmp_path, MAX)
    await first.close()


WRITER = """
import asyncio, sys
from pathlib import Path
from leadline.integrations.journal import open_journal
from tests.builders import intake

async def main():
    journal = await open_journal(Path(sys.argv[1]), 100_000)
    async def post():
        while True:
            item = intake()
            await journal.append([item])
            print(item.id, flush=True)
    await asyncio.gather(*(post() for _ in range(8)))
asyncio.run(main())
"""


def killed_writer(folder: Path) -> list[str]:
    """What a process said was kept before it was killed."""
    writer = subprocess.Popen([sys.executable, "-c", WRITER, folder], stdout=subprocess.PIPE, text=True)
    assert writer.stdout
    answered = [writer.stdout.readline().strip() for _ in range(200)]
    os.kill(writer.pid, signal.SIGKILL)
    answered += writer.stdout.read().splitlines()[:-1]
    writer.wait()
    writer.stdout.close()
    return answered


async def test_a_kill_in_the_middle_of_writing_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    answered = killed_writer(tmp_path)

    journal = await open_journal(tmp_path, MAX)
    kept = [str(item.id) for item in await journal.first(1_000_000)]

    assert set(answered) - set(kept) == set()
    assert len(kept) == len(set(kept)) == journal.depth
    await journal.close()


async def test_every_commit_reaches_the_disk_before_the_answer(journal: SqliteJournal) -> None:
    def pragma(name: str) -> Any:
        return journal._connection.execute(f"PRAGMA {name}").fetchone()[0]

    assert [await journal._call(lambda name=name: pragma(name)) for name in ("journal_mode", "synchronous")] == [
        "wal",
        2,
    ]
    assert sqlite3.threadsafety > 0
