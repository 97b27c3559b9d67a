"""An open stream does not keep a server that was told to stop."""

import asyncio
import re
import signal
from pathlib import Path

import httpx2
import pytest

from tests.e2e.serving import serving

pytestmark = pytest.mark.long


async def signed_in(url: str, link: str) -> httpx2.AsyncClient:
    """A browser that followed the link of the terminal."""
    browser = httpx2.AsyncClient(base_url=url, headers={"Accept": "text/html"}, timeout=30)
    page = (await browser.get(link)).text
    token = re.search(r'name="_csrf_token" value="([0-9a-f]{64})"', page)
    secret = re.search(r'name="link" value="([^"]+)"', page)
    assert token
    assert secret
    answer = await browser.post("/login", data={"_csrf_token": token[1], "link": secret[1]})
    assert answer.status_code == 303
    return browser


async def test_a_stream_hears_a_lead_and_ends_when_the_server_is_told_to_stop(tmp_path: Path) -> None:
    with serving(tmp_path / "home") as server:
        link = re.search(r"(/login\?link=\S+)", server.said())
        assert link
        browser = await signed_in(server.url, link[1])
        async with browser.stream("GET", "/live?list=all", headers={"Accept": "text/event-stream"}) as stream:
            lines = stream.aiter_lines()
            assert await anext(lines) == "retry: 2000"
            async with server.client() as program:
                body = {"company_name": "Kestrel", "contact_name": "Mateo", "email": "mateo@kestrel.example.com"}
                assert (await program.post("/api/v1/leads", json=body)).status_code == 201
            async with asyncio.timeout(30):
                async for line in lines:
                    if line.startswith("data: "):
                        break
            assert "Kestrel" in line
            server.process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(30):
                rest = [line async for line in lines if line.startswith("data: ")]
        assert all("over" not in line for line in rest)
        assert await asyncio.to_thread(server.process.wait, 30) == 0
        await browser.aclose()
        assert not re.search("Traceback|graceful|Cancel", server.said())
