"""Quarantine: who may look, what a posting shows, and what releasing it or confirming spam does."""

import re
from typing import Any

import httpx2
import pytest

from leadline.domain.errors import Fault
from leadline.domain.intake import SubmissionRecord
from leadline.usecases.release import find_settled
from tests.invariants import every_lead
from tests.web.acts import fields_of, toast
from tests.web.browsing import House, form_token, text_of
from tests.web.quarantined import ANSWERS, keep, posting, webflow

HOSTILE = "<script>alert(1)</script>\"'><img src=x>{{7*7}}"


async def manager(house: House) -> httpx2.AsyncClient:
    return await house.browser(house.team["Manager"])


async def send(browser: httpx2.AsyncClient, record: SubmissionRecord, act: str, **fields: Any) -> httpx2.Response:
    """Post one of the two forms of a posting, as it stands but for these fields."""
    page = (await browser.get(f"/quarantine/{record.id}")).text
    return await browser.post(f"/quarantine/{record.id}/{act}", data=fields_of(page, f"/{act}") | fields)


async def test_it_is_there_for_managers_and_admins_only(house: House) -> None:
    (record,) = await keep(house.store, posting())
    for name, status in (("Rep One", 404), ("Manager", 200), ("Admin", 200)):
        browser = await house.browser(house.team[name])

        assert (await browser.get("/quarantine")).status_code == status
        assert (await browser.get(f"/quarantine/{record.id}")).status_code == status
        assert ('href="/quarantine"' in (await browser.get("/")).text) is (status == 200)
    rep = await house.browser(house.team["Rep One"])
    data = {"_csrf_token": form_token((await rep.get("/")).text), "email": "a@firm.example.com"}
    for act in ("release", "spam"):
        assert (await rep.post(f"/quarantine/{record.id}/{act}", data=data)).status_code == 404
    assert await find_settled(house.store, [record]) == {}


async def test_the_list_says_who_why_and_what_became_of_it(house: House) -> None:
    browser = await manager(house)
    first, second, _ = await keep(
        house.store,
        posting(webflow({"E-mail": "x", "Company": "Harbour & Sons"})),
        posting(b"no form", faults=[Fault("", "The body is not JSON.")]),
        posting(failed_as="rejected", way_in="api", payload=b"{}"),
    )

    said = text_of((await browser.get("/quarantine")).text)

    assert "2 of these wait for a decision" in said
    assert "Harbour & Sons, x Webflow Form, main E-mail must have an @" in said
    assert "Cannot be read Webflow Form, main The body is not JSON. Waits Age 3 h" in said
    assert said.index("Cannot be read") < said.index("Harbour")
    await send(browser, first, "release", email="x@harbour.example.com")
    await send(browser, second, "spam")
    page = (await browser.get("/quarantine")).text
    assert "Nothing here waits for a decision." in text_of(page)
    (lead,) = await every_lead(house.store)
    assert f'<a href="/leads/{lead.id}">Released</a>' in page


async def test_each_outcome_has_its_tab(house: House) -> None:
    browser = await manager(house)
    await keep(
        house.store, posting(webflow({"Company": "Q"})), posting(webflow({"Company": "R"}), failed_as="rejected")
    )
    (spam,) = await keep(house.store, posting(webflow({"Company": "S"}), failed_as="spam"))

    for outcome, name in (("quarantined", "Q"), ("rejected", "R"), ("spam", "S"), ("no such thing", "Q")):
        page = (await browser.get("/quarantine", params={"outcome": outcome})).text
        assert re.findall(r'<a href="/quarantine/[^"]+">([A-Z])</a>', page) == [name]
    await send(browser, spam, "spam")
    assert "Nothing here waits" in text_of((await browser.get("/quarantine?outcome=spam")).text)


async def test_a_list_longer_than_a_page_is_paged_to_its_end(house: House) -> None:
    browser = await manager(house)
    await keep(house.store, *(posting(webflow({"Company": f"N{number}"})) for number in range(60)))

    first = (await browser.get("/quarantine")).text
    link = re.search(r'href="(/quarantine\?[^"]*cursor=[^"]+)" rel="next"', first)
    assert link
    second = (await browser.get(link[1].replace("&amp;", "&"))).text

    names = re.findall(r">(N\d+)<", first + second)
    assert names == [f"N{number}" for number in reversed(range(60))]
    assert "Back to the newest" in second


