"""How soon a hot lead's alert leaves: from the 201 that the sender of a lead gets to the call that Slack gets, on one clock.

python -m bench.alert [LEADS] [SECONDS BETWEEN TWO]
"""

import asyncio
import re
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
from aiohttp import web
from tests.builders import body
from tests.e2e.serving import Serving, serving

LEADS, BETWEEN_SECONDS = 100, 1.2
PATIENCE_SECONDS = 60.0
_LEAD = re.compile(r"/leads/([0-9a-f-]{36})")


class Slack:
    """A Slack on loopback that takes every message and says when."""

    def __init__(self) -> None:
        self.arrived: dict[str, float] = {}
        self.came = asyncio.Event()

    async def take(self, request: web.Request) -> web.Response:
        """The lead a message is about is the one that it links to."""
        at = time.perf_counter()
        for lead_id in _LEAD.findall(await request.text()):
            self.arrived.setdefault(lead_id, at)
        self.came.set()
        return web.json_response({"ok": True, "channel": "C024BE91L", "ts": f"{time.time():.6f}"})

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        """Its address."""
        application = web.Application()
        application.router.add_post("/{path:.*}", self.take)
        runner = web.AppRunner(application, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
        await runner.cleanup()


async def post_leads(running: Serving, leads: int, between: float) -> dict[str, float]:
    """Post hot leads one after another, each due at its own time; answers when each 201 was there."""
    answered: dict[str, float] = {}
    async with running.client() as client:
        rep = {"full_name": "Rita Rep", "email": "rita@team.example.com", "max_active_leads": 10_000}
        (await client.post("/api/v1/users", json=rep)).raise_for_status()
        begun = time.perf_counter()
        for number in range(leads):
            await asyncio.sleep(max(0.0, begun + number * between - time.perf_counter()))
            answer: httpx2.Response = await client.post("/api/v1/leads", json=body())
            answered[answer.raise_for_status().json()["id"]] = time.perf_counter()
    return answered


async def run(leads: int, between: float, home: Path) -> list[float]:
    """Milliseconds from each 201 to its call, in order of size."""
    slack = Slack()
    async with slack.listening() as address:
        running = serving(home, "--no-demo", SLACK_BOT_TOKEN="xoxb-bench", SLACK_API_URL=address)
        server = await asyncio.to_thread(running.__enter__)
        try:
            answered = await post_leads(server, leads, between)
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not answered.keys() <= slack.arrived.keys():
                    slack.came.clear()
                    await slack.came.wait()
        finally:
            await asyncio.to_thread(running.__exit__, None, None, None)
    return sorted((slack.arrived[lead_id] - at) * 1000 for lead_id, at in answered.items())


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    leads = int(arguments[0]) if arguments else LEADS
    between = float(arguments[1]) if len(arguments) > 1 else BETWEEN_SECONDS
    with tempfile.TemporaryDirectory() as folder:
        took = asyncio.run(run(leads, between, Path(folder) / "home"))
    p99 = took[min(leads - 1, leads * 99 // 100)]
    print(f"{leads} hot leads, one each {between:g} s: from the 201 to Slack's call", end=" ")
    print(f"median {took[leads // 2]:.1f} ms, p99 {p99:.1f} ms, longest {took[-1]:.1f} ms")


if __name__ == "__main__":
    main(sys.argv[1:])
