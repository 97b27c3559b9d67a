"""Files of leads: whatever stands in a lead, no spreadsheet runs it, and the import reads back what was written."""

import io
import re
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from pyarrow import parquet

from leadline.domain.leads import Lead
from leadline.domain.spreadsheets import original_text, safe_text
from leadline.exports import EXPORT_FORMATS, LeadFile
from leadline.exports.columns import COLUMNS, safe_cell
from leadline.exports.csv_file import CsvFile, _line
from leadline.exports.files import new_file, pieces_of
from leadline.exports.parquet_file import GROUP_ROWS
from leadline.exports.xlsx_file import XlsxFile
from leadline.sources.csv.plan import Plan, plan_file
from leadline.sources.csv.table import open_table
from tests.builders import NOW, lead, user

# What hurts: signs of formulas, apostrophes, what parts cells and lines, what XML cannot hold or looks like its own escapes.
_PIECES = [
    "=",
    "+",
    "-",
    "@",
    "＝",
    "'",
    '"',
    ";",
    ",",
    "\t",
    "\r",
    "\n",
    " ",
    "a",
    "1",
    "\x07",
    "_x000D_",
    "_x005F_",
    "<&>",
    "]]>",
    "🦆",
    "\ufeff",
]
HOSTILE = st.lists(st.sampled_from(_PIECES), max_size=8).map("".join)


def written(file: LeadFile, leads: list[Lead]) -> bytes:
    return file.head() + file.rows(leads) + file.end()


def imported(content: bytes) -> Plan:
    """The file as the import reads it, from a folder that is gone when its rows are."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "leads"
        path.write_bytes(content)
        plan = plan_file(open_table(path))
        rows = list(plan.rows())
    return _Read(plan, rows)  # type: ignore[return-value]


class _Read:
    def __init__(self, plan: Plan, rows: list) -> None:
        self.preset, self.mapping, self.read = plan.preset, plan.mapping, rows


@given(HOSTILE | st.text(max_size=12))
def test_the_mark_is_taken_away_again_from_whatever_it_was_put_before(text: str) -> None:
    safe = safe_text(text)

    assert original_text(safe) == text
    for cell in [safe, *re.split("[;\t\r\n]", safe)[1:]]:
        assert not cell.lstrip(' "').startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠")) or cell.startswith('"')
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@settings(max_examples=60, deadline=None)
@given(texts=st.lists(HOSTILE, min_size=1, max_size=4))
def test_the_import_of_our_own_export_gives_the_original_back(form: str, texts: list[str]) -> None:
    owner = user(full_name="Dana Rep")
    leads = [lead(company_name=text, message=text, assigned_to=owner.id, created_at=NOW) for text in texts]
    read = imported(written(new_file(form, [owner]), leads))  # type: ignore[arg-type]

    assert read.preset == "Leadline"
    assert [row.cells.get("message", "") for row in read.read] == [
        text if safe_text(text).strip() else "" for text in texts
    ]
    assert [(row.record_id, row.owner, row.created_at) for row in read.read] == [
        (str(one.id), "Dana Rep", NOW) for one in leads
    ]
    assert {row.fields["email"] for row in read.read} == {one.email for one in leads}


@settings(max_examples=60, deadline=None)
@given(st.lists(HOSTILE, min_size=1, max_size=4))
def test_parquet_holds_the_values_as_they_are(texts: list[str]) -> None:
    leads = [lead(company_name=text, lead_score=number) for number, text in enumerate(texts)]
    table = parquet.read_table(io.BytesIO(written(new_file("parquet", []), leads)))

    assert table["company_name"].to_pylist() == texts
    assert table["lead_score"].to_pylist() == list(range(len(texts)))
    assert table["created_at"].to_pylist() == [one.created_at for one in leads]


def test_parquet_is_written_by_row_groups_that_leave_memory() -> None:
    file = new_file("parquet", [])
    head, waiting = file.head(), file.rows([lead() for _ in range(GROUP_ROWS - 1)])
    group, end = file.rows([lead()]), file.end()

    assert (waiting, bool(group)) == (b"", True)
    read = parquet.ParquetFile(io.BytesIO(head + group + end))
    assert (read.num_row_groups, read.metadata.num_rows) == (1, GROUP_ROWS)


def test_numbers_and_flags_of_a_workbook_are_what_they_are() -> None:
    sheet = load_workbook(io.BytesIO(written(XlsxFile([]), [lead(lead_score=73, phone=None)])), read_only=True).active

    header, row = list(sheet.iter_rows(values_only=True))
    cells = dict(zip(header, row, strict=True))
    assert (cells["lead_score"], cells["phone"], cells["priority_flag"]) == (73, None, "no")


async def test_a_file_that_holds_no_more_says_so_in_its_last_row() -> None:
    async def pages() -> AsyncIterator[list[Lead]]:
        for _ in range(3):
            yield [lead(), lead()]

    file = XlsxFile([], rows_max=3)
    content = b"".join([piece async for piece in pieces_of(file, pages())]) + file.end()

    rows = list(load_workbook(io.BytesIO(content), read_only=True).active.iter_rows(values_only=True))
    assert len(rows) == 1 + 3 + 1
    assert rows[-1][0] == "only the first 3 leads are in this file: narrow the filters"


@pytest.mark.parametrize("form", EXPORT_FORMATS)
def test_a_list_without_leads_is_a_whole_file(form: str) -> None:
    content = written(new_file(form, []), [])  # type: ignore[arg-type]

    if form == "parquet":
        assert parquet.read_table(io.BytesIO(content)).column_names == list(COLUMNS)
    elif form == "xlsx":
        assert len(list(load_workbook(io.BytesIO(content)).active.iter_rows())) == 1
    else:
        assert content.decode("utf-8-sig").strip() == ",".join(COLUMNS)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Acme", "Acme"),
        ("=1+1", "'=1+1"),
        ("  =1+1", "'  =1+1"),
        ("-2", "'-2"),
        ("\t=1", "'\t'=1"),
        ("\r=1", "'\r'=1"),
        ("＝1", "'＝1"),
        (-2, "-2"),
        (True, "yes"),
        (None, ""),
        ("a=b", "a=b"),
    ],
)
def test_a_cell_is_text_or_a_number_and_never_a_formula(value: object, expected: str) -> None:
    assert safe_cell(value) == expected


@pytest.mark.parametrize("start", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "＝1", '"=1', ' "-1'])
@pytest.mark.parametrize("before", ["Acme;", "Acme; ", "two\nlines\n", "Acme\r\n", "Acme\t", ";;", '";', "a,b;"])
def test_no_formula_begins_where_another_spreadsheet_parts_the_cells(before: str, start: str) -> None:
    line = CsvFile([]).left_out("id", "") + _line(["first", before + start, "last"]).encode()

    for cell in re.split("[;\t\r\n]", line.decode()):
        assert not cell.lstrip(' "').startswith(("=", "+", "-", "@", "＝"))


def test_what_only_looks_like_one_is_left_as_it_is() -> None:
    text = "We - all of us = 5 + you; mail a@b.co"

    assert safe_cell(text) == text
