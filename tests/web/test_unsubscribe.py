"""The link below mail to leads: a page with a button, one click of the mail program, and nothing by opening it."""

import httpx2
import pytest

from leadline.domain.sent_links import SentLinks
from tests.web.browsing import ORIGIN, SECRET_KEY, House, text_of

ADDRESS = "Ann@Firm.example.com"
LINKS = SentLinks(ORIGIN, SECRET_KEY)


@pytest.fixture
async def browser(house: House) -> httpx2.AsyncClient:
    return await house.browser()


async def suppressed(house: House) -> list[tuple[str, str]]:
    return [(row.address, row.reason) for row in await house.store.list_suppressions()]


async def test_opening_the_link_does_nothing_and_shows_a_button(house: House, browser: httpx2.AsyncClient) -> None:
    page = await browser.get(LINKS.unsubscribe(ADDRESS))

    assert page.status_code == 200
    assert ADDRESS in text_of(page.text)
    assert "Send me nothing more" in page.text
    assert await suppressed(house) == []


async def test_the_button_takes_the_address_off_for_good(house: House, browser: httpx2.AsyncClient) -> None:
    pages = [await browser.post(LINKS.unsubscribe(ADDRESS)) for _ in range(2)]

    assert [page.status_code for page in pages] == [200, 200]
    assert f"Nothing more is sent to {ADDRESS}" in text_of(pages[1].text)
    assert await suppressed(house) == [("ann@firm.example.com", "unsubscribed")]


async def test_one_click_of_a_mail_program_is_enough(house: House, browser: httpx2.AsyncClient) -> None:
    foreign = {"Origin": "https://mail.example.org", "Sec-Fetch-Site": "cross-site"}
    answer = await browser.post(LINKS.unsubscribe(ADDRESS), data={"List-Unsubscribe": "One-Click"}, headers=foreign)

    assert answer.status_code == 200
    assert len(await suppressed(house)) == 1


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "YQ.YQ",
        LINKS.unsubscribe_token(ADDRESS) + "x",
        SentLinks(ORIGIN, "another").unsubscribe_token(ADDRESS),
        "%00",
    ],
)
async def test_what_we_did_not_sign_is_nothing(house: House, browser: httpx2.AsyncClient, token: str) -> None:
    answers = [await browser.get(f"/unsubscribe/{token}"), await browser.post(f"/unsubscribe/{token}")]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert await suppressed(house) == []


async def test_an_address_with_markup_in_it_is_shown_as_text(browser: httpx2.AsyncClient) -> None:
    page = await browser.get(LINKS.unsubscribe("<script>alert(1)</script>@x.example"))

    assert "<script>alert" not in page.text
