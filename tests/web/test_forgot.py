"""A forgotten password: one answer for everybody, a link by mail for whoever has the account, used once."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx2
import pytest
import pytest_asyncio

from leadline.clock import utc_now
from leadline.domain.notifications import Notification
from leadline.domain.sent_links import SentLinks
from leadline.ids import new_id
from leadline.usecases.invitations import Mailing, find_invited
from leadline.usecases.password_reset import RESET_LIFE, send_reset
from tests.web.browsing import ORIGIN, PASSWORD, SECRET_KEY, House, form_token, log_in, running, text_of

MAIL = {"smtp_url": "smtp://127.0.0.1:2525", "mail_from": "Acme <sales@acme.example.com>"}
LINKS = SentLinks(ORIGIN, SECRET_KEY)
NEW = "another long enough password"


@pytest_asyncio.fixture
async def house() -> AsyncIterator[House]:
    async with running(**MAIL) as made:
        await made.hire("Rep One")
        await made.hire("Gone", is_active=False)
        yield made


async def ask(browser: httpx2.AsyncClient, email: str) -> httpx2.Response:
    page = await browser.get("/forgot")
    return await browser.post("/forgot", data={"_csrf_token": form_token(page.text), "email": email})


async def queued(house: House) -> list[Notification]:
    return (await house.store.list_notifications(None, None, None, 50)).items


async def set_password(browser: httpx2.AsyncClient, link: str, password: str = NEW) -> httpx2.Response:
    page = await browser.get(link)
    if "_csrf_token" not in page.text:
        return page
    sent = {"_csrf_token": form_token(page.text), "link": link.rpartition("=")[2]}
    return await browser.post("/welcome", data=sent | {"password": password, "again": password})


async def test_the_link_sets_a_password_once_and_ends_every_session(house: House) -> None:
    rep = house.team["Rep One"]
    elsewhere, browser = await house.browser(rep), await house.browser()
    await ask(browser, rep.email)
    (row,) = await queued(house)

    first = await set_password(browser, LINKS.welcome(row.id))
    again = await set_password(await house.browser(), LINKS.welcome(row.id))

    assert (row.template_name, row.recipient) == ("password_reset", rep.email)
    assert first.status_code == 303
    assert again.status_code == 401
    assert "used before" in text_of(again.text)
    assert (await elsewhere.get("/account")).status_code == 303
    assert (await log_in(await house.browser(), rep.email, NEW)).headers["location"] == "/"
    assert (await log_in(await house.browser(), rep.email, PASSWORD)).status_code == 401


async def test_the_row_does_not_hold_the_link(house: House) -> None:
    await ask(await house.browser(), house.team["Rep One"].email)
    (row,) = await queued(house)

    assert LINKS.welcome_token(row.id) not in repr(row)


@pytest.mark.parametrize("email", ["nobody@company.example.com", "gone@company.example.com", "no address", "", "é\x00"])
async def test_the_answer_is_the_same_for_whoever_has_no_account(house: House, email: str) -> None:
    with_account = await ask(await house.browser(), "rep.one@company.example.com")
    before = len(await queued(house))
    without = await ask(await house.browser(), email)

    assert (without.status_code, text_of(without.text)) == (with_account.status_code, text_of(with_account.text))
    assert len(await queued(house)) == before == 1


async def test_a_second_request_ends_the_first_link(house: House) -> None:
    email = house.team["Rep One"].email
    for _ in range(2):
        await ask(await house.browser(), email)
    new, old = await queued(house)
    now = utc_now()

    assert await find_invited(house.store, LINKS.welcome_token(old.id), now) is None
    assert await find_invited(house.store, LINKS.welcome_token(new.id), now) is not None


async def test_a_link_ends_after_an_hour(house: House) -> None:
    now, rep = utc_now(), house.team["Rep One"]
    await send_reset(house.store, Mailing(LINKS, new_id), rep.email, now)
    (row,) = await queued(house)
    token = LINKS.welcome_token(row.id)

    assert await find_invited(house.store, token, now + RESET_LIFE - timedelta(seconds=1)) is not None
    assert await find_invited(house.store, token, now + RESET_LIFE) is None


async def test_who_asks_without_end_is_told_to_wait_whether_there_is_an_account_or_not(house: House) -> None:
    for email in (house.team["Rep One"].email, "nobody@company.example.com"):
        answers = [await ask(await house.browser(), email) for _ in range(11)]

        assert [answer.status_code for answer in answers] == [200] * 10 + [429]
        assert int(answers[-1].headers["retry-after"]) > 0
    assert len(await queued(house)) == 10


async def test_a_post_without_our_form_is_refused(house: House) -> None:
    answer = await (await house.browser()).post("/forgot", data={"email": house.team["Rep One"].email})

    assert answer.status_code == 403
    assert await queued(house) == []


async def test_where_no_mail_goes_out_the_page_says_whom_to_ask() -> None:
    async with running() as house:
        browser = await house.browser()

        assert "Ask whoever runs it" in text_of((await browser.get("/forgot")).text)
        assert 'href="/forgot"' not in (await browser.get("/login")).text


async def test_the_login_leads_there_where_mail_goes_out(house: House) -> None:
    assert 'href="/forgot"' in (await (await house.browser()).get("/login")).text


async def test_an_invited_person_gets_the_link_that_is_shown(house: House) -> None:
    http = await house.browser(headers=await house.key("admin"))
    answer = await http.post("/api/v1/invitations", json={"full_name": "New Rep", "email": "new@company.example.com"})
    (row,) = await queued(house)

    assert answer.json()["link"] == LINKS.welcome(row.id)
    assert (row.template_name, row.recipient) == ("invitation", "new@company.example.com")
    assert (await set_password(await house.browser(), LINKS.welcome(row.id))).status_code == 303


async def test_without_mail_an_invitation_is_only_shown() -> None:
    async with running() as house:
        http = await house.browser(headers=await house.key("admin"))
        await http.post("/api/v1/invitations", json={"full_name": "New Rep", "email": "new@company.example.com"})

        assert await queued(house) == []
