"""What an import of a file would find: the first rows as they would become leads, and the rows that would be rejected. Nothing is
stored here, and no database is asked."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from leadline.domain.errors import Invalid
from leadline.domain.imports import FileRow, ImportRun
from leadline.domain.submission import Submission, parse_submission
from leadline.sources.csv.plan import Plan

PREVIEW_ROWS = 5
FAULTS_SHOWN = 20
PARTED_BY = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One of the first rows: as it stands in the file, and what it becomes, or why nothing."""

    row: FileRow
    becomes: Submission | None
    why: str = ""


@dataclass(slots=True)
class Preview:
    """The first rows, and of the `looked_at` ones every row that would be rejected, counted; `faults` are the first by line.
    `meanings` are the fields and roles by column, as the first row that has something there tells them."""

    plan: Plan
    rows: list[PreviewRow] = field(default_factory=list)
    looked_at: int = 0
    rejected: int = 0
    faults: list[tuple[int, str]] = field(default_factory=list)
    meanings: dict[str, str] = field(default_factory=dict)


def preview(plan: Plan, *, source: str | None = None, rows_max: int | None = None) -> Preview:
    """Go through the rows, or through the first `rows_max`. `source` is for leads whose row names none."""
    found = Preview(plan)
    defaults = {"source": source} if source else {}
    unseen = set(plan.columns)
    for row in islice(plan.rows(), rows_max):
        found.looked_at += 1
        becomes, why = None, ""
        try:
            becomes = parse_submission(row.fields, strict=False, defaults=defaults)
        except Invalid as refused:
            why = said(refused)
            found.rejected += 1
            if len(found.faults) < FAULTS_SHOWN:
                found.faults.append((row.line, why))
        if not unseen.isdisjoint(row.cells):
            unseen.difference_update(row.cells)
            found.meanings = plan.filled(row) | found.meanings
        if len(found.rows) < PREVIEW_ROWS:
            found.rows.append(PreviewRow(row, becomes, why))
    return found


def said(refused: Invalid) -> str:
    """The faults of a row in a line."""
    return "; ".join(f"{fault.pointer.lstrip('/')} {fault.detail}".strip() for fault in refused.faults)


def described(plan: Plan) -> str:
    """How a file is understood, in a line."""
    form = "XLSX"
    if plan.table.encoding is not None:
        form = f"{plan.table.encoding}, cells parted by {PARTED_BY.get(plan.table.delimiter, plan.table.delimiter)}"
    known = f", an export of {plan.preset}" if plan.preset else ""
    return f"{plan.rows_total} rows, {len(plan.columns)} columns, {form}{known}"


def told(found: Preview, before: ImportRun | None) -> dict[str, Any]:
    """A preview as data. `before` is the import whose mapping is used again."""
    plan, meanings = found.plan, found.meanings
    return {
        "preset": plan.preset,
        "encoding": plan.table.encoding,
        "delimiter": plan.table.delimiter if plan.table.encoding else None,
        "header_line": plan.header_line,
        "date_format": plan.date_format,
        "rows": plan.rows_total,
        "mapping_of": _run_told(before) if before else None,
        "columns": [
            {"column": column, "means": meanings.get(column), "example": example_of(found, column)}
            for column in plan.columns
        ],
        "preview": list(_rows_told(found)),
        "looked_at": found.looked_at,
        "rejected": found.rejected,
        "faults": [{"line": line, "why": why} for line, why in found.faults],
    }


def example_of(found: Preview, column: str) -> str:
    """What stands in a column in the first row that has something there."""
    return next((" ".join(row.row.cells[column].split())[:80] for row in found.rows if column in row.row.cells), "")


def _run_told(run: ImportRun) -> dict[str, Any]:
    return {"import_id": str(run.id), "name": run.name, "actor_name": run.actor_name, "started_at": run.started_at}


def _rows_told(found: Preview) -> Iterator[dict[str, Any]]:
    for one in found.rows:
        row = one.row
        yield {
            "line": row.line,
            "fields": dict(row.fields),
            "created_at": row.created_at,
            "owner": row.owner,
            "why_not": one.why or None,
        }
