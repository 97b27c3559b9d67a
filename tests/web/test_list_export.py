"""Leads as a file: what the list shows, nothing that a spreadsheet would run, and the truth about what is missing."""

import csv
import io
import re
from typing import Any

import httpx2
import pytest

from leadline.domain.errors import Unavailable
from leadline.domain.lead_edits import etag
from leadline.web import list_export
from leadline.web.presenting.csv_file import COLUMNS, CsvFile, _line, safe_cell
from tests.web.browsing import House, form_token, running


def rows_of(answer: httpx2.Response) -> list[dict[str, str]]:
    """The rows of a file by the names of its columns."""
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


async def test_a_manager_gets_the_list_with_its_filters_and_in_its_order(house: House) -> None:
    owner = house.team["Rep One"]
    await house.lead(company_name="Second", category="Hot", raw_score=81, assigned_to=owner.id, source="Tally")
    await house.lead(company_name="First, Inc.", category="Hot", raw_score=99, source="Tally", message="a\nb")
    await house.lead(company_name="Other", category="Hot", raw_score=90, source="API")
    browser = await house.browser(house.team["Manager"])

    answer = await browser.get("/leads/export?list=hot&source=Tally")

    rows = rows_of(answer)
    assert [row["company_name"] for row in rows] == ["First, Inc.", "Second"]
    assert rows[0]["message"] == "a\nb"
    assert [row["owner"] for row in rows] == ["", "Rep One"]
    assert list(rows[0]) == [*COLUMNS, "owner"]
    assert answer.headers["content-disposition"].startswith('attachment; filename="leads-hot-')
    assert answer.headers["cache-control"] == "no-store"


async def test_a_long_list_is_written_to_its_end(house: House) -> None:
    for number in range(450):
        await house.lead(company_name=f"Firm {number}", category="Cold", raw_score=number)
    browser = await house.browser(house.team["Admin"])

    rows = rows_of(await browser.get("/leads/export?list=cold"))

    assert [row["company_name"] for row in rows] == [f"Firm {number}" for number in reversed(range(450))]


async def test_a_file_that_is_cut_says_so_in_its_last_line(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_export, "EXPORT_ROWS_MAX", 200)
    for number in range(201):
        await house.lead(category="Cold", raw_score=number)
    browser = await house.browser(house.team["Manager"])

    rows = rows_of(await browser.get("/leads/export?list=cold"))

    assert len(rows) == 201
    assert rows[-1]["id"] == "only the first 200 leads are in this file: narrow the filters"


async def test_an_outage_in_the_middle_is_told_in_the_file() -> None:
    calls = [0]

    def on_call(name: str) -> None:
        calls[0] += name == "list_leads"
        if calls[0] > 1:
            raise Unavailable("the database does not answer")

    async with running(on_call=on_call) as house:
        manager = await house.hire("Manager", "manager")
        for number in range(201):
            await house.lead(category="Cold", raw_score=number)
        browser = await house.browser(manager)

        rows = rows_of(await browser.get("/leads/export?list=cold"))

    assert rows[-1]["id"] == "this file is not complete: the database does not answer"


async def test_chosen_rows_have_a_result_each(house: House) -> None:
    there = await house.lead(company_name="Kestrel", category="Hot")
    gone = await house.lead(company_name="Gone", category="Hot", is_deleted=True)
    browser = await house.browser(house.team["Manager"])
    fields: dict[str, Any] = {"_csrf_token": form_token((await browser.get("/")).text)}
    fields |= {f"row.{lead.id}": etag(lead) for lead in (there, gone)}
    nobody = "01990000-0000-7000-8000-000000000000"

    rows = rows_of(await browser.post("/leads/export", data=fields | {f"row.{nobody}": "x"}))

    assert [(row["company_name"], row["result"]) for row in rows] == [
        ("Kestrel", "exported"),
        ("", "there is nothing here"),
        ("", "there is nothing here"),
    ]
    assert rows[2]["id"] == nobody


async def test_a_rep_exports_nothing(house: House) -> None:
    lead = await house.lead(company_name="Kestrel", category="Hot")
    browser = await house.browser(house.team["Rep One"])
    token = form_token((await browser.get("/")).text)

    whole = await browser.get("/leads/export")
    chosen = await browser.post("/leads/export", data={"_csrf_token": token, f"row.{lead.id}": etag(lead)})

    assert whole.status_code == chosen.status_code == 404
    assert "Kestrel" not in whole.text + chosen.text


async def test_nothing_in_a_file_is_run_by_a_spreadsheet(house: House) -> None:
    await house.lead(
        company_name='=HYPERLINK("http://x","y")', contact_name="@SUM(1)", category="Hot", phone="+1 555 0100"
    )
    browser = await house.browser(house.team["Manager"])

    (row,) = rows_of(await browser.get("/leads/export"))

    assert row["company_name"] == '\'=HYPERLINK("http://x","y")'
    assert row["contact_name"] == "'@SUM(1)"
    assert row["phone"] == "'+1 555 0100"


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
