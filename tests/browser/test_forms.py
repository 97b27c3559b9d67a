"""Our own form in a browser: without script, in a frame of another site, by the script in somebody's page."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs

import pytest
from playwright.async_api import FrameLocator, Page, expect

from tests.browser.kit import THEMES, Site, Theme, assert_accessible, assert_fits
from tests.web.test_forms import CONSENT, kept, open_form

pytestmark = pytest.mark.long
NO_HASTE = {"honeypot": True}


async def fill(page: Page | FrameLocator, email: str = "ann@example.com") -> None:
    await page.get_by_label("Your name").fill("Ann Lee")
    await page.get_by_label("Work e-mail").fill(email)


@pytest.mark.parametrize("script", [True, False])
async def test_a_visitor_mends_a_slip_and_is_thanked(own_site: Site, script: bool) -> None:
    await open_form(own_site.house, spam=NO_HASTE, consent=CONSENT)
    own_site.bears.append("status of 422")
    page = await own_site.open("/f/contact", script=script)
    await fill(page, "ann@")
    await page.get_by_role("button", name="Send").click()

    await expect(page.get_by_label("Work e-mail")).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_label("Work e-mail")).to_have_value("ann@")
    await expect(page.get_by_label("Work e-mail")).to_be_focused()
    await fill(page)
    await page.get_by_label(CONSENT).check()
    await page.get_by_role("button", name="Send").click()

    await expect(page.get_by_text("Thank you.")).to_be_visible()
    await page.reload()
    assert sorted(record.outcome for record in await kept(own_site.house)) == ["created", "rejected"]


@pytest.mark.parametrize("theme", THEMES)
async def test_it_is_accessible_with_faults_too_and_fits_a_small_phone(own_site: Site, theme: Theme) -> None:
    await open_form(own_site.house, consent=CONSENT, intro="Tell us a little.")
    own_site.bears.append("status of 422")
    page = await own_site.open("/f/contact", theme=theme)
    await assert_accessible(page)
    await assert_fits(page)
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("alert")).to_be_visible()

    await assert_accessible(page)
    await assert_fits(page)


@asynccontextmanager
async def elsewhere(site: Site, pages: list[str]) -> AsyncIterator[str]:
    """The origin of somebody's own site on loopback, whose one page is the last of `pages`."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = f"<!doctype html><html lang='en'><title>Ours</title><link rel='icon' href='data:,'>{pages[-1]}</html>".encode()
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
            + body
        )
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        site.bears.append(f"foreign: {origin}")
        yield origin


async def test_in_a_frame_of_another_site_it_is_sent_and_thanks(own_site: Site) -> None:
    pages: list[str] = []
    async with elsewhere(own_site, pages) as origin:
        await open_form(own_site.house, spam=NO_HASTE, origins=[origin])
        pages.append(f"<iframe src='{own_site.origin}/f/contact' title='Talk to us' width=600 height=900></iframe>")
        page = await own_site.page()
        await page.goto(origin)
        frame = page.frame_locator("iframe")
        await fill(frame)
        await frame.get_by_role("button", name="Send").click()

        await expect(frame.get_by_text("Thank you.")).to_be_visible()
        await own_site.close()
    assert [record.outcome for record in await kept(own_site.house)] == ["created"]


@pytest.mark.parametrize("own_markup", [True, False])
async def test_the_script_shows_or_sends_a_form_in_somebodys_page(own_site: Site, own_markup: bool) -> None:
    pages: list[str] = []
    async with elsewhere(own_site, pages) as origin:
        await open_form(own_site.house, spam=NO_HASTE, origins=[origin])
        address = f"{own_site.origin}/f/contact"
        script = f"<script src='{own_site.origin}/embed.js' async></script>"
        asked = "<label>Your name <input name='contact_name'></label><label>Work e-mail <input name='email'></label>"
        form = f"<form action='{address}' method='post' data-leadline>{asked}<button>Send</button></form>"
        pages.append((form if own_markup else f"<div data-leadline='{address}'></div>") + script)
        own_site.bears.append("status of 422")
        page = await own_site.page()
        await page.goto(f"{origin}/landing?utm_source=news")
        await page.goto(f"{origin}/contact")
        await expect(page.locator("input[name=ll_token]")).to_be_attached()
        await fill(page, "ann")
        await page.locator("form").evaluate("form => form.noValidate = true")
        await page.get_by_role("button", name="Send").click()
        await expect(page.get_by_label("Work e-mail")).to_be_focused()
        await fill(page)
        await page.get_by_role("button", name="Send").click()

        await expect(page.get_by_role("status")).to_have_text("Thank you. We will be in touch soon.")
        await own_site.close()
    created = next(record for record in await kept(own_site.house) if record.outcome == "created")
    sent = parse_qs(created.payload.decode())
    assert (sent["utm_source"], sent["landing_page"]) == (["news"], [f"{origin}/landing?utm_source=news"])
