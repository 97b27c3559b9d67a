"""Quarantine in a browser: what was sent is mended and becomes a lead, what is wrong is found by a screen reader."""

import pytest
from playwright.async_api import expect

from tests.browser.kit import Site, assert_accessible
from tests.web.quarantined import quarantine

pytestmark = pytest.mark.long


async def test_a_manager_mends_a_posting_and_lands_on_its_lead(own_site: Site) -> None:
    await quarantine(own_site.house.store)
    page = await own_site.open("/quarantine", await own_site.house.hire("Dana Okafor", "manager"))
    await page.get_by_role("link", name="Ingrid Solberg").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("This made no lead")

    own_site.bears.append("status of 422")
    await page.get_by_role("button", name="Release").click()
    await expect(page.get_by_label("E-mail")).to_have_attribute("aria-invalid", "true")
    await assert_accessible(page)
    await page.get_by_label("E-mail").fill("ingrid@fjordline.example.com")
    await page.get_by_role("button", name="Release").click()

    await expect(page.get_by_role("heading", level=1)).to_have_text("Fjordline Ferries")
    await expect(page.get_by_text("Released. Fjordline Ferries is")).to_be_visible()


async def test_spam_is_confirmed_with_one_button(own_site: Site) -> None:
    await quarantine(own_site.house.store)
    page = await own_site.open("/quarantine", own_site.house.team["Ines Admin"])
    await page.get_by_role("link", name="Harbour & Sons").click()

    await page.get_by_role("button", name="Confirm as spam").click()

    await expect(page.get_by_text("Confirmed as spam. It can still be released.")).to_be_visible()
    await expect(page.get_by_role("row", name="Harbour & Sons")).to_contain_text("Spam")
