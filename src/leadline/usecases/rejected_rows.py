"""The rows of an import that made no lead: in the order of the file, in their own columns, with the reason of each."""

import csv
import io
import json
from collections.abc import AsyncIterator

from leadline.domain.imports import ImportRun, row_id
from leadline.domain.spreadsheets import safe_text
from leadline.ports import Store

PAGE = 200
REASON = "reason"
_MARK = "\ufeff"


async def rejected_rows(store: Store, run: ImportRun) -> AsyncIterator[tuple[dict[str, str], str]]:
    """Their cells by column, and why."""
    if not run.rejected:
        return
    for start in range(1, run.done + 1, PAGE):
        ids = [row_id(run.id, number) for number in range(start, min(start + PAGE, run.done + 1))]
        for record in sorted(await store.find_submissions(ids), key=lambda record: record.id):
            if record.outcome == "rejected":
                told = (f"{fault.pointer.lstrip('/')} {fault.detail}".strip() for fault in record.faults)
                yield json.loads(record.payload), "; ".join(told)


async def rejected_csv(store: Store, run: ImportRun) -> AsyncIterator[bytes]:
    """The same as a file, row by row, safe to open in a spreadsheet. Mended, it can be imported."""
    columns = list(run.columns)
    yield _MARK.encode() + _line([*map(safe_text, columns), REASON])
    async for cells, reason in rejected_rows(store, run):
        yield _line([*(safe_text(cells.get(column, "")) for column in columns), safe_text(reason)])


def _line(cells: list[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue().encode("utf-8", "replace")
