"""Importing: the rows of one file become leads in batches, beside live intake, and from wherever an earlier try was cut off."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from leadline.domain.activities import Actor
from leadline.domain.errors import Conflict, Invalid, NotFound
from leadline.domain.imports import (
    NAME_MAX,
    FileRow,
    ImportRun,
    is_same_import,
    key_after_undo,
    name_key,
    owners_by_name,
    row_id,
    row_key,
    shown_name,
    status_of,
)
from leadline.domain.intake import Captured, Intake, SubmissionRecord
from leadline.domain.submission import parse_submission
from leadline.ports import IntakeView, Store, Tx
from leadline.usecases.capture import capture_leads
from leadline.usecases.deciding import House
from leadline.usecases.rescore_leads import HOLD_SECONDS_MAX, Pace

WAY_IN = "import"
SAVE_SECONDS = 1.0
BATCH_CHARACTERS_MAX = 4_000_000


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be imported, and how. `file` is the SHA-256 of its bytes."""

    name: str
    file: str
    mapping: dict[str, str]
    columns: list[str]
    rows: int
    actor_name: str
    preset: str | None = None
    routes: bool = False
    notifies: bool = False
    user_id: UUID | None = None
    source: str | None = None


async def begin_import(store: Store, order: Order, new_id: Callable[[], UUID], now: datetime) -> ImportRun:
    """A new run; or the one of the same file under the same mapping that was not finished, to go on with."""
    fresh = ImportRun(
        new_id(), shown_name(order.name), order.file, order.mapping, order.columns, order.rows, now, now, order.preset,
        order.routes, order.notifies, actor_name=order.actor_name, user_id=order.user_id, source=order.source,
    )  # fmt: skip

    async def work(tx: Tx) -> ImportRun:
        for run in sorted(await tx.import_runs(), key=lambda run: run.id, reverse=True):
            if status_of(run) == "running" and is_same_import(run, order.file, order.mapping):
                return run
        tx.add_import_runs([fresh])
        return fresh

    return await store.transact(work)


async def get_import(store: Store, run_id: UUID) -> ImportRun:
    """One import. Raises NotFound."""
    for run in await store.list_import_runs():
        if run.id == run_id:
            return run
    raise NotFound(f"no import {run_id}")


async def _go_on() -> None:
    # Live intake of the same process goes first.
    await asyncio.sleep(0)


async def import_rows(
    store: Store,
    house: House,
    run: ImportRun,
    rows: Iterable[FileRow],
    now: datetime,
    tell: Callable[[ImportRun], None] = lambda run: None,
    pause: Callable[[], Awaitable[None]] = _go_on,
) -> ImportRun:
    """Take in the rows after the first `run.done`; `tell` hears how far it is, `pause` is awaited between batches. Cut off
    anywhere, calling it again with the run as it is stored goes on: a row that was taken in already is known by its id, and
    counted as what it became then."""
    going = _Going(store, house, run, now, tell)
    await going.find_out()
    waiting = iter(rows)
    pace = Pace(store.batch_max, HOLD_SECONDS_MAX / 2)
    clock = asyncio.get_running_loop().time
    saved = clock()
    while batch := _next_batch(waiting, pace.size):
        pace.took(await going.take_in(batch))
        if clock() - saved >= SAVE_SECONDS:
            await going.save()
            saved = clock()
        await pause()
    return await going.save(finished=True)


def _next_batch(rows: Iterator[FileRow], size: int) -> list[FileRow]:
    """The next rows: so many, or fewer where they are long."""
    batch: list[FileRow] = []
    characters = 0
    for row in islice(rows, size):
        batch.append(row)
        characters += sum(map(len, row.cells.values()))
        if characters > BATCH_CHARACTERS_MAX:
            break
    return batch