async def test_a_posting_shows_its_answers_and_what_each_becomes(house: House) -> None:
    (record,) = await keep(house.store, posting())

    page = (await (await manager(house)).get(f"/quarantine/{record.id}")).text

    said = text_of(page)
    assert "E-mail must have an @ between the name and the domain" in said
    assert "Work Email ingrid at fjordline E-mail" in said
    assert "Your name Ingrid Solberg Contact" in said
    assert "Favourite colour teal kept beside the fields" in said
    assert fields_of(page, "/release") == {
        "_csrf_token": form_token(page),
        "email": "ingrid at fjordline",
        "contact_name": "Ingrid Solberg",
        "company_name": "Fjordline Ferries",
        "phone": "",
        "company_size": "201-1000",
        "industry": "",
        "inquiry_type": "",
        "budget_timeline": "",
        "message": ANSWERS["Message"],
    }


async def test_a_posting_that_cannot_be_read_is_shown_as_it_came(house: House) -> None:
    (record,) = await keep(house.store, posting(b"<b>\xff no form", faults=[Fault("", "The body is not JSON.")]))

    page = (await (await manager(house)).get(f"/quarantine/{record.id}")).text

    assert "&lt;b&gt;\ufffd no form</pre>" in page


async def test_a_release_makes_the_lead_with_what_was_mended_and_goes_there(house: House) -> None:
    browser = await manager(house)
    (record,) = await keep(house.store, posting())

    answer = await send(
        browser, record, "release", email="ingrid@fjordline.example.com", inquiry_type="Demo Request", phone=""
    )

    (lead,) = await every_lead(house.store)
    assert answer.headers["location"] == f"/leads/{lead.id}"
    assert "Released. Fjordline Ferries is" in await toast(browser, answer)
    assert (lead.email, lead.contact_name, lead.inquiry_type, lead.company_size, lead.created_at) == (
        "ingrid@fjordline.example.com", "Ingrid Solberg", "Demo Request", "201-1000", record.received_at,
    )  # fmt: skip
    assert lead.extra["Favourite colour"] == "teal"
    page = text_of((await browser.get(f"/quarantine/{record.id}")).text)
    assert "This was released" in page
    assert "Release it" not in page


async def test_what_still_makes_no_lead_is_said_beside_its_field_and_nothing_typed_is_lost(house: House) -> None:
    browser = await manager(house)
    (record,) = await keep(house.store, posting())

    answer = await send(browser, record, "release", email="still wrong", company_name="As Typed")

    assert answer.status_code == 422
    assert "Nothing was done; what you typed is kept." in answer.text
    assert 'aria-describedby="release-wrong-email"' in answer.text
    typed = fields_of(answer.text, "/release")
    assert (typed["email"], typed["company_name"]) == ("still wrong", "As Typed")
    assert await find_settled(house.store, [record]) == {}


async def test_the_second_click_leads_to_the_same_lead(house: House) -> None:
    browser = await manager(house)
    (record,) = await keep(house.store, posting())
    page = (await browser.get(f"/quarantine/{record.id}")).text
    data = fields_of(page, "/release") | {"email": "ingrid@fjordline.example.com"}

    answers = [await browser.post(f"/quarantine/{record.id}/release", data=data) for _ in range(2)]

    assert len(await every_lead(house.store)) == 1
    assert answers[0].headers["location"] == answers[1].headers["location"]


async def test_within_a_day_of_the_same_address_it_is_added_to_that_lead(house: House) -> None:
    browser = await manager(house)
    first, second = await keep(house.store, posting(), posting())
    await send(browser, first, "release", email="ingrid@fjordline.example.com")

    answer = await send(browser, second, "release", email="ingrid@fjordline.example.com")

    assert "was a lead already; this was added to it" in await toast(browser, answer)
    assert "It was added to a lead that was there" in (await browser.get(f"/quarantine/{second.id}")).text


