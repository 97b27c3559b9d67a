"""The screens of imports: a file is sent, looked at, told apart, taken in and taken back, by whoever may and by nobody else."""

import csv
import io
import re
from pathlib import Path

import httpx2
import pytest

from leadline.usecases.one_lead import change_lead
from leadline.usecases.work import add_note
from leadline.web import csrf
from tests.builders import deciding, import_run
from tests.contract.imports import CRM
from tests.contract.test_import_runs import add_import_runs
from tests.invariants import every_lead
from tests.web.browsing import House, form_token, running, text_of

ODD = "Wer,Wo\nAnn Lee,ann@alpha.example.com\n"


async def manager_of(house: House) -> httpx2.AsyncClient:
    return await house.browser(house.team["Manager"])


async def send(browser: httpx2.AsyncClient, content: str | bytes, name: str = "contacts.csv") -> httpx2.Response:
    """Send a file with the form of the page."""
    token = form_token((await browser.get("/imports/new")).text)
    files = {"file": (name, content if isinstance(content, bytes) else content.encode())}
    return await browser.post("/imports/new", data={csrf.FIELD: token}, files=files)


async def look(browser: httpx2.AsyncClient, content: str, name: str = "contacts.csv") -> tuple[str, str]:
    """Where the file that was sent is looked at, and what is seen there."""
    address = (await send(browser, content, name)).headers["location"]
    return address, (await browser.get(address)).text


async def begin(house: House, browser: httpx2.AsyncClient, address: str, **fields: str) -> str:
    """Begin the import of a file that was looked at; where its page is, once it has come to rest."""
    sent = {csrf.FIELD: form_token((await browser.get(address)).text), "begin": "1"}
    answer = await browser.post(address, data=sent | fields)
    run, *_ = await house.store.list_import_runs()
    await house.services.importing.rest(run.id, 60)
    return str(answer.headers["location"])


def files_of(house: House) -> list[str]:
    return sorted(
        path.name for path in house.services.settings.home.rglob("*") if path.is_file() and path.suffix != ".db"
    )


async def test_a_file_is_looked_at_taken_in_and_taken_back(house: House) -> None:
    browser = await manager_of(house)
    address, seen = await look(browser, CRM)
    assert await every_lead(house.store) == []
    at = await begin(house, browser, address)
    done = text_of((await browser.get(at)).text)
    token = form_token((await browser.get(f"{at}/undo")).text)
    undone = await browser.post(f"{at}/undo", data={csrf.FIELD: token})
    (run,) = await house.store.list_import_runs()
    await house.services.importing.rest(run.id, 60)
    after = text_of((await browser.get(at)).text)

    assert "This is an export of HubSpot." in text_of(seen)
    assert "4 rows, 9 columns, cells parted by commas, UTF-8, columns named on line 1" in text_of(seen)
    assert "Ann Lee alpha.example.com ann@alpha.example.com — CSV Import 12 Mar 2024" in text_of(seen)
    assert "1 of 4 rows would make no lead." in text_of(seen)
    assert "Line 4: email is required" in text_of(seen)
    assert "New leads 2" in done
    assert "there already 1 Rejected: no usable e-mail address 1 Spam 0 All 4" in done
    assert undone.status_code == 303
    assert "2 leads deleted, 0 given back what they were before, 0 kept." in after
    assert [lead for lead in await every_lead(house.store) if not lead.is_deleted] == []
    assert files_of(house) == []


async def test_columns_are_told_apart_by_hand_and_looked_at_again(house: House) -> None:
    browser = await manager_of(house)
    address, seen = await look(browser, ODD)
    sent = {
        csrf.FIELD: form_token(seen),
        "column-0": "contact_name",
        "column-1": "email",
        "source": "Fair",
        "route": "on",
    }
    again = await browser.post(address, data=sent)
    await begin(house, browser, address, **{name: text for name, text in sent.items() if name != csrf.FIELD})
    (lead,) = await every_lead(house.store)
    (run,) = await house.store.list_import_runs()

    assert again.status_code == 200
    assert 'value="contact_name" selected' in again.text
    assert re.search(r'name="route" checked', again.text)
    assert "Ann Lee alpha.example.com ann@alpha.example.com — Fair now" in text_of(again.text)
    assert (lead.contact_name, lead.source) == ("Ann Lee", "Fair")
    assert (run.mapping, run.routes, run.notifies) == ({"Wer": "contact_name", "Wo": "email"}, True, False)
    assert (run.actor_name, run.user_id) == ("Manager", house.team["Manager"].id)


async def test_what_the_columns_meant_last_time_they_mean_again_unless_told_otherwise(house: House) -> None:
    browser = await manager_of(house)
    address, _ = await look(browser, ODD)
    await begin(house, browser, address, **{"column-0": "company_name", "column-1": "email"})
    address, seen = await look(browser, "Wo,Wer\nbo@beta.example.com,Beta\n", "more.csv")
    anew = await browser.post(address, data={csrf.FIELD: form_token(seen), "forget": "on"})
    await begin(house, browser, address)

    assert "As in the import of contacts.csv by Manager" in text_of(seen)
    assert "Recognised: Company" in text_of(seen)
    assert "Recognised: Company" not in text_of(anew.text)
    assert {lead.company_name for lead in await every_lead(house.store)} == {"Ann Lee", "Beta"}


