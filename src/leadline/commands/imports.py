"""What `leadline import` and `leadline import-undo` do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from leadline.bootstrap import build_house
from leadline.clock import utc_now
from leadline.commands.database import with_store
from leadline.config import Settings
from leadline.domain.activities import Actor
from leadline.domain.imports import ImportRun, used_before
from leadline.ids import new_id
from leadline.ports import Store
from leadline.sources.csv.plan import Plan, columns_of, plan_file
from leadline.sources.csv.table import open_table
from leadline.usecases.deciding import Deciding
from leadline.usecases.import_leads import Order, begin_import, import_rows
from leadline.usecases.rejected_rows import rejected_csv
from leadline.usecases.undo_import import undo_import

COMMAND_LINE = "the command line"


@dataclass(frozen=True, slots=True)
class Imported:
    """A run that came to its end, and where the rows stand that made no lead."""

    run: ImportRun
    rejected_file: Path | None


@dataclass(frozen=True, slots=True)
class Looked:
    """How a file will be read, and the import whose mapping is used again, if one is."""

    plan: Plan
    before: ImportRun | None


def look(path: Path, given: Mapping[str, str]) -> Looked:
    """Look through a file. Raises UnreadableFile, and Invalid for a mapping that does not fit it."""
    table = open_table(path)
    columns = columns_of(table)

    async def work(settings: Settings, store: Store) -> ImportRun | None:
        return used_before(await store.list_import_runs(), columns)

    before = with_store(work)
    return Looked(plan_file(table, given, before.mapping if before else None), before)


def import_file(
    plan: Plan, *, routes: bool, notifies: bool, began: Callable[[ImportRun], None], tell: Callable[[ImportRun], None]
) -> Imported:
    """Import a file, or go on with it. `began` hears of the run at its beginning, `tell` after each batch."""

    async def work(settings: Settings, store: Store) -> Imported:
        order = Order(
            plan.table.path.name, plan.table.digest, plan.mapping, plan.columns, plan.rows_total, COMMAND_LINE,
            plan.preset, routes, notifies,
        )  # fmt: skip
        house = await build_house(settings, store)
        run = await begin_import(store, order, new_id, utc_now())
        began(run)
        run = await import_rows(store, house, run, plan.rows(after=run.done), utc_now(), tell)
        return Imported(run, await _write_rejected(store, run, plan.table.path) if run.rejected else None)

    return with_store(work)


async def _write_rejected(store: Store, run: ImportRun, path: Path) -> Path:
    target = path.with_name(f"{path.stem}.rejected.csv")
    with target.open("wb") as file:
        async for line in rejected_csv(store, run):
            file.write(line)
    return target


def undo(run_id: UUID, tell: Callable[[ImportRun], None]) -> ImportRun:
    """Take an import back. Raises NotFound, and Conflict while it still goes on."""

    async def work(settings: Settings, store: Store) -> ImportRun:
        deciding = Deciding(
            await build_house(settings, store), utc_now(), Actor("system", COMMAND_LINE), notifies=False
        )
        return await undo_import(store, run_id, deciding, tell)

    return with_store(work)
