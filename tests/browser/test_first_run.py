"""A new house in a browser: the first lead turns up by itself, a rep is invited, and all of it works with a keyboard."""

import pytest
from playwright.async_api import expect

from leadline.clock import utc_now
from tests.browser.kit import Site, assert_accessible
from tests.builders import intake
from tests.steps import capture

pytestmark = pytest.mark.long


async def test_the_first_lead_turns_green_by_itself(own_site: Site) -> None:
    page = await own_site.open("/start", own_site.house.team["Ines Admin"])
    await expect(page.get_by_role("heading", name="Waiting for your first lead")).to_be_visible()
    await page.get_by_label("Name").fill("half typed")

    await capture(own_site.house.store, intake(company_name="Acme Tidewater"), now=utc_now())

    await expect(page.get_by_role("heading", name="Hot Acme Tidewater")).to_be_visible()
    await expect(page.locator("#step-lead")).to_have_class("is-done")
    await expect(page.get_by_label("Name")).to_have_value("half typed")
    await assert_accessible(page)
    await page.get_by_role("link", name="Open it").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Acme Tidewater")


async def test_a_session_that_ends_meanwhile_leads_to_the_login(own_site: Site) -> None:
    page = await own_site.page(own_site.house.team["Ines Admin"])
    own_site.bears.append("status of 401")
    # A stream that is not open yet would be sent to the login, and the browser would complain of a page in its place.
    async with page.expect_response("**/live?*"):
        await page.goto("/start")

    await page.context.clear_cookies()

    # Who hears of it first leads there: the stream, or the look of htmx, which says where from.
    await page.wait_for_url("**/login*")


async def test_every_step_is_taken_on_the_page(own_site: Site) -> None:
    page = await own_site.open("/start", own_site.house.team["Ines Admin"])

    await page.get_by_role("button", name="Send it for me").click()
    await expect(page.get_by_text("It is there: Acme Tidewater, Hot, 95.")).to_be_visible()
    await page.get_by_label("Name").fill("Nora Lind")
    await page.get_by_label("E-mail").fill("nora@company.example.com")
    await page.get_by_role("button", name="Invite").click()
    await expect(page.get_by_label("Link for Nora Lind")).to_contain_text("/welcome?link=")
    await page.get_by_role("link", name="Open rule set 1").click()
    await expect(page.get_by_role("heading", name="Company size")).to_be_visible()
    await page.get_by_role("link", name="First steps").first.click()

    await expect(page.locator(".checks > li.is-done")).to_have_count(4)


async def test_without_script_the_page_still_works(own_site: Site) -> None:
    page = await own_site.open("/start", own_site.house.team["Ines Admin"], script=False)

    await page.get_by_role("button", name="Send it for me").click()

    await expect(page.get_by_role("heading", name="Hot Acme Tidewater")).to_be_visible()
