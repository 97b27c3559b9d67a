"""The journal in SQLite, in LEADLINE_HOME: one thread, one commit for whatever stands in line, one owner for each file."""

import asyncio
import os
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from leadline.clock import utc_now
from leadline.domain.errors import Fault, Unavailable
from leadline.domain.idempotency import KeptAnswer
from leadline.domain.intake import Intake
from leadline.integrations import journal_keys
from leadline.integrations.journal_entries import read_entry, to_entry
from leadline.locks import LockFile
from leadline.ports.journal import RECEIPT_KEPT_FOR, Receipt

T = TypeVar("T")
Row = tuple[str, str | None, str, bytes]
Line = list[tuple[Row, journal_keys.Claim | None]]
Firsts = list[KeptAnswer | None]

FILES_MAX = 16
RETRY_AFTER_SECONDS = 5

# Every commit reaches the disk before anybody is answered (FULL: in WAL mode NORMAL loses the newest at a power cut), and what is
# taken out is overwritten: it was somebody's data.
PRAGMAS = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON"
TABLES = """
CREATE TABLE IF NOT EXISTS entries (position INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, key_id TEXT,
  received_at TEXT NOT NULL, item BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS receipts (id TEXT PRIMARY KEY, key_id TEXT, received_at TEXT NOT NULL, settled_at TEXT NOT NULL,
  outcome TEXT NOT NULL, lead_id TEXT, faults TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS receipts_settled ON receipts (settled_at);
""" + journal_keys.TABLE.format("")
APPEND = "INSERT INTO entries (id, key_id, received_at, item) VALUES (?, ?, ?, ?)"
SETTLE = "INSERT OR REPLACE INTO receipts VALUES (?, ?, ?, ?, ?, ?, ?)"
FORGET = "DELETE FROM receipts WHERE settled_at < ?"
FIRST = "SELECT item FROM entries ORDER BY position LIMIT ?"
OLDEST = "SELECT received_at FROM entries ORDER BY position LIMIT 1"
PENDING = "SELECT id, key_id, received_at, NULL, NULL, '[]' FROM entries WHERE id = ?"
SETTLED = "SELECT id, key_id, received_at, outcome, lead_id, faults FROM receipts WHERE id = ?"
# What a process left behind that is not there any more, in its order.
ADOPT = (
    "INSERT OR IGNORE INTO entries (id, key_id, received_at, item)"
    " SELECT id, key_id, received_at, item FROM other.entries WHERE id NOT IN (SELECT id FROM receipts) ORDER BY position",
    "INSERT OR IGNORE INTO receipts SELECT * FROM other.receipts",
    # An older version of ours knew no keys.
    journal_keys.TABLE.format("other."),
    *journal_keys.ADOPT,
)


