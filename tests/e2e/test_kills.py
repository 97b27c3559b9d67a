"""Kill -9 in the middle of a stream of posts: whoever was answered 201 is there, once, and nobody is left running."""

import asyncio
import itertools
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.builders import body
from tests.e2e.serving import Serving, processes_of, start

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]

CLIENTS = 16
END_SECONDS = 15
SEED = 20261124


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A data folder; whatever a failing test left running on it is ended."""
    folder = tmp_path / "home"
    yield folder
    for pid in processes_of(folder):
        os.kill(pid, signal.SIGKILL)


async def stream(server: Serving, ledger: dict[str, str], stopped: asyncio.Event) -> None:
    """Post without end; the ledger keeps what was answered 201: e-mail to id."""

    async def post(client: httpx2.AsyncClient) -> None:
        while not stopped.is_set():
            sent = body()
            try:
                answer = await client.post("/api/v1/leads", json=sent)
            except httpx2.TransportError:
                return
            if answer.status_code == 201:
                ledger[sent["email"]] = answer.json()["id"]
            else:
                # Taken by the journal, or not at all; tests/e2e/test_outage.py has the receipts.
                assert answer.status_code in (202, 503), answer.text

    async with server.client() as client:
        await asyncio.gather(*(post(client) for _ in range(CLIENTS)))


async def until_it_flows(ledger: dict[str, str], more: int) -> None:
    goal = len(ledger) + more
    async with asyncio.timeout(30):
        while len(ledger) < goal:
            await asyncio.sleep(0.005)


async def until_it_says(server: Serving, words: str) -> None:
    async with asyncio.timeout(60):
        while words not in server.said():
            await asyncio.sleep(0.05)


def postmaster_of(home: Path) -> int:
    return int((home / "postgres" / "data" / "postmaster.pid").read_text().split("\n")[0])


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def a_backend_of(home: Path) -> int:
    children = children_of(postmaster_of(home))
    return next(pid for pid in children if b"leadline" in Path(f"/proc/{pid}/cmdline").read_bytes())


async def nobody_left(home: Path) -> None:
    deadline = time.monotonic() + END_SECONDS
    while processes_of(home):
        assert time.monotonic() < deadline, f"still running: {processes_of(home)}"
        await asyncio.sleep(0.05)


async def check(server: Serving, ledger: dict[str, str]) -> None:
    """Every lead of the ledger is there once, and the counters equal a recount."""
    leads: list[dict[str, object]] = []
    cursor: str | None = ""
    async with server.client() as client:
        while cursor is not None:
            params = {"limit": "200", "status": "any"} | ({"cursor": cursor} if cursor else {})
            page = (await client.get("/api/v1/leads", params=params)).json()
            leads, cursor = leads + page["items"], page["next_cursor"]
        users = (await client.get("/api/v1/users")).json()["items"]
    stored = Counter(lead["email"] for lead in leads)
    assert {email for email in ledger if stored[email] != 1} == set()
    assert {lead["email"]: lead["id"] for lead in leads if lead["email"] in ledger} == ledger
    owned = Counter(lead["assigned_to"] for lead in leads)
    assert all(user["current_lead_count"] == owned[user["id"]] for user in users)


async def test_kill_everything_again_and_again(home: Path) -> None:
    chance = random.Random(SEED)
    ledger = dict[str, str]()
    server = start(home, "--no-demo")
    async with server.client() as client:
        for number in range(3):
            rep = {
                "full_name": f"Rep {number}",
                "email": f"rep{number}@team.example.com",
                "max_active_leads": 1_000_000,
            }
            await client.post("/api/v1/users", json=rep)

    for target in itertools.islice(itertools.cycle(["parent", "everything", "postmaster", "everything"]), 8):
        stopped = asyncio.Event()
        streaming = asyncio.create_task(stream(server, ledger, stopped))
        await until_it_flows(ledger, chance.randrange(40, 200))
        if target in ("everything", "postmaster"):
            os.kill(postmaster_of(home), signal.SIGKILL)
        if target in ("everything", "parent"):
            server.kill()
        stopped.set()
        await streaming
        if target == "postmaster":
            # The server starts it again by itself.
            await until_it_says(server, "starting it again")
            server.wait_until_ready()
        else:
            await nobody_left(home)
            server = start(home, "--no-demo")
        await check(server, ledger)

    server.kill(signal.SIGTERM)
    await nobody_left(home)


async def test_one_backend_killed_costs_a_moment_and_no_lead(home: Path) -> None:
    ledger = dict[str, str]()
    server = start(home, "--no-demo")
    stopped = asyncio.Event()
    streaming = asyncio.create_task(stream(server, ledger, stopped))
    for _ in range(3):
        await until_it_flows(ledger, 100)
        os.kill(a_backend_of(home), signal.SIGKILL)
    await until_it_flows(ledger, 100)
    stopped.set()
    await streaming

    await check(server, ledger)

    server.kill(signal.SIGTERM)
    await nobody_left(home)


async def test_with_the_database_frozen_a_post_is_202_within_5_seconds_and_a_lead_after(home: Path) -> None:
    server = start(home, "--no-demo")
    async with server.client() as client:
        assert (await client.post("/api/v1/leads", json=body())).status_code == 201
        postmaster = postmaster_of(home)
        frozen = [postmaster, *children_of(postmaster)]
        for pid in frozen:
            os.kill(pid, signal.SIGSTOP)
        began = time.monotonic()

        answer = await client.post("/api/v1/leads", json=body())

        assert answer.status_code == 202
        assert time.monotonic() - began < 5
        for pid in frozen:
            os.kill(pid, signal.SIGCONT)
        async with asyncio.timeout(30):
            while (await client.get(answer.headers["location"])).json()["status"] != "captured":
                await asyncio.sleep(0.1)
            while (await client.post("/api/v1/leads", json=body())).status_code != 201:
                await asyncio.sleep(0.1)

    server.kill(signal.SIGTERM)
    await nobody_left(home)
