"""`leadline export` on a real database."""

import csv
import io
from pathlib import Path

import pytest
from pyarrow import parquet

from leadline.ports import Store
from tests.builders import NOW, lead
from tests.cli.conftest import Run, on_store
from tests.rule_sets import begin
from tests.steps import put


async def three_leads(store: Store) -> None:
    await begin(store)
    made = [
        lead(company_name="=Kestrel", category="Hot", raw_score=90, lead_score=90, source="Tally", created_at=NOW),
        lead(company_name="Wren", category="Cold", source="Tally", created_at=NOW),
        lead(company_name="Done", category="Cold", source="API", status="Disqualified", created_at=NOW),
    ]
    await put(store, leads=made)


@pytest.fixture
def filled(run: Run) -> Run:
    run("migrate")
    on_store(three_leads)
    return run


def test_leads_go_to_stdout_or_into_a_file_filtered_as_the_list_is(filled: Run, tmp_path: Path) -> None:
    file = tmp_path / "leads.parquet"
    shown = filled("export", "--source", "Tally", "--category", "Hot")
    kept = filled("export", file, "--status", "any")

    (row,) = csv.DictReader(io.StringIO(shown.stdout_bytes.decode("utf-8-sig")))
    assert (row["company_name"], shown.stderr) == ("'=Kestrel", "1 leads exported\n")
    assert sorted(parquet.read_table(file)["company_name"].to_pylist()) == ["=Kestrel", "Done", "Wren"]
    assert kept.stderr == f"3 leads exported to {file}\n"
    assert [path.name for path in tmp_path.iterdir()] == ["leads.parquet"]


def test_filters_that_mean_nothing_are_wrong_use_and_leave_no_file(filled: Run, tmp_path: Path) -> None:
    refused = filled("export", tmp_path / "leads.xlsx", "--category", "Lukewarm", "--created-from", "soon")

    assert refused.exit_code == 2
    assert "--category must be one of Hot, Warm, Cold" in refused.stderr
    assert "--created-from must be a date or a time" in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_our_own_workbook_is_known_to_the_import_and_makes_no_lead_twice(filled: Run, tmp_path: Path) -> None:
    filled("export", tmp_path / "leads.xlsx", "--status", "any")

    again = filled("import", tmp_path / "leads.xlsx")

    assert "an export of Leadline" in again.stderr
    assert "3 rows, 0 created, 3 duplicate, 0 rejected, 0 spam" in again.stdout
