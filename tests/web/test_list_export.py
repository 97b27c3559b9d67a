"""Leads as a file: what the list shows, nothing that a spreadsheet would run, and the truth about what is missing."""

import csv
import io
from typing import Any

import httpx2
from openpyxl import load_workbook
from pyarrow import parquet

from leadline.domain.errors import Unavailable
from leadline.domain.lead_edits import etag
from leadline.exports.columns import COLUMNS
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
    assert list(rows[0]) == list(COLUMNS)
    assert answer.headers["content-disposition"].startswith('attachment; filename="leads-hot-')
    assert answer.headers["cache-control"] == "no-store"


async def test_a_long_list_is_written_to_its_end(house: House) -> None:
    for number in range(450):
        await house.lead(company_name=f"Firm {number}", category="Cold", raw_score=number)
    browser = await house.browser(house.team["Admin"])

    rows = rows_of(await browser.get("/leads/export?list=cold"))

    assert [row["company_name"] for row in rows] == [f"Firm {number}" for number in reversed(range(450))]


async def test_a_list_is_a_workbook_or_parquet_where_asked(house: House) -> None:
    for number in range(250):
        await house.lead(company_name=f"=Firm({number})", category="Cold", raw_score=number, lead_score=number % 100)
    browser = await house.browser(house.team["Manager"])

    workbook = await browser.get("/leads/export?list=cold&format=xlsx")
    table = await browser.get("/leads/export?list=cold&format=parquet")

    sheet = load_workbook(io.BytesIO(workbook.content), read_only=True).active
    rows = list(sheet.iter_rows(values_only=True))
    assert (len(rows), list(rows[0])) == (251, list(COLUMNS))
    assert rows[1][2] == "'=Firm(249)"
    assert workbook.headers["content-disposition"].endswith('.xlsx"')
    read = parquet.read_table(io.BytesIO(table.content))
    assert read.column_names == list(COLUMNS)
    assert read["company_name"].to_pylist() == [f"=Firm({number})" for number in reversed(range(250))]


async def test_the_page_offers_the_formats_with_the_filters_of_the_list(house: House) -> None:
    await house.lead(category="Cold")
    browser = await house.browser(house.team["Manager"])

    page = (await browser.get("/?list=cold&source=API")).text

    for form in ("csv", "xlsx", "parquet"):
        assert f'href="/leads/export?list=cold&amp;source=API&amp;format={form}"' in page
    refused = await browser.get("/leads/export?format=pdf")
    assert refused.status_code == 422
    assert "csv, xlsx, parquet" in refused.text


async def test_a_program_gets_the_list_of_the_api(house: House) -> None:
    await house.lead(company_name="Kestrel", category="Hot", source="Tally")
    await house.lead(company_name="Done", category="Hot", source="Tally", status="Opportunity")
    await house.lead(company_name="Other", category="Hot", source="API")
    program = await house.browser(headers=await house.key("leads:read"))

    rows = rows_of(await program.get("/api/v1/leads/export?source=Tally&status=any"))
    refused = await program.get("/api/v1/leads/export?format=pdf&limit=5")

    assert sorted(row["company_name"] for row in rows) == ["Done", "Kestrel"]
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/limit", "/format"]


async def test_an_outage_in_the_middle_is_told_in_the_file_and_cuts_a_programs_connection() -> None:
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

        calls[0] = 0
        program = await house.browser(headers=await house.key("leads:read"))
        calls[0] = 0
        cut = await program.get("/api/v1/leads/export?format=parquet")

    assert rows[-1]["id"] == "this file is not complete: the database does not answer"
    assert cut.content == b"PAR1"


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
