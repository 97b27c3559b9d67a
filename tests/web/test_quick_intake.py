"""The short way and the long way of `POST /api/v1/leads` answer alike, whatever is sent."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from leadline.bootstrap import build
from leadline.clock import utc_now
from leadline.config import Settings
from leadline.domain.access import Scope
from leadline.ids import new_id
from leadline.storage.memory import MemoryStore
from leadline.usecases.api_keys import add_api_key
from leadline.web import reading
from leadline.web.api_intake import LEAD_BYTES_MAX
from leadline.web.app import create_app, create_inner_app
from leadline.web.edge import Edge
from tests.builders import body

GOOD = body(email="ann@firm.example.com", phone="+1-555-0100", odd=["kept"])
JSON = {"Content-Type": "application/json"}

REQUESTS: dict[str, tuple[bytes, dict[str, str]]] = {
    "good": (json.dumps(GOOD).encode(), JSON),
    "good with a charset": (json.dumps(GOOD).encode(), {"Content-Type": "application/json; charset=utf-8"}),
    "faulty": (b'{"email": "x", "lead_score": 101}', JSON),
    "a list": (b"[]", JSON),
    "cut off": (b'{"email":', JSON),
    "nested": (b"[" * 5000, JSON),
    "not utf-8": (b'{"email": "\xff"}', JSON),
    "empty": (b"", JSON),
    "text": (json.dumps(GOOD).encode(), {"Content-Type": "text/plain"}),
    "no type": (json.dumps(GOOD).encode(), {}),
    "too long": (b"x" * (LEAD_BYTES_MAX + 1), JSON),
    "another key": (json.dumps(GOOD).encode(), JSON | {"Authorization": "Bearer ll_nobody"}),
    "no scheme": (json.dumps(GOOD).encode(), JSON | {"Authorization": "ll_nobody"}),
}
# Made anew for each answer.
PASSING = {"id", "created_at", "updated_at", "waiting_since", "last_activity_date", "request_id"}


class Ways:
    """Two applications on two stores, alike but for the short way."""

    def __init__(self, quick: httpx2.AsyncClient, slow: httpx2.AsyncClient) -> None:
        self.clients = (quick, slow)

    async def post(self, content: bytes, headers: dict[str, str]) -> tuple[httpx2.Response, httpx2.Response]:
        quick, slow = [await client.post("/api/v1/leads", content=content, headers=headers) for client in self.clients]
        return quick, slow


async def _client(stack: AsyncExitStack, scopes: tuple[Scope, ...], *, quick: bool) -> httpx2.AsyncClient:
    store = MemoryStore()
    services = await stack.enter_async_context(build(Settings(), store, "a secret of the tests"))
    key = await add_api_key(store, "the tests", scopes, new_id, utc_now())
    edge = Edge(create_inner_app(services), new_request_id=lambda: new_id().hex, is_https=False, trusted_proxies=())
    transport = httpx2.ASGITransport(app=create_app(services) if quick else edge)
    headers = {"Authorization": f"Bearer {key}"}
    client = await stack.enter_async_context(
        httpx2.AsyncClient(transport=transport, base_url="http://localhost", headers=headers)
    )
    # The short way is for keys that were seen a moment ago.
    await client.get("/api/v1/users")
    return client


@pytest_asyncio.fixture(params=[("leads:create", "leads:read"), ("leads:create",), ("leads:read",)], ids=" ".join)
async def ways(request: pytest.FixtureRequest) -> AsyncIterator[Ways]:
    async with AsyncExitStack() as stack:
        yield Ways(await _client(stack, request.param, quick=True), await _client(stack, request.param, quick=False))


def seen(answer: httpx2.Response) -> dict[str, Any]:
    """An answer without what is new each time."""
    new = ("x-request-id", "content-length", "engagement-token")
    headers = {n: v for n, v in answer.headers.items() if n not in new}
    fields = {name: value for name, value in answer.json().items() if name not in PASSING}
    return {"status": answer.status_code, "headers": headers, "body": fields}


@pytest.mark.parametrize("name", REQUESTS)
async def test_both_ways_answer_alike(ways: Ways, name: str) -> None:
    quick, slow = await ways.post(*REQUESTS[name])

    assert seen(quick) == seen(slow)


async def test_both_ways_answer_alike_the_second_time(ways: Ways) -> None:
    await ways.post(*REQUESTS["good"])

    quick, slow = await ways.post(*REQUESTS["good"])

    assert seen(quick) == seen(slow)
    assert quick.status_code in (200, 403)
    assert ("engagement-token" in quick.headers) == ("engagement-token" in slow.headers) == (quick.status_code == 200)


async def test_a_body_in_pieces_goes_the_long_way_and_arrives_whole(ways: Ways) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        content = json.dumps(GOOD).encode()
        for start in range(0, len(content), 20):
            yield content[start : start + 20]

    quick = await ways.clients[0].post("/api/v1/leads", content=pieces(), headers=JSON)

    assert quick.status_code in (201, 403)


async def test_a_body_that_never_comes_is_given_up_on_both_ways(ways: Ways, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BODY_SECONDS", 0.05)

    async def never() -> AsyncIterator[bytes]:
        await asyncio.Event().wait()
        yield b""

    quick, slow = [
        await asyncio.wait_for(client.post("/api/v1/leads", content=never(), headers=JSON), 30)
        for client in ways.clients
    ]

    assert seen(quick) == seen(slow)
    assert quick.status_code in (400, 403)
