"""`leadline import` and `leadline import-undo` on a real database."""

import csv
import json
from pathlib import Path

import pytest

from leadline.cli.imports import _progress
from leadline.domain.leads import Lead
from tests.builders import import_run
from tests.cli.conftest import Run, on_store
from tests.contract.imports import CRM
from tests.invariants import every_lead


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """An export of a CRM: two leads, a repeat, a row without an address."""
    path = tmp_path / "contacts.csv"
    path.write_text(CRM.replace("3,Cy,", "3,=Cy(),"))
    return path


def visible() -> list[Lead]:
    return [lead for lead in on_store(every_lead) if not lead.is_deleted]


def test_a_file_is_tried_imported_twice_and_taken_back(run: Run, file: Path) -> None:
    tried = run("import", file, "--dry-run")
    first = run("import", file, "--json")
    told = json.loads(first.stdout)
    leads = visible()
    again = json.loads(run("import", file, "--json").stdout)
    undone = run("import-undo", told["run"], "--json")

    assert tried.exit_code == 0
    assert "contacts.csv: 4 rows, 9 columns, utf-8, cells parted by commas, an export of HubSpot" in tried.stderr
    assert "Create Date                     created_at          2024-03-12 09:14" in tried.stdout.splitlines()
    assert "line 4: email is required" in tried.stderr
    assert (first.exit_code, set(told)) == (0, {"run", "rows", "created", "duplicate", "rejected", "spam"})
    assert [told[name] for name in ("rows", "created", "duplicate", "rejected", "spam")] == [4, 2, 1, 1, 0]
    assert sorted(lead.email for lead in leads) == ["ann@alpha.example.com", "bo@beta.example.com"]
    assert [again[name] for name in ("rows", "created", "duplicate", "rejected", "spam")] == [4, 0, 3, 1, 0]
    assert (undone.exit_code, json.loads(undone.stdout)["deleted"]) == (0, 2)
    assert visible() == []


def test_rejected_rows_are_written_beside_the_file_safe_for_a_spreadsheet_and_can_be_mended(
    run: Run, file: Path
) -> None:
    run("import", file)
    rejected = file.with_name("contacts.rejected.csv")
    with rejected.open(encoding="utf-8-sig", newline="") as written:
        (row,) = csv.DictReader(written)
    rejected.write_text(rejected.read_text().replace("'=Cy(),,,", "'=Cy(),Lo,cy@gamma.example.com,"))

    mended = json.loads(run("import", rejected, "--json").stdout)

    assert (row["Record ID"], row["First Name"], row["reason"]) == ("3", "'=Cy()", "email is required")
    assert (mended["rows"], mended["created"]) == (1, 1)
    assert {lead.contact_name for lead in visible()} == {"Ann Lee", "Bo Ray", "=Cy() Lo"}


def test_what_is_no_table_is_a_sentence_and_makes_nothing(run: Run, tmp_path: Path) -> None:
    bare = tmp_path / "bare.csv"
    bare.write_text("Ann,ann@alpha.example.com\n")

    refused, missing = run("import", bare), run("import", tmp_path / "nowhere.csv")

    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "leadline: bare.csv: the file has no header" in refused.stderr
    assert missing.exit_code == 2


def test_a_mapping_that_does_not_fit_is_wrong_use(run: Run, file: Path) -> None:
    unknown, bare = run("import", file, "--map", "Firma=company_name"), run("import", file, "--map", "Firma")

    assert (unknown.exit_code, bare.exit_code) == (2, 2)
    assert "--map Firma is no column of the file; it has Record ID" in unknown.stderr


def test_an_import_that_is_not_there_is_no_such_thing(run: Run) -> None:
    assert run("import-undo", import_run().id).exit_code == 3


def test_progress_says_how_fast_and_how_long_yet(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    times = iter([0.0, 0.0, 0.5, 10.0])
    monkeypatch.setattr("leadline.cli.imports.time.monotonic", lambda: next(times))
    tell = _progress()

    tell(import_run(rows=3_000, done=100))
    tell(import_run(rows=3_000, done=1_100))

    assert capsys.readouterr().err == "1100 of 3000 rows, 100 a second, 0:19 left\n"


def test_the_meaning_of_columns_is_remembered_and_can_be_changed(run: Run, tmp_path: Path) -> None:
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    first.write_text("Wer,Wo\nAnn Lee,ann@alpha.example.com\n")
    second.write_text("Wo,Wer\nbo@beta.example.com,Beta\n")
    run("import", first, "--map", "Wer=contact_name", "--map", "Wo=email")

    tried = run("import", second, "--dry-run", "--json")
    run("import", second, "--map", "Wer=company_name")

    assert "columns mean what they meant in first.csv, imported " in tried.stderr
    told = json.loads(tried.stdout)
    assert [column["means"] for column in told["columns"]] == ["email", "contact_name"]
    assert told["mapping_of"]["actor_name"] == "the command line"
    assert {(lead.contact_name, lead.company_name) for lead in visible()} == {
        ("Ann Lee", "alpha.example.com"),
        ("bo", "Beta"),
    }
