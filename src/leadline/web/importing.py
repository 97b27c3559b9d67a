"""Imports that go on beside the web server: begun from a file that was sent, gone on with after a restart, taken back."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID

from leadline.clock import utc_now
from leadline.domain.errors import Conflict, LeadlineError, NotFound
from leadline.domain.imports import ImportRun, status_of, used_before
from leadline.ports import Store
from leadline.sources.csv import UnreadableFile
from leadline.sources.csv.plan import Plan, columns_of, plan_file
from leadline.sources.csv.table import open_table
from leadline.usecases.deciding import Deciding, House
from leadline.usecases.import_leads import Order, begin_import, get_import, import_rows
from leadline.usecases.undo_import import undo_import
from leadline.web.problems import Unreadable
from leadline.web.uploads import Upload, Uploads

AFTER_FAULT_SECONDS = 5.0
STEPS_ASIDE_MAX, STEP_SECONDS = 10, 0.1

log = logging.getLogger("leadline.imports")


@dataclass(frozen=True, slots=True)
class Planned:
    """How a file will be read, and the import whose mapping is used again, if one is."""

    plan: Plan
    before: ImportRun | None


async def planned(store: Store, path: Path, given: Mapping[str, str], *, remembers: bool = True) -> Planned:
    """Look through a file. `given` wins over what the last import of the same columns was told. Raises Unreadable, and Invalid for
    a mapping that does not fit the file."""
    try:
        table = await asyncio.to_thread(open_table, path)
        columns = await asyncio.to_thread(columns_of, table)
        before = used_before(await store.list_import_runs(), columns) if remembers else None
        plan = await asyncio.to_thread(plan_file, table, given, before.mapping if before else None)
    except UnreadableFile as refused:
        raise Unreadable(str(refused)) from refused
    return Planned(plan, before)


@dataclass(slots=True)
class Importing:
    """The imports and undos of one process, each a task. Between batches they step aside while live intake `is_busy`."""

    store: Store
    house: House
    uploads: Uploads
    is_busy: Callable[[], bool]
    _tasks: dict[UUID, "asyncio.Task[None]"] = field(default_factory=dict)

    async def begin(self, upload: Upload, plan: Plan, order: Order) -> ImportRun:
        """Begin an import, or go on with the same one."""
        run = await begin_import(self.store, order, self.house.new_id, utc_now())
        if run.id in self._tasks:
            self.uploads.drop(upload)
            return run
        path = self.uploads.take(upload, run.id)
        self._spawn(run.id, self._import(run.id, replace(plan, table=replace(plan.table, path=path))))
        return run

    async def take_back(self, run_id: UUID, deciding: Deciding) -> None:
        """Stop an import, if it goes on here, and take it back. Raises NotFound, and Conflict while another process is at it."""
        run = await get_import(self.store, run_id)
        if status_of(run) == "undone" or (self.is_at(run_id) and status_of(run) == "undoing"):
            return
        stopped = await self._stop(run_id)
        self.uploads.of_run(run_id).unlink(missing_ok=True)
        began = asyncio.Event()

        async def undo() -> None:
            await undo_import(self.store, run_id, deciding, lambda run: began.set(), was_stopped=stopped)

        task = self._spawn(run_id, undo())
        waiting = asyncio.create_task(began.wait())
        await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if task.done():
            task.result()

    async def rest(self, run_id: UUID, seconds: float) -> ImportRun:
        """The import when it has come to rest, or as it stands after so long."""
        if run_id in self._tasks:
            await asyncio.wait([self._tasks[run_id]], timeout=seconds)
        return await get_import(self.store, run_id)

    def is_at(self, run_id: UUID) -> bool:
        """Whether this process is at it."""
        return run_id in self._tasks

    def resume(self) -> None:
        """Go on with what an earlier process was at when it ended."""
        for run_id in self.uploads.runs():
            self._spawn(run_id, self._import(run_id, None))

    async def close(self) -> None:
        """Stop; what goes on is taken up by the next start."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def _spawn(self, run_id: UUID, work: "Coroutine[None, None, None]") -> "asyncio.Task[None]":
        task = self._tasks[run_id] = asyncio.create_task(work)
        task.add_done_callback(lambda done: self._forget(run_id, done))
        return task

    def _forget(self, run_id: UUID, done: "asyncio.Task[None]") -> None:
        if self._tasks.get(run_id) is done:
            del self._tasks[run_id]
        if not done.cancelled() and (error := done.exception()) is not None:
            log.warning("import %s stopped: %s", run_id, error)

    async def _stop(self, run_id: UUID) -> bool:
        task = self._tasks.pop(run_id, None)
        if task is None:
            return False
        task.cancel()
        await asyncio.wait([task])
        return True

    async def _import(self, run_id: UUID, plan: Plan | None) -> None:
        """Take in the rows; an outage is waited for."""
        path = self.uploads.of_run(run_id)
        while True:
            try:
                run = await get_import(self.store, run_id)
                if status_of(run) == "running":
                    if plan is None:
                        plan = await asyncio.to_thread(_as_before, path, run)
                    rows = plan.rows(after=run.done)
                    await import_rows(self.store, self.house, run, rows, utc_now(), pause=self._pause)
                path.unlink(missing_ok=True)
                return
            except (Conflict, NotFound, UnreadableFile, FileNotFoundError):
                # Somebody else goes on with it, or took it back; or the file is not what it was.
                path.unlink(missing_ok=True)
                raise
            except LeadlineError as error:
                log.warning("import %s waits: %s", run_id, error)
                await asyncio.sleep(AFTER_FAULT_SECONDS)

    async def _pause(self) -> None:
        await asyncio.sleep(0)
        for _ in range(STEPS_ASIDE_MAX):
            if not self.is_busy():
                return
            await asyncio.sleep(STEP_SECONDS)


def _as_before(path: Path, run: ImportRun) -> Plan:
    return plan_file(open_table(path), {}, run.mapping)
