"""The embedded database dies under a stream of posts: the port stays open, each post is answered, and what was acknowledged is there
once."""

import asyncio
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest

from tests.builders import body
from tests.e2e.embedded_kit import family, kill_all, living, postmaster
from tests.e2e.serving import API_KEY, Serving, processes_of, start

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]

CLIENTS = 16


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A data folder; whatever a failing test left running on it is ended."""
    folder = tmp_path / "home"
    yield folder
    for pid in processes_of(folder):
        os.kill(pid, signal.SIGKILL)


@dataclass
class Ledger:
    """What the posters were answered: acknowledged addresses with their receipt (empty: a lead at once), and how often what."""

    acknowledged: dict[str, str] = field(default_factory=dict)
    answers: Counter[int] = field(default_factory=Counter)
    refusals: list[str] = field(default_factory=list)

    @property
    def receipts(self) -> list[str]:
        return [receipt for receipt in self.acknowledged.values() if receipt]

    async def until(self, status: int, more: int) -> None:
        goal = self.answers[status] + more
        async with asyncio.timeout(60):
            while self.answers[status] < goal:
                await asyncio.sleep(0.01)


@asynccontextmanager
async def posting(server: Serving) -> AsyncIterator[Ledger]:
    """Posts without end, until the end. A connection that is refused or cut off fails the test."""
    ledger, is_over = Ledger(), asyncio.Event()

    async def post(client: httpx2.AsyncClient) -> None:
        while not is_over.is_set():
            sent = body()
            answer = await client.post("/api/v1/leads", json=sent)
            ledger.answers[answer.status_code] += 1
            if answer.status_code in (201, 202):
                ledger.acknowledged[sent["email"]] = answer.headers.get("location", "")
            else:
                ledger.refusals.append(answer.text)

    async with server.client() as client, asyncio.TaskGroup() as posters:
        for _ in range(CLIENTS):
            posters.create_task(post(client))
        yield ledger
        is_over.set()


async def until_brought_in(client: httpx2.AsyncClient) -> None:
    deadline = time.monotonic() + 120
    while warnings := (await client.get("/readyz")).json()["warnings"]:
        assert time.monotonic() < deadline, warnings
        await asyncio.sleep(0.1)


async def check(server: Serving, ledger: Ledger) -> None:
    """What was acknowledged is a lead, once; each receipt says which."""
    async with server.client() as client:
        await until_brought_in(client)
        resolved = [(await client.get(receipt)).json() for receipt in ledger.receipts]
        leads: list[dict[str, str]] = []
        cursor: str | None = ""
        while cursor is not None:
            params = {"limit": "200", "status": "any"} | ({"cursor": cursor} if cursor else {})
            page = (await client.get("/api/v1/leads", params=params)).json()
            leads, cursor = leads + page["items"], page["next_cursor"]
    stored = Counter(lead["email"] for lead in leads)
    by_email = {lead["email"]: lead["id"] for lead in leads}
    receipts = {email for email, receipt in ledger.acknowledged.items() if receipt}
    assert {email for email in ledger.acknowledged if stored[email] != 1} == set()
    assert {said["status"] for said in resolved} <= {"captured"}
    assert {said["lead_id"] for said in resolved} == {by_email[email] for email in receipts}
    assert ledger.refusals == []


async def doctor(home: Path) -> tuple[int | None, str]:
    environment = os.environ | {"LEADLINE_HOME": str(home), "LEADLINE_API_KEY": API_KEY}
    program = Path(sys.executable).parent / "leadline"
    process = await asyncio.create_subprocess_exec(
        program, "doctor", env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    return process.returncode, said.decode()


@pytest.mark.parametrize("target", ["the postmaster", "all of it"])
async def test_a_killed_database_costs_a_wait_and_no_post(home: Path, target: str) -> None:
    server = start(home, "--no-demo")
    async with posting(server) as ledger:
        for deaths in range(1, 4):
            await ledger.until(201, 100)
            first = postmaster(home)
            members = family(first)
            kill_all({one for one in members if one[0] == first} if target == "the postmaster" else members)
            async with asyncio.timeout(60):
                while server.said().count("starting it again") < deaths:
                    await asyncio.sleep(0.01)
        await ledger.until(201, 100)

    await check(server, ledger)
    assert (await doctor(home))[0] == 0
    server.kill(signal.SIGTERM)
    assert server.process.returncode == 0


async def test_a_database_that_cannot_be_started_again_for_long_is_an_outage_like_any_other(home: Path) -> None:
    server = start(home, "--no-demo")
    async with posting(server) as ledger, server.client() as client:
        await ledger.until(201, 100)
        first = postmaster(home)
        # A process of the dead server that still has its memory: until it is gone, PostgreSQL refuses to start.
        stuck = max(living(family(first)) - {first})
        os.kill(stuck, signal.SIGSTOP)
        os.kill(first, signal.SIGKILL)

        await ledger.until(202, 300)
        ready = (await client.get("/readyz")).json()
        page = await client.get("/login", headers={"Accept": "text/html"})

        assert "the database does not answer" in ready["warnings"][0]
        assert page.status_code in (200, 503)
        os.kill(stuck, signal.SIGKILL)
        await ledger.until(201, 100)

    await check(server, ledger)
    assert (await doctor(home))[0] == 0
    server.kill(signal.SIGTERM)
    assert server.process.returncode == 0


async def test_a_stop_while_the_database_is_dead_keeps_what_was_acknowledged(home: Path) -> None:
    server = start(home, "--no-demo")
    async with posting(server) as ledger:
        await ledger.until(201, 20)
        first = postmaster(home)
        stuck = max(living(family(first)) - {first})
        os.kill(stuck, signal.SIGSTOP)
        os.kill(first, signal.SIGKILL)
        await ledger.until(202, 50)

    await asyncio.to_thread(server.kill, signal.SIGTERM)

    assert server.process.returncode == 0
    os.kill(stuck, signal.SIGKILL)
    again = start(home, "--no-demo")
    await check(again, ledger)
    again.kill(signal.SIGTERM)
