"""Kill -9 of the server while its database is away, and while the journal is brought in: every acknowledged lead is there once."""

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import httpx2
import pytest

from tests.builders import body
from tests.conftest import Servers
from tests.e2e.serving import Serving, processes_of, start
from tests.proxy import Mode, proxy_to

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]

CLIENTS = 16
DATABASE = "leadline_outage"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A data folder; whatever a failing test left running on it is ended."""
    folder = tmp_path / "home"
    yield folder
    for pid in processes_of(folder):
        os.kill(pid, signal.SIGKILL)


@pytest.fixture
def server_url(servers: Servers) -> str:
    return servers.url("postgres")


async def fresh_database(url: str) -> str:
    connection = await asyncpg.connect(url)
    await connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
    await connection.execute(f"CREATE DATABASE {DATABASE}")
    await connection.close()
    return f"{url.rsplit('/', 1)[0]}/{DATABASE}"


async def begin(home: Path, url: str) -> Serving:
    """In a thread: the proxy in front of its database runs in this loop."""
    return await asyncio.to_thread(start, home, "--no-demo", DATABASE_URL=url)


async def stream(server: Serving, ledger: dict[str, str], stopped: asyncio.Event) -> None:
    """Post without end. The ledger keeps every address that was acknowledged, with its receipt where there was one."""

    async def post(client: httpx2.AsyncClient) -> None:
        while not stopped.is_set():
            sent = body()
            try:
                answer = await client.post("/api/v1/leads", json=sent)
            except httpx2.TransportError:
                return
            assert answer.status_code in (201, 202, 503), answer.text
            if answer.status_code != 503:
                ledger[sent["email"]] = answer.headers.get("location", "")

    async with server.client() as client:
        await asyncio.gather(*(post(client) for _ in range(CLIENTS)))


async def until_receipts(ledger: dict[str, str], more: int) -> None:
    goal = sum(1 for receipt in ledger.values() if receipt) + more
    async with asyncio.timeout(60):
        while sum(1 for receipt in ledger.values() if receipt) < goal:
            await asyncio.sleep(0.01)


async def until_no_warnings(client: httpx2.AsyncClient) -> None:
    async with asyncio.timeout(120):
        while (await client.get("/readyz")).json()["warnings"]:
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("mode", ["refuses", "hangs"])
async def test_a_start_while_the_database_is_away_takes_leads_and_comes_up_whole(
    home: Path, server_url: str, mode: Mode
) -> None:
    direct = await fresh_database(server_url)
    async with proxy_to(direct) as proxy:
        await proxy.turn(mode)
        with pytest.raises(AssertionError, match="does not answer"):
            # Nobody is known yet: DATABASE_URL may be wrong.
            await begin(home, proxy.url)
        await proxy.turn("passes")
        server = await begin(home, proxy.url)
        await asyncio.to_thread(server.kill)

        await proxy.turn(mode)
        server = await begin(home, proxy.url)
        async with server.client() as client:
            answers = [await client.post("/api/v1/leads", json=body()) for _ in range(20)]
            assert {answer.status_code for answer in answers} == {202}
            assert (await client.get("/api/v1/leads")).status_code == 503
            await asyncio.to_thread(server.kill)

        server = await begin(home, proxy.url)
        async with server.client() as client:
            answers += [await client.post("/api/v1/leads", json=body()) for _ in range(20)]
            await proxy.turn("passes")
            await until_no_warnings(client)
            said = [(await client.get(answer.headers["location"])).json() for answer in answers]

            assert [(one["status"], one["duplicate"]) for one in said] == [("captured", False)] * 40
            assert len({one["lead_id"] for one in said}) == 40
            assert "Leadline is ready" in server.said()
        await asyncio.to_thread(server.kill, signal.SIGTERM)
        assert server.process.returncode == 0


@pytest.mark.parametrize("mode", ["refuses", "hangs"])
async def test_a_stop_before_the_database_ever_came_is_clean_and_keeps_the_journal(
    home: Path, server_url: str, mode: Mode
) -> None:
    direct = await fresh_database(server_url)
    async with proxy_to(direct) as proxy:
        server = await begin(home, proxy.url)
        await asyncio.to_thread(server.kill, signal.SIGTERM)
        await proxy.turn(mode)
        server = await begin(home, proxy.url)
        async with server.client() as client:
            receipt = (await client.post("/api/v1/leads", json=body())).headers["location"]
        await asyncio.to_thread(server.kill, signal.SIGTERM)
        assert server.process.returncode == 0

        await proxy.turn("passes")
        server = await begin(home, proxy.url)
        async with server.client() as client:
            await until_no_warnings(client)
            assert (await client.get(receipt)).json()["status"] == "captured"
        await asyncio.to_thread(server.kill, signal.SIGTERM)


@pytest.mark.parametrize("mode", ["refuses", "hangs"])
async def test_kills_during_the_outage_and_the_drain_lose_and_double_nothing(
    home: Path, server_url: str, mode: Mode
) -> None:
    ledger = dict[str, str]()
    direct = await fresh_database(server_url)
    async with proxy_to(direct) as proxy:
        server = await begin(home, proxy.url)
        stopped = asyncio.Event()
        streaming = asyncio.create_task(stream(server, ledger, stopped))
        await asyncio.sleep(0.5)
        await proxy.turn(mode)
        await until_receipts(ledger, 300)
        server.kill()
        await streaming

        await proxy.turn("passes")
        server = await begin(home, proxy.url)
        # In the middle of the drain.
        await asyncio.to_thread(server.kill)
        server = await begin(home, proxy.url)
        async with server.client() as client:
            await until_no_warnings(client)
            receipts = [receipt for receipt in ledger.values() if receipt]
            resolved = Counter([(await client.get(receipt)).json()["status"] for receipt in receipts])
        await asyncio.to_thread(server.kill, signal.SIGTERM)

    connection = await asyncpg.connect(direct)
    rows = await connection.fetch("SELECT email FROM leadline.leads")
    await connection.close()
    stored = Counter(row["email"] for row in rows)
    assert {email for email in ledger if stored[email] != 1} == set()
    assert set(resolved) == {"captured"}


@pytest.mark.parametrize("seed", [1, 2])
async def test_kills_at_any_moment_with_a_database_that_comes_and_goes_lose_and_double_nothing(
    home: Path, server_url: str, seed: int
) -> None:
    moments, ledger = random.Random(seed), dict[str, str]()
    direct = await fresh_database(server_url)
    async with proxy_to(direct) as proxy:
        for mode in ("passes", *moments.choices(["passes", "refuses", "hangs"], k=6)):
            # Each run begins in the mode in which the last one was killed: with the database, or without it.
            server = await begin(home, proxy.url)
            stopped = asyncio.Event()
            streaming = asyncio.create_task(stream(server, ledger, stopped))
            await asyncio.sleep(moments.uniform(0.0, 1.5))
            await proxy.turn(mode)
            await asyncio.sleep(moments.uniform(0.0, 2.5))
            server.kill()
            await streaming

        await proxy.turn("passes")
        server = await begin(home, proxy.url)
        async with server.client() as client:
            await until_no_warnings(client)
            receipts = [receipt for receipt in ledger.values() if receipt]
            resolved = Counter([(await client.get(receipt)).json()["status"] for receipt in receipts])
        await asyncio.to_thread(server.kill, signal.SIGTERM)

    connection = await asyncpg.connect(direct)
    rows = await connection.fetch("SELECT email FROM leadline.leads")
    await connection.close()
    stored = Counter(row["email"] for row in rows)
    assert {email for email in ledger if stored[email] != 1} == set()
    assert set(resolved) <= {"captured"}
    assert ledger
