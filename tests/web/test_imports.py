"""Imports through HTTP: a file goes in as the body, is looked at, and is taken back."""

from collections.abc import AsyncIterator

import httpx2
import pytest
import pytest_asyncio

from tests.contract.imports import CRM
from tests.web.browsing import ORIGIN, House, running


@pytest_asyncio.fixture
async def house() -> AsyncIterator[House]:
    async with running() as made:
        yield made


@pytest_asyncio.fixture
async def http(house: House) -> AsyncIterator[httpx2.AsyncClient]:
    key = await house.key("leads:write", "leads:read")
    transport = httpx2.ASGITransport(app=house.app)
    async with httpx2.AsyncClient(transport=transport, base_url=ORIGIN, headers=key) as client:
        yield client


async def test_a_file_goes_in_is_looked_at_and_taken_back(http: httpx2.AsyncClient) -> None:
    made = await http.post("/api/v1/imports", params={"name": "contacts.csv"}, content=CRM.encode())
    run = made.json()
    address = f"/api/v1/imports/{run['id']}"
    again = (await http.post("/api/v1/imports", content=CRM.encode())).json()
    shown = await http.get(address)
    rejected = (await http.get(f"{address}/rejected")).json()["items"]
    listed = (await http.get("/api/v1/imports")).json()["items"]
    undone = await http.post(f"{address}/undo")
    leads = (await http.get("/api/v1/leads", params={"status": "any"})).json()["items"]

    assert made.status_code == 201
    assert (run["name"], run["status"], run["preset"], run["rows"]) == ("contacts.csv", "done", "HubSpot", 4)
    assert [run[name] for name in ("created", "duplicate", "rejected", "spam")] == [2, 1, 1, 0]
    assert [again[name] for name in ("created", "duplicate", "rejected", "spam")] == [0, 3, 1, 0]
    assert shown.json() == run
    assert [(row["row"]["First Name"], row["why"]) for row in rejected] == [("Cy", "email is required")]
    assert [one["id"] for one in listed] == [again["id"], run["id"]]
    assert (undone.status_code, undone.json()["deleted"], undone.json()["status"]) == (200, 2, "undone")
    assert leads == []


async def test_columns_are_mapped_by_the_query(http: httpx2.AsyncClient) -> None:
    body = b"Wer,Wo\nAnn Lee,ann@alpha.example.com\n"

    made = await http.post("/api/v1/imports", params={"map": ["Wer=contact_name", "Wo=email"]}, content=body)
    (lead,) = (await http.get("/api/v1/leads", params={"status": "any"})).json()["items"]

    assert (made.status_code, made.json()["created"]) == (201, 1)
    assert (lead["contact_name"], lead["import_id"]) == ("Ann Lee", made.json()["id"])


@pytest.mark.parametrize(
    ("query", "body", "status", "said"),
    [
        ("", b"", 400, "the file is empty"),
        ("", b"%PDF-1.7", 400, "PDF"),
        ("", b"Ann,ann@alpha.example.com\n", 400, "no header"),
        ("?map=Firma", b"Name,Email\nAnn,a@a.example.com\n", 422, "COLUMN=FIELD"),
        ("?map=Firma%3Dcompany_name", b"Name,Email\nAnn,a@a.example.com\n", 422, "no column of the file"),
        ("?route=maybe", b"Name,Email\nAnn,a@a.example.com\n", 422, "true or false"),
    ],
)
async def test_what_cannot_be_taken_in_is_said_and_leaves_nothing(
    http: httpx2.AsyncClient, query: str, body: bytes, status: int, said: str
) -> None:
    answer = await http.post(f"/api/v1/imports{query}", content=body)

    assert answer.status_code == status
    assert said in answer.text
    assert (await http.get("/api/v1/imports")).json()["items"] == []


