"""Importing a text in a test, as the command and the API do."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from leadline.domain.imports import FileRow, ImportRun
from leadline.ports import Store
from leadline.sources.csv.plan import Plan, plan_file
from leadline.sources.csv.table import open_table
from leadline.usecases.import_leads import Order, begin_import, import_rows
from tests.builders import HOUSE, NOW

CRM = """Record ID,First Name,Last Name,Email,Lifecycle Stage,Lead Status,Create Date,Contact owner,Employees
1,Ann,Lee,ann@alpha.example.com,lead,NEW,2024-03-12 09:14,,250
2,Bo,Ray,bo@beta.example.com,lead,NEW,2024-03-13 09:14,,
3,Cy,,,lead,NEW,,,
4,Ann,Lee,ann@alpha.example.com,lead,NEW,2024-03-12 10:00,,
"""
# Counts as created, duplicate, rejected, spam.
CRM_COUNTS = (2, 1, 1, 0)


def planned(text: str, mapping: Mapping[str, str] | None = None) -> tuple[Plan, list[FileRow]]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "leads.csv"
        path.write_text(text)
        plan = plan_file(open_table(path), mapping)
        return plan, list(plan.rows())


async def begun(store: Store, text: str, now: datetime = NOW, **changes: Any) -> tuple[ImportRun, list[FileRow]]:
    plan, rows = planned(text)
    order = Order(
        "leads.csv", plan.table.digest, plan.mapping, plan.columns, plan.rows_total, "Ann Lee", plan.preset
    )  # fmt: skip
    return await begin_import(store, replace(order, **changes), HOUSE.new_id, now), rows


async def imported(store: Store, text: str = CRM, now: datetime = NOW, **changes: Any) -> ImportRun:
    run, rows = await begun(store, text, now, **changes)
    return await import_rows(store, HOUSE, run, rows[run.done :], now)


def counts(run: ImportRun) -> tuple[int, int, int, int]:
    assert run.created + run.duplicate + run.rejected + run.spam == run.done
    return run.created, run.duplicate, run.rejected, run.spam


def cut_off(rows: list[FileRow], after: int) -> Iterator[FileRow]:
    """The rows of a file whose reader is killed."""
    yield from rows[:after]
    raise KeyboardInterrupt
