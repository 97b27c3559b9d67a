"""The script on a company's own site, which is another origin: it tells of a visit once there is a token, and keeps no cookie."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from playwright.async_api import Page, Response

from leadline.clock import utc_now
from leadline.web.lead_tokens import make_token
from tests.browser.kit import Site
from tests.web.browsing import SECRET_KEY


@dataclass
class Company:
    """The other site, and a window that looks at it."""

    origin: str
    page: Page


@asynccontextmanager
async def company_of(site: Site) -> AsyncIterator[Company]:
    """A site of its own on loopback, whose pages all bring the script."""
    html = f'<!doctype html><title>Company</title><link rel="icon" href="data:,"><script src="{site.origin}/engage.js" data-pricing="/pricing"></script>'

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(html)}\r\nConnection: close\r\n\r\n"
        writer.write((head + html).encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        origin = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        site.bears.append(f"foreign: {origin}")
        yield Company(origin, await site.page())


def is_event(answer: Response) -> bool:
    return answer.url.endswith("/api/v1/events")


async def test_a_visit_after_a_form_counts_once_and_leaves_no_cookie(own_site: Site) -> None:
    lead = await own_site.house.lead()
    async with company_of(own_site) as company:
        page = company.page
        await page.goto(f"{company.origin}/thanks#leadline={make_token(SECRET_KEY, lead.id, utc_now())}")
        assert page.url == f"{company.origin}/thanks"

        async with page.expect_response(is_event) as told:
            await page.goto(f"{company.origin}/pricing/teams?plan=2")
        answer = await told.value
        await page.goto(f"{company.origin}/pricing")

        assert answer.status == 202
        assert await page.context.cookies() == []
    assert (await own_site.house.store.get_lead(lead.id)).pricing_page_visits == 1


async def test_without_a_token_nothing_is_sent_and_a_visit_waits_for_one(own_site: Site) -> None:
    lead = await own_site.house.lead()
    async with company_of(own_site) as company:
        sent: list[str] = []
        company.page.on("request", lambda request: sent.append(request.url))
        await company.page.goto(f"{company.origin}/pricing")
        assert not [url for url in sent if "/api/" in url]

        async with company.page.expect_response(is_event) as told:
            await company.page.evaluate("token => leadline.remember(token)", make_token(SECRET_KEY, lead.id, utc_now()))

        assert (await told.value).status == 202
