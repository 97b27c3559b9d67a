"""The page behind the link of an invitation."""

from datetime import timedelta

import httpx2
import pytest

from leadline.clock import utc_now
from leadline.domain.invitations import INVITATION_LIFE
from leadline.usecases.invitations import invite_user
from leadline.usecases.team import update_user
from tests.builders import deciding
from tests.web.browsing import House, form_token, log_in, running, text_of

NEW = "quite another password"
SPENT = "This link was used before, replaced by a newer one, or is too old. Ask for a new one."


async def link_to(house: House, name: str = "Rep One", age: timedelta = timedelta(0)) -> str:
    return (await invite_user(house.store, house.team[name].id, utc_now() - age)).token


async def accept(browser: httpx2.AsyncClient, link: str, password: str = NEW, **fields: str) -> httpx2.Response:
    """Open the page and send its form."""
    page = await browser.get("/welcome", params={"link": link})
    sent = {"_csrf_token": form_token(page.text), "link": link, "password": password, "again": password}
    return await browser.post("/welcome", data=sent | fields)


async def test_the_invited_set_a_password_and_are_at_their_work(house: House) -> None:
    browser, link = await house.browser(), await link_to(house)

    page = await browser.get("/welcome", params={"link": link})
    answer = await accept(browser, link)

    assert "Welcome, Rep One" in text_of(page.text)
    assert 'value="rep.one@company.example.com"' in page.text
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "Hot leads" in (await browser.get("/")).text
    assert (await log_in(await house.browser(), "rep.one@company.example.com", NEW)).status_code == 303


async def test_opening_the_link_uses_nothing_up_and_using_it_does(house: House) -> None:
    browser, link = await house.browser(), await link_to(house)
    for _ in range(3):
        assert (await browser.get("/welcome", params={"link": link})).status_code == 200
    await accept(browser, link)

    late = await (await house.browser()).get("/welcome", params={"link": link})
    again = await browser.post(
        "/welcome",
        data={"_csrf_token": form_token((await browser.get("/login?link=x")).text), "link": link, "password": NEW},
    )

    assert (late.status_code, again.status_code) == (401, 401)
    assert SPENT in late.text
    assert SPENT in again.text
    assert 'name="password"' not in late.text


@pytest.mark.parametrize("link", ["", "x", "\0", "ä", "x" * 5_000, '"><script>alert(1)</script>'])
async def test_a_made_up_link_says_what_a_spent_one_says(house: House, link: str) -> None:
    answer = await (await house.browser()).get("/welcome", params={"link": link})

    assert answer.status_code == 401
    assert SPENT in answer.text
    assert "<script>" not in answer.text


async def test_old_and_replaced_links_and_those_of_whoever_left_are_spent(house: House) -> None:
    old = await link_to(house, age=INVITATION_LIFE)
    replaced = await link_to(house, "Manager")
    await link_to(house, "Manager")
    left = await link_to(house, "Rep Two")
    await update_user(house.store, house.team["Rep Two"].id, {"is_active": False}, deciding())

    for link in (old, replaced, left):
        assert (await (await house.browser()).get("/welcome", params={"link": link})).status_code == 401


@pytest.mark.parametrize(
    ("password", "again", "said"),
    [
        ("", "", "needs 12 to 256 characters"),
        ("eleven char", "eleven char", "has 11"),
        ("password1234", "password1234", "anybody would guess"),
        ("Rep-One-company!", "Rep-One-company!", "your name"),
        ("x" * 5_000, "x" * 5_000, "too long"),
        ("one two three\0", "one two three\0", "no keyboard"),
        (NEW, NEW + " ", "not the same"),
        (NEW, "", "not the same"),
    ],
)
async def test_a_password_that_will_not_do_is_answered_with_the_form_and_why(
    house: House, password: str, again: str, said: str
) -> None:
    browser, link = await house.browser(), await link_to(house)

    answer = await accept(browser, link, password, again=again)

    assert answer.status_code == 422
    assert said in text_of(answer.text)
    assert not password or password not in answer.text
    assert "session" not in browser.cookies
    assert (await accept(browser, link)).status_code == 303


async def test_the_form_needs_to_be_ours(house: House) -> None:
    browser, link = await house.browser(), await link_to(house)
    stranger = await house.browser()
    token = form_token((await stranger.get("/welcome", params={"link": link})).text)
    for sent in ({}, {"_csrf_token": token}):
        answer = await browser.post("/welcome", data=sent | {"link": link, "password": NEW, "again": NEW})

        assert answer.status_code == 403
    foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    sent = {"_csrf_token": token, "link": link, "password": NEW, "again": NEW}
    assert (await stranger.post("/welcome", data=sent, headers=foreign)).status_code == 403
    assert (await accept(stranger, link)).status_code == 303


async def test_whoever_was_signed_in_before_is_the_invited_one_afterwards(house: House) -> None:
    browser = await house.browser(house.team["Manager"])
    before = browser.cookies["session"]

    await accept(browser, await link_to(house))

    assert "Rep One" in (await browser.get("/")).text
    old = await house.browser()
    old.cookies.set("session", before)
    assert (await old.get("/")).status_code == 303


async def test_the_page_needs_neither_script_nor_style_and_is_not_kept(house: House) -> None:
    page = await (await house.browser()).get("/welcome", params={"link": await link_to(house)})

    assert "<script" not in page.text
    assert "style=" not in page.text
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "same-origin"


async def test_with_https_the_cookies_are_host_cookies() -> None:
    async with running(public_url="https://leads.example.com") as house:
        await house.hire("Rep One")
        browser = await house.browser(base_url="https://leads.example.com")

        answer = await accept(browser, await link_to(house))

        assert answer.headers["set-cookie"].startswith("__Host-session=")