async def test_spam_is_confirmed_and_still_released_by_whoever_knows_better(house: House) -> None:
    browser = await manager(house)
    (record,) = await keep(house.store, posting())

    answer = await send(browser, record, "spam")

    assert answer.headers["location"] == "/quarantine?outcome=quarantined"
    assert "Confirmed as spam." in await toast(browser, answer)
    page = (await browser.get(f"/quarantine/{record.id}")).text
    assert "Then: confirmed as spam by Manager" in text_of(page)
    assert "/spam" not in page
    action = re.search(r'action="(/quarantine/[^"]+/release)"', page)
    assert action
    data = fields_of(page, "/release") | {"email": "ingrid@fjordline.example.com"}
    released = await browser.post(action[1], data=data)
    (lead,) = await every_lead(house.store)
    assert released.headers["location"] == f"/leads/{lead.id}"
    assert "This was released" in (await browser.get(f"/quarantine/{record.id}")).text


async def test_who_comes_too_late_is_told_and_shown_what_became_of_it(house: House) -> None:
    browser = await manager(house)
    (record,) = await keep(house.store, posting())
    page = (await browser.get(f"/quarantine/{record.id}")).text
    release, spam = fields_of(page, "/release"), fields_of(page, "/spam")
    await browser.post(f"/quarantine/{record.id}/spam", data=spam)

    late = await browser.post(
        f"/quarantine/{record.id}/release", data=release | {"email": "ingrid@fjordline.example.com"}
    )

    assert late.status_code == 409
    assert "confirmed as spam meanwhile" in late.text
    assert await every_lead(house.store) == []


async def test_a_fault_of_the_api_is_mended_by_hand_as_well(house: House) -> None:
    browser = await manager(house)
    sent = (
        b'{"companyName": "Acme", "email": "a@firm.example.com", "first_name": "Ann", "companySize": "a lot", "x": 1}'
    )
    (record,) = await keep(house.store, posting(sent, way_in="api", endpoint=None, failed_as="rejected"))
    page = (await browser.get(f"/quarantine/{record.id}")).text
    assert fields_of(page, "/release")["contact_name"] == "Ann"

    await send(browser, record, "release", company_size="51-200", company_name="Acme Corp")

    (lead,) = await every_lead(house.store)
    assert (lead.company_name, lead.contact_name, lead.company_size, lead.source, lead.extra["x"]) == (
        "Acme Corp", "Ann", "51-200", "API", 1,
    )  # fmt: skip


@pytest.mark.parametrize("path", ["x", "00000000-0000-7000-8000-000000000000", "%00"])
async def test_what_is_not_there_is_not_there(house: House, path: str) -> None:
    browser = await manager(house)
    data = {"_csrf_token": form_token((await browser.get("/")).text)}

    assert (await browser.get(f"/quarantine/{path}")).status_code == 404
    assert (await browser.post(f"/quarantine/{path}/release", data=data)).status_code == 404
    assert (await browser.post(f"/quarantine/{path}/spam", data=data)).status_code == 404


async def test_a_posting_that_made_a_lead_is_not_in_here(house: House) -> None:
    browser = await manager(house)
    (record,) = await keep(house.store, posting())
    await send(browser, record, "release", email="ingrid@fjordline.example.com")
    (settled,) = (await find_settled(house.store, [record])).values()

    assert (await browser.get(f"/quarantine/{settled.id}")).status_code == 404


async def test_hostile_text_is_shown_and_never_run(house: House) -> None:
    browser = await manager(house)
    hostile = posting(
        webflow({HOSTILE: HOSTILE, "E-mail": HOSTILE, "Company": HOSTILE, "Message": HOSTILE, "size": HOSTILE}),
        faults=[Fault(f"/{HOSTILE}", HOSTILE)],
        endpoint=HOSTILE,
    )
    (record,) = await keep(house.store, hostile)
    late = await send(browser, record, "release", email=HOSTILE)

    for page in (
        late.text,
        (await browser.get(f"/quarantine/{record.id}")).text,
        (await browser.get("/quarantine")).text,
    ):
        assert "<script>" not in page
        assert "<img" not in page
        assert "49" not in text_of(page)


async def test_the_day_is_summed_up_above_the_list(house: House) -> None:
    await keep(house.store, posting(), posting())
    browser = await house.browser(house.team["Manager"])

    page = await browser.get("/quarantine")

    said = text_of(page.text)
    assert "Today (UTC): received 2, created 0, duplicate 0, rejected 0, spam 0, quarantined 2, lost 0." in said