class _Going:
    """One run while it goes on."""

    def __init__(
        self, store: Store, house: House, run: ImportRun, now: datetime, tell: Callable[[ImportRun], None]
    ) -> None:
        self._store = store
        self._house = house
        self._run = replace(run)
        self._now = now
        self._tell = tell
        self._clock = asyncio.get_running_loop().time
        self._began = self._clock()
        self._owners: Mapping[str, UUID] = {}
        self._undone: dict[str, UUID] = {}
        self._defaults = {"source": run.source} if run.source else {}
        self._actor = Actor("system", f"the import of {run.name}"[:NAME_MAX], run.user_id)

    async def find_out(self) -> None:
        """Whom a file may name as an owner, and which imports were taken back."""
        self._owners = owners_by_name(await self._store.list_users())
        runs = await self._store.list_import_runs()
        self._undone = {str(run.id): run.id for run in runs if run.undone_at}

    async def take_in(self, rows: Sequence[FileRow]) -> float:
        """Capture a batch and count what came of it; answers for how many seconds it may have kept others waiting."""
        items = [self._to_intake(row) for row in rows]
        if self._undone:
            items = await self._with_free_keys(items)
        began = self._clock()
        captured = await capture_leads(self._store, self._house, items, self._now)
        held = self._clock() - began
        for item, answer in zip(items, captured, strict=True):
            self._count(item, answer)
        self._tell(self._run)
        return held

    async def save(self, *, finished: bool = False) -> ImportRun:
        """Store how far the run has come."""
        now = self._now + timedelta(seconds=self._clock() - self._began)
        run = replace(self._run, updated_at=now, finished_at=now if finished else None)

        async def work(tx: Tx) -> None:
            stored = next((other for other in await tx.import_runs() if other.id == run.id), None)
            if stored is None or stored.version != run.version:
                raise Conflict(
                    "somebody else goes on with this import, or has taken it back; see `leadline import-undo`"
                )
            tx.update_import_runs([run])

        await self._store.transact(work)
        self._run = replace(run, version=run.version + 1)
        return self._run

    def _to_intake(self, row: FileRow) -> Intake:
        run = self._run
        item = Intake(
            row_id(run.id, row.number), "csv", json.dumps(dict(row.cells), ensure_ascii=False).encode(errors="replace"), self._now,
            self._actor, endpoint=WAY_IN, request_id=str(run.id), is_live=run.notifies, import_id=run.id,
            created_at=min(row.created_at, self._now) if row.created_at else None,
            owner_id=self._owners.get(name_key(row.owner)) if row.owner else None, routes=run.routes,
        )  # fmt: skip
        try:
            # A row that makes no lead has no key: mended, the same record is taken in.
            return replace(
                item,
                submission=parse_submission(row.fields, strict=False, defaults=self._defaults),
                event_id=row_key(run, row),
            )
        except Invalid as error:
            return replace(item, faults=error.faults)

    async def _with_free_keys(self, items: Sequence[Intake]) -> list[Intake]:
        """The items under keys that no undone import holds: an undo releases the rows of its run."""
        free = list(items)
        looking = [number for number, item in enumerate(free) if item.event_id]
        while looking:
            held = {record.event_id: record for record in await self._events([free[n].event_id or "" for n in looking])}
            looking = [n for n in looking if _holder(held.get(free[n].event_id)) in self._undone]
            for n in looking:
                key = free[n].event_id or ""
                undone = self._undone[_holder(held[key])]
                free[n] = replace(free[n], event_id=key_after_undo(key, undone))
        return free

    async def _events(self, keys: Sequence[str]) -> list[SubmissionRecord]:
        async def work(tx: Tx) -> IntakeView:
            return await tx.intake_view([], [(WAY_IN, key) for key in keys])

        return (await self._store.transact(work)).events

    def _count(self, item: Intake, answer: Captured) -> None:
        run, outcome = self._run, answer.outcome
        if answer.submission_id != item.id and outcome in ("created", "duplicate"):
            outcome = "duplicate"
        run.done += 1
        run.created += outcome == "created"
        run.duplicate += outcome == "duplicate"
        run.spam += outcome == "spam"
        run.rejected += outcome in ("rejected", "quarantined")


def _holder(record: SubmissionRecord | None) -> str:
    return (record.request_id or "") if record else ""
