"""The few things about a browser that every run should know."""

import pytest
from playwright.async_api import expect

from tests.browser.kit import Site, assert_accessible, assert_fits
from tests.web.browsing import PASSWORD


async def test_somebody_signs_in_opens_a_lead_and_signs_out(site: Site) -> None:
    page = await site.open("/leads/x?cursor=y")
    await page.get_by_label("E-mail").fill(site.house.team["Dana Okafor"].email)
    await page.get_by_label("Password").fill(PASSWORD)
    site.bears.append("status of 404")
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url("**/leads/x?cursor=y")
    await page.get_by_role("link", name="To the leads").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Hot leads")

    await page.get_by_role("table").get_by_role("link").first.click()
    await expect(page.get_by_role("heading", name="Why this score")).to_be_visible()
    await page.get_by_role("button", name="Sign out").click()
    await page.wait_for_url("**/login")
    await page.go_back()
    await expect(page.get_by_role("button", name="Sign in")).to_be_visible()


async def test_the_work_list_is_accessible_and_fits_a_small_phone(site: Site) -> None:
    page = await site.open("/", site.house.team["Dana Okafor"])

    await assert_accessible(page)
    await assert_fits(page)


async def test_htmx_is_there_and_breaks_no_policy(site: Site) -> None:
    page = await site.open("/", site.house.team["Dana Okafor"])

    assert await page.evaluate("htmx.config.allowEval") is False
    assert await page.evaluate("htmx.config.includeIndicatorStyles") is False


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("document.body.insertAdjacentHTML('beforeend', '<p style=\"color:red\">x</p>')", "policy: style-src-attr"),
        ("fetch('http://127.0.0.2:9/').catch(() => 0)", "policy: connect-src http://127.0.0.2:9"),
        ("setTimeout(() => { throw new Error('broken') })", "error: broken"),
        ("console.error('said')", "console: said"),
    ],
)
async def test_the_watch_sees_what_it_watches_for(site: Site, script: str, told: str) -> None:
    page = await site.open("/login")
    async with page.expect_request("**/healthz"):
        await page.evaluate(script)
        await page.evaluate("new Promise(done => setTimeout(done, 0)).then(() => fetch('/healthz'))")

    assert [said for said in site.trouble if said.startswith(told)]
    with pytest.raises(AssertionError):
        site.assert_no_trouble()
    site.bears.append("")


async def test_the_watch_sees_a_page_that_leads_away(site: Site) -> None:
    page = await site.open("/login")
    async with page.expect_event("requestfailed"):
        await page.evaluate("location.assign('http://127.0.0.2:9/')")

    assert "foreign: http://127.0.0.2:9/" in site.trouble
    site.bears.append("")


async def test_the_watch_sees_what_a_reader_could_not_read(site: Site) -> None:
    page = await site.open("/login")
    await page.evaluate("document.querySelector('main').append(document.createElement('input'))")

    with pytest.raises(AssertionError, match="must have labels"):
        await assert_accessible(page)


async def test_the_watch_sees_what_sticks_out_of_the_window(site: Site) -> None:
    page = await site.open("/login")
    await page.evaluate("document.querySelector('h1').textContent = 'x'.repeat(200)")

    with pytest.raises(AssertionError, match="h1"):
        await assert_fits(page)
