"""What `leadline import` and `leadline import-undo` do."""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from uuid import UUID

from leadline.bootstrap import build_house
from leadline.clock import utc_now
from leadline.commands.database import with_store
from leadline.config import Settings
from leadline.domain.activities import Actor
from leadline.domain.errors import Invalid
from leadline.domain.imports import FileRow, ImportRun
from leadline.domain.spreadsheets import safe_text
from leadline.domain.submission import parse_submission
from leadline.ids import new_id
from leadline.ports import Store
from leadline.sources.csv.plan import Plan, plan_file
from leadline.sources.csv.table import open_table
from leadline.usecases.deciding import Deciding
from leadline.usecases.import_leads import Order, begin_import, import_rows, rejected_rows
from leadline.usecases.undo_import import undo_import

COMMAND_LINE = "the command line"
PREVIEW_ROWS = 5
FAULTS_SHOWN = 20
REASON = "reason"


@dataclass(frozen=True, slots=True)
class Imported:
    """A run that came to its end, and where the rows stand that made no lead."""

    run: ImportRun
    rejected_file: Path | None


@dataclass(slots=True)
class Preview:
    """What an import would find: the first rows as they are understood, and every row that would be rejected, counted."""

    plan: Plan
    rows: list[tuple[FileRow, dict[str, str]]] = field(default_factory=list)
    rejected: int = 0
    faults: list[tuple[int, str]] = field(default_factory=list)


def read_plan(path: Path, mapping: Mapping[str, str]) -> Plan:
    """How a file will be read. Raises UnreadableFile, and Invalid for a mapping that does not fit it."""
    return plan_file(open_table(path), mapping)


def preview(plan: Plan) -> Preview:
    """Go through a file without a database."""
    found = Preview(plan)
    found.rows = [(row, plan.filled(row)) for row in islice(plan.rows(), PREVIEW_ROWS)]
    for row in plan.rows():
        try:
            parse_submission(row.fields, strict=False)
        except Invalid as refused:
            found.rejected += 1
            if len(found.faults) < FAULTS_SHOWN:
                found.faults.append((row.line, said(refused)))
    return found


def said(refused: Invalid) -> str:
    """The faults of a row in a line."""
    return "; ".join(f"{fault.pointer.lstrip('/')} {fault.detail}".strip() for fault in refused.faults)


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
    """The rejected rows in their own columns, safe to open in a spreadsheet, with the reason of each."""
    target = path.with_name(f"{path.stem}.rejected.csv")
    columns = list(run.columns)
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*map(safe_text, columns), REASON])
        async for cells, reason in rejected_rows(store, run):
            writer.writerow([*(safe_text(cells.get(column, "")) for column in columns), safe_text(reason)])
    return target


def undo(run_id: UUID, tell: Callable[[ImportRun], None]) -> ImportRun:
    """Take an import back. Raises NotFound, and Conflict while it still goes on."""

    async def work(settings: Settings, store: Store) -> ImportRun:
        deciding = Deciding(
            await build_house(settings, store), utc_now(), Actor("system", COMMAND_LINE), notifies=False
        )
        return await undo_import(store, run_id, deciding, tell)

    return with_store(work)
