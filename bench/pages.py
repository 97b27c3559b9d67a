"""How long each tab of the work list takes in a house with many leads: time to the whole answer, over HTTP.

python -m bench.pages [--leads 1000000] [--requests 100]
"""

import argparse
import asyncio
import statistics
import tempfile
import time
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import asyncpg
from tests.plans.rows import BUSY_REP, QUIET_REP, fill
from tests.sessions import start_session

from bench import databases, house
from bench.databases import Databases
from leadline.storage.postgres.store import open_store

LISTS = ("hot", "warm", "cold", "waiting", "review", "all")
WARM_UP = 5


def main() -> None:
    """Fill, serve, ask for each tab so many times one after another, print a row for each."""
    arguments = _arguments()
    with (
        tempfile.TemporaryDirectory() as made,
        databases.databases(Path(made)) as found,
        house.house(found, Path(made), lambda filled: asyncio.run(_fill(filled, arguments.leads))) as target,
    ):
        print(f"{arguments.leads} leads, {arguments.requests} requests a tab; ms to the whole answer\n")
        print("| tab | who | p50 | p95 | kB |\n|---|---|---|---|---|")
        for who, token in asyncio.run(_sign_in(found)).items():
            for name in LISTS:
                times, size = _ask(target.port, f"/?list={name}", token, arguments.requests)
                p95 = statistics.quantiles(times, n=20)[-1]
                print(f"| {name} | {who} | {statistics.median(times):.0f} | {p95:.0f} | {size // 1000} |", flush=True)


async def _fill(found: Databases, leads: int) -> None:
    connection = await asyncpg.connect(found.owner)
    await fill(connection, leads)
    # Somebody who sees everybody's leads, beside the rep who has the most.
    await connection.execute("UPDATE leadline.users SET role = 'manager' WHERE id = $1", UUID(QUIET_REP))
    await connection.close()


async def _sign_in(found: Databases) -> dict[str, str]:
    store = await open_store(found.app, as_app=False)
    try:
        users = await store.list_users()
        chosen = {"rep": BUSY_REP, "manager": QUIET_REP}
        known = {str(user.id): user for user in users}
        return {who: await start_session(store, known[one], datetime.now(UTC)) for who, one in chosen.items()}
    finally:
        await store.close()


def _ask(port: int, path: str, token: str, number: int) -> tuple[list[float], int]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Cookie": f"session={token}"})
    times, size = [], 0
    for turn in range(WARM_UP + number):
        began = time.perf_counter()
        with urllib.request.urlopen(request, timeout=30) as answer:
            size = len(answer.read())
        if turn >= WARM_UP:
            times.append((time.perf_counter() - began) * 1000)
    return times, size


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leads", type=int, default=1_000_000)
    parser.add_argument("--requests", type=int, default=100)
    return parser.parse_args()


if __name__ == "__main__":
    main()