async def test_leads_that_an_undo_keeps_are_named_with_the_reason(house: House) -> None:
    browser = await manager_of(house)
    address, _ = await look(browser, CRM)
    at = await begin(house, browser, address)
    worked = next(lead for lead in await every_lead(house.store) if lead.email.startswith("ann"))
    await change_lead(house.store, worked.id, add_note("Called her"), deciding())
    token = form_token((await browser.get(f"{at}/undo")).text)
    await browser.post(f"{at}/undo", data={csrf.FIELD: token})
    (run,) = await house.store.list_import_runs()
    await house.services.importing.rest(run.id, 60)

    page = (await browser.get(at)).text

    assert "1 lead deleted, 0 given back what they were before, 1 kept." in text_of(page)
    assert f'href="/leads/{worked.id}"' in page
    assert "is kept: test key has worked on it since: Added a note" in text_of(page)


async def test_rejected_rows_come_as_a_file_in_their_own_columns(house: House) -> None:
    browser = await manager_of(house)
    address, _ = await look(browser, CRM.replace("3,Cy,", "3,=Cy(),"))
    at = await begin(house, browser, address)

    answer = await browser.get(f"{at}/rejected")
    (row,) = csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))

    assert answer.headers["content-type"].startswith("text/csv")
    assert (row["Record ID"], row["First Name"], row["reason"]) == ("3", "'=Cy()", "email is required")


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (b"", 400, "The file is empty"),
        (b"%PDF-1.7", 400, "This is a PDF"),
        (b"Ann,ann@alpha.example.com\n", 400, "The file has no header"),
        (b'Name,Email\nAnn,"a@a.example.com\nBo,b@b.example.com\n', 400, "opens a quote"),
    ],
)
async def test_what_is_no_table_is_said_at_the_form_and_not_kept(
    house: House, content: bytes, status: int, said: str
) -> None:
    browser = await manager_of(house)

    answer = await send(browser, content)

    assert (answer.status_code, said in text_of(answer.text)) == (status, True)
    assert files_of(house) == []


async def test_a_file_without_addresses_is_looked_at_and_its_column_can_be_named(house: House) -> None:
    browser = await manager_of(house)

    _, seen = await look(browser, "Name,City\nAnn,Oslo\n")

    assert "No column holds e-mail addresses, and a lead needs one." in text_of(seen)


async def test_nothing_chosen_is_said(house: House) -> None:
    browser = await manager_of(house)

    answer = await send(browser, b"", name="")

    assert (answer.status_code, "Choose a file first." in text_of(answer.text)) == (422, True)


async def test_a_file_that_is_too_large_is_refused_and_not_kept() -> None:
    async with running(import_max_mb=1) as house:
        await house.hire("Manager", "manager")
        browser = await manager_of(house)

        answer = await send(browser, "Email\n" + "a@a.example.com\n" * 70_000)

        assert (answer.status_code, "more than 1 MB" in answer.text) == (413, True)
        assert files_of(house) == []


async def test_a_form_without_the_token_leaves_no_file(house: House) -> None:
    browser = await manager_of(house)

    for fields in ({}, {csrf.FIELD: "0" * 64}):
        answer = await browser.post("/imports/new", data=fields, files={"file": ("a.csv", CRM.encode())})
        assert answer.status_code == 403
    assert files_of(house) == []


async def test_a_broken_form_is_400_and_leaves_no_file(house: House) -> None:
    browser = await manager_of(house)
    headers = {"Content-Type": "multipart/form-data; boundary=x"}

    answer = await browser.post("/imports/new", content=b"--x\r\nnonsense", headers=headers)

    assert answer.status_code == 400
    assert files_of(house) == []


async def test_a_file_is_its_senders_own_and_a_rep_finds_nothing(house: House) -> None:
    address, _ = await look(await manager_of(house), CRM)

    other = await (await house.browser(house.team["Admin"])).get(address)
    rep = await house.browser(house.team["Rep One"])

    assert other.status_code == 404
    assert [(await rep.get(path)).status_code for path in ("/imports", "/imports/new", address)] == [404, 404, 404]
    assert "/imports" not in (await rep.get("/")).text


async def test_an_import_goes_on_after_a_restart(tmp_path: Path) -> None:
    async with running(home=tmp_path) as house:
        await house.hire("Manager", "manager")
        browser = await manager_of(house)
        address, _ = await look(browser, CRM)
        sent = {csrf.FIELD: form_token((await browser.get(address)).text), "begin": "1"}
        await browser.post(address, data=sent)
        (run,) = await house.store.list_import_runs()
        # The process ends before the task has had its turn.
        await house.services.importing.close()
        assert [path.name for path in (tmp_path / "imports").iterdir()] == [run.id.hex]

        house.services.importing.resume()
        done = await house.services.importing.rest(run.id, 60)

        assert (done.created, done.duplicate, done.rejected) == (2, 1, 1)
        assert files_of(house) == []


async def test_an_import_that_nobody_goes_on_with_says_how_to(house: House) -> None:
    await add_import_runs(house.store, import_run(done=3, created=3))
    (run,) = await house.store.list_import_runs()

    page = text_of((await (await manager_of(house)).get(f"/imports/{run.id}")).text)

    assert "It was interrupted after 3 of 10 rows. Import the same file again" in page


async def test_the_list_is_paged_newest_first_and_says_when_it_is_empty(house: House) -> None:
    browser = await manager_of(house)
    empty = text_of((await browser.get("/imports")).text)
    await add_import_runs(house.store, *(import_run(name=f"file-{n}.csv") for n in range(60)))

    first = (await browser.get("/imports")).text
    after = re.search(r'href="(/imports\?cursor=[^"]+)"', first)
    assert after
    second = (await browser.get(after[1])).text

    assert "Nothing was imported yet" in empty
    assert re.findall(r">file-(\d+)", first) == [str(n) for n in range(59, 9, -1)]
    assert re.findall(r">file-(\d+)", second) == [str(n) for n in range(9, -1, -1)]