async def test_an_import_that_is_not_there_is_404(http: httpx2.AsyncClient) -> None:
    nowhere = "/api/v1/imports/01a20e17-c7f0-749d-9b74-5ebe680e48c6"

    answers = [await http.get(nowhere), await http.get(f"{nowhere}/rejected"), await http.post(f"{nowhere}/undo")]

    assert [answer.status_code for answer in answers] == [404, 404, 404]


async def test_a_form_around_the_file_is_415(http: httpx2.AsyncClient) -> None:
    answer = await http.post("/api/v1/imports", files={"file": ("leads.csv", CRM.encode())})

    assert (answer.status_code, "not a form" in answer.text) == (415, True)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("leads%00.csv", "leads.csv"), ("%00%0A", "a file"), ("x" * 300 + ".csv", "x" * 251 + ".csv"), ("a%0Ab", "ab")],
)
async def test_a_file_may_be_called_anything(http: httpx2.AsyncClient, sent: str, kept: str) -> None:
    answer = await http.post(f"/api/v1/imports?name={sent}", content=CRM.encode())

    assert answer.status_code == 201, answer.text
    assert answer.json()["name"] == kept


async def test_a_dry_run_says_how_a_file_is_understood_and_stores_nothing(http: httpx2.AsyncClient) -> None:
    text = "Date created;E-Mail;Firma\n13.03.2024 09:14;ann@alpha.example.com;Alpha\n04.03.2024;;Beta\n"

    answer = await http.post("/api/v1/imports?dry_run=true&name=kontakte.csv", content=text.encode("utf-16"))
    told = answer.json()

    assert answer.status_code == 200
    assert (told["name"], told["preset"], told["encoding"], told["delimiter"]) == ("kontakte.csv", None, "utf-16", ";")
    assert (told["header_line"], told["date_format"], told["rows"], told["looked_at"]) == (1, "day first", 2, 2)
    assert [(column["column"], column["means"]) for column in told["columns"]] == [
        ("Date created", "created_at"),
        ("E-Mail", "email"),
        ("Firma", "company_name"),
    ]
    assert (told["rejected"], told["faults"]) == (1, [{"line": 3, "why": "email is required"}])
    assert told["preview"][0]["created_at"] == "2024-03-13T09:14:00Z"
    assert (told["preview"][1]["why_not"], told["mapping_of"]) == ("email is required", None)
    assert (await http.get("/api/v1/imports")).json()["items"] == []
    assert (await http.get("/api/v1/leads", params={"status": "any"})).json()["items"] == []


async def test_what_columns_meant_last_time_they_mean_again_and_a_given_meaning_wins(http: httpx2.AsyncClient) -> None:
    first = {"map": ["Wer=contact_name", "Wo=email"], "name": "first.csv"}
    made = (await http.post("/api/v1/imports", params=first, content=b"Wer,Wo\nAnn Lee,ann@alpha.example.com\n")).json()
    more = b"Wo,Wer\nbo@beta.example.com,Bo Ray\n"

    again = (await http.post("/api/v1/imports?dry_run=true", content=more)).json()
    given = (await http.post("/api/v1/imports?dry_run=true&map=Wer=company_name", content=more)).json()
    await http.post(f"/api/v1/imports/{made['id']}/undo")
    after_undo = (await http.post("/api/v1/imports?dry_run=true", content=more)).json()

    assert (again["mapping_of"]["import_id"], again["mapping_of"]["actor_name"]) == (made["id"], "a test")
    assert [column["means"] for column in again["columns"]] == ["email", "contact_name"]
    assert [column["means"] for column in given["columns"]] == ["email", "company_name"]
    assert after_undo["mapping_of"] is None


async def test_a_file_of_any_size_within_the_limit_comes_in_and_no_larger_one() -> None:
    async with running(import_max_mb=1) as house:
        browser = await house.browser(headers=await house.key("leads:write"))
        answer = await browser.post("/api/v1/imports", content=b"Email\n" + b"a@a.example.com\n" * 70_000)

        assert (answer.status_code, "LEADLINE_IMPORT_MAX_MB" in answer.text) == (413, True)
        assert list((house.services.settings.home / "uploads").iterdir()) == []
