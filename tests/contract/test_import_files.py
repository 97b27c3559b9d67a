"""Files of every kind we were shown: each row that is not blank becomes something, and what it became adds up."""

import os
from pathlib import Path

from leadline.ids import new_id
from leadline.sources.csv import UnreadableFile
from leadline.sources.csv.plan import plan_file
from leadline.sources.csv.table import open_table
from leadline.storage.memory import MemoryStore
from leadline.usecases.import_leads import Order, begin_import, import_rows
from tests.builders import HOUSE, NOW
from tests.contract.imports import counts
from tests.invariants import broken_rules, every_lead
from tests.sources.csv.files import KINDS

SPECTRUM = Path(__file__).parents[1] / "data" / "csv_spectrum"
# A folder with more of them: real exports, which may not lie here.
MORE = os.environ.get("LEADLINE_TEST_FILES")


def files(folder: Path) -> list[Path]:
    for kind in KINDS:
        (folder / f"{kind.name}.csv").write_text(kind.text)
    more = sorted(Path(MORE).glob("*.csv")) if MORE else []
    return [*sorted(folder.glob("*.csv")), *sorted(SPECTRUM.glob("*.csv")), *more]


async def test_every_row_of_every_file_is_counted_and_none_makes_a_junk_lead(tmp_path: Path) -> None:
    for path in files(tmp_path):
        store = MemoryStore()
        try:
            plan = plan_file(open_table(path))
        except UnreadableFile:
            continue
        order = Order(path.name, plan.table.digest, plan.mapping, plan.columns, plan.rows_total, "a test", plan.preset)
        run = await begin_import(store, order, new_id, NOW)

        done = await import_rows(store, HOUSE, run, plan.rows(), NOW)
        leads = await every_lead(store)

        assert sum(counts(done)) == done.rows == plan.rows_total, path
        assert len(leads) == done.created, path
        assert all("@" in lead.email and lead.contact_name and lead.company_name for lead in leads), path
        assert await broken_rules(store) == [], path
