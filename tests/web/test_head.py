"""HEAD is GET without the body, everywhere alike; and it does nothing that GET does not."""

import asyncio

import pytest
import uvicorn

from tests.web.browsing import HTML, House

PAGES = (
    "/",
    "/?list=cold",
    "/docs",
    "/account",
    "/login",
    "/favicon.ico",
    "/healthz",
    "/readyz",
    "/leads/nothing",
    "/nothing",
)
SAME_ID = {"X-Request-Id": "the-same-for-both"}


@pytest.mark.parametrize("path", PAGES)
async def test_head_is_answered_with_the_head_of_get(house: House, path: str) -> None:
    browser = await house.browser(house.team["Rep One"])

    got = await browser.get(path, headers=SAME_ID)
    head = await browser.head(path, headers=SAME_ID)

    assert head.status_code == got.status_code
    assert head.content == b""
    # Its length too: that of what GET sends.
    assert head.headers == got.headers


async def test_head_of_the_api_asks_for_the_same_key(house: House) -> None:
    stranger = await house.browser(headers={"Accept": "*/*"})
    program = await house.browser(headers=await house.key("leads:read"))

    assert (await stranger.head("/api/v1/leads")).status_code == 401
    assert (await program.head("/api/v1/leads")).status_code == 200
    assert (await program.head("/api/v1/users")).status_code == 403


async def test_head_of_what_only_takes_a_post_is_refused_like_get(house: House) -> None:
    program = await house.browser(headers=await house.key("leads:create"))

    assert (await program.head("/api/v1/leads/bulk")).status_code == (
        await program.get("/api/v1/leads/bulk")
    ).status_code


async def test_head_of_a_stream_ends_at_once(house: House) -> None:
    browser = await house.browser(house.team["Rep One"], headers=HTML | {"Accept": "text/event-stream"})

    async with asyncio.timeout(20):
        answer = await browser.head("/live")

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.content == b""


async def test_a_real_server_keeps_the_connection_in_step_after_a_head(house: House) -> None:
    """A body, or a length that does not come, would be read as the answer to the next request."""
    server = uvicorn.Server(
        uvicorn.Config(house.app, host="127.0.0.1", port=0, http="httptools", lifespan="off", log_level="error")
    )
    running = asyncio.create_task(server.serve())
    try:
        while not server.started:
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            b"HEAD /docs HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        )
        said = await asyncio.wait_for(reader.read(), 20)
        writer.close()
    finally:
        server.should_exit = True
        await running

    first, _, second = said.partition(b"\r\n\r\n")
    assert first.startswith(b"HTTP/1.1 401")
    assert second.startswith(b"HTTP/1.1 200")
    assert second.endswith(b"}")