class SqliteJournal:
    """See `ports.journal.Journal`. Open it with `open_journal`."""

    def __init__(self, lock: LockFile, thread: ThreadPoolExecutor, entries_max: int) -> None:
        self._lock = lock
        self._thread = thread
        self._entries_max = entries_max
        self._depth = 0
        self._line: list[tuple[Line, asyncio.Future[Firsts]]] = []
        self._writing: asyncio.Task[None] | None = None
        self._connection: sqlite3.Connection

    @property
    def depth(self) -> int:
        return self._depth

    @property
    def room(self) -> int:
        return max(0, self._entries_max - self._depth)

    def append(self, items: Sequence[Intake]) -> Awaitable[Firsts]:
        if len(items) > self.room:
            raise Unavailable(
                "the database does not answer, and the journal is full; nothing of this was kept", RETRY_AFTER_SECONDS
            )
        rows = [(_row(item), journal_keys.claim_of(item)) for item in items]
        self._depth += len(rows)
        kept = asyncio.get_running_loop().create_future()
        self._line.append((rows, kept))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        return kept

    async def _write(self) -> None:
        """While one commit is on its way to the disk, others form a line; all of it goes with the next."""
        while self._line:
            line, self._line = self._line, []
            rows = [row for some, _ in line for row in some]
            firsts, failure = Firsts(), None
            try:
                firsts = await self._call(lambda rows=rows: self._insert(rows))  # type: ignore[misc]
                self._depth -= sum(first is not None for first in firsts)
            except Unavailable as error:
                self._depth -= len(rows)
                failure = error
            for some, kept in line:
                own, firsts = firsts[: len(some)], firsts[len(some) :]
                if kept.done():
                    continue
                if failure is None:
                    kept.set_result(own)
                else:
                    kept.set_exception(failure)
        self._writing = None

    async def first(self, limit: int) -> list[Intake]:
        rows = await self._call(lambda: self._connection.execute(FIRST, (limit,)).fetchall())
        return [read_entry(item) for (item,) in rows]

    async def settle(self, receipts: Sequence[Receipt]) -> None:
        now = utc_now()
        rows = [
            (str(r.id), _text(r.key_id), r.received_at.isoformat(), now.isoformat(), r.outcome, _text(r.lead_id),
             msgspec.json.encode(r.faults).decode())
            for r in receipts
        ]  # fmt: skip
        oldest = (now - RECEIPT_KEPT_FOR).isoformat()

        def settle() -> int:
            with self._connection as connection:
                connection.executemany(SETTLE, rows)
                gone = connection.executemany("DELETE FROM entries WHERE id = ?", [row[:1] for row in rows]).rowcount
                connection.execute(FORGET, (oldest,))
                journal_keys.free(connection, [str(r.id) for r in receipts if r.lead_id is None], now)
                return gone

        self._depth -= await self._call(settle)

    async def find(self, receipt: UUID) -> Receipt | None:
        wanted = (str(receipt),)

        def find() -> Any:
            found = self._connection.execute(PENDING, wanted).fetchone()
            return found or self._connection.execute(SETTLED, wanted).fetchone()

        row = await self._call(find)
        if row is None:
            return None
        faults = msgspec.json.decode(row[5], type=list[Fault])
        received_at, outcome = datetime.fromisoformat(row[2]), row[3]
        return Receipt(UUID(row[0]), _id(row[1]), received_at, outcome, _id(row[4]), faults)

    async def oldest(self) -> datetime | None:
        row = await self._call(lambda: self._connection.execute(OLDEST).fetchone())
        return datetime.fromisoformat(row[0]) if row else None

    async def close(self) -> None:
        if self._writing is not None:
            await self._writing
        await self._call(lambda: self._connection.close())
        self._thread.shutdown()
        self._lock.release()

    def _insert(self, line: Line) -> Firsts:
        firsts = Firsts()
        with self._connection as connection:
            for row, claim in line:
                firsts.append(claim and journal_keys.claim(connection, claim))
                if firsts[-1] is None:
                    connection.execute(APPEND, row)
        return firsts

    def _open(self, path: Path) -> None:
        """Open the file and take in what others left; in the thread that alone uses the connection."""
        self._connection = sqlite3.connect(path)
        self._connection.executescript(PRAGMAS + ";" + TABLES)
        for other in sorted(path.parent.glob("*.db")):
            if other != path:
                self._adopt(other)
        _sync_folder(path.parent)
        (self._depth,) = self._connection.execute("SELECT count(*) FROM entries").fetchone()

    def _adopt(self, other: Path) -> None:
        with LockFile(other.with_suffix(".lock")) as lock:
            if not lock.take_exclusive():
                return
            self._connection.execute("ATTACH ? AS other", (str(other),))
            with self._connection as connection:
                for statement in ADOPT:
                    connection.execute(statement)
            self._connection.execute("DETACH other")
            for file in (other, *other.parent.glob(f"{other.name}-*")):
                file.unlink(missing_ok=True)

    async def _call(self, work: Callable[[], T]) -> T:
        """In the one thread, in order; what the disk says in our words."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except (sqlite3.Error, OSError) as error:
            raise Unavailable(
                f"the journal cannot be used ({error}); nothing of this was kept", RETRY_AFTER_SECONDS
            ) from error


async def open_journal(folder: Path, entries_max: int) -> SqliteJournal:
    """The journal of this process: the first file of the folder that no living process owns, with what dead ones left in others.
    Raises Unavailable where the disk does not take it, or where there are too many owners."""
    thread = ThreadPoolExecutor(1, "journal")
    try:
        path, lock = _free_file(folder)
    except OSError as error:
        raise Unavailable(f"the journal in {folder} cannot be opened: {error}") from error
    journal = SqliteJournal(lock, thread, entries_max)
    try:
        await journal._call(lambda: journal._open(path))
    except Unavailable:
        lock.release()
        thread.shutdown()
        raise
    return journal


def _free_file(folder: Path) -> tuple[Path, LockFile]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for number in range(1, FILES_MAX + 1):
        lock = LockFile(folder / f"{number}.lock")
        if lock.take_exclusive():
            return folder / f"{number}.db", lock
    raise OSError(f"{FILES_MAX} processes have a journal there already; give this one a LEADLINE_HOME of its own")


def _sync_folder(folder: Path) -> None:
    """A new file is there after a power cut only when its folder has reached the disk."""
    for each in (folder, folder.parent):
        descriptor = os.open(each, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)


def _row(item: Intake) -> Row:
    return str(item.id), _text(item.key_id), item.received_at.isoformat(), to_entry(item)


def _text(id: UUID | None) -> str | None:
    return None if id is None else str(id)


def _id(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)
