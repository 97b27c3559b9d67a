"""Captures per second on the Firestore emulator: one process at several batch sizes, then two processes at once.

python -m bench.firestore [SECONDS]
"""

import asyncio
import json
import multiprocessing
import sys
import tempfile
import time
from datetime import UTC, datetime
from multiprocessing.queues import Queue
from pathlib import Path

from tests.builders import HOUSE, NOW, deciding, intake
from tests.emulator import emulator, new_project
from tests.invariants import broken_rules

from leadline.ports import Store
from leadline.storage.firestore import store as stores
from leadline.storage.firestore.store import open_store
from leadline.usecases.capture import capture_leads
from leadline.usecases.team import NewUser, add_users

BATCHES = (1, 20, 40, 60)
REPS = 8


async def add_reps(store: Store) -> None:
    """Reps with room for everything."""
    new = [
        NewUser({"full_name": f"Rep {n}", "email": f"rep{n}@company.example.com", "max_active_leads": 10**6})
        for n in range(REPS)
    ]
    await add_users(store, new, deciding(NOW))


async def fill(store: Store, batch: int, seconds: float) -> tuple[int, float]:
    """How many leads were captured, and in what time."""
    number, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        items = [intake(datetime.now(UTC), email=f"ann{time.time_ns()}-{n}@firm.example.com") for n in range(batch)]
        number += len(await capture_leads(store, HOUSE, items, datetime.now(UTC)))
    return number, time.perf_counter() - began


async def one_process(batch: int, seconds: float) -> float:
    """Captures per second of a process alone."""
    store = await open_store(new_project())
    await add_reps(store)
    await fill(store, batch, 1)
    number, took = await fill(store, batch, seconds)
    await store.close()
    return number / took


def contender(project: str, batch: int, seconds: float, answers: "Queue[tuple[int, int, float]]") -> None:
    """One of several processes: leads, pauses after a lost race or for another's turn, seconds."""
    lost = 0
    sleep = asyncio.sleep

    async def count_and_sleep(delay: float) -> None:
        nonlocal lost
        lost += 1
        await sleep(delay)

    async def work() -> tuple[int, float]:
        store = await open_store(project)
        stores.asyncio.sleep = count_and_sleep  # type: ignore[assignment]
        return await fill(store, batch, seconds)

    number, took = asyncio.run(work())
    answers.put((number, lost, took))


async def two_processes(batch: int, seconds: float) -> tuple[float, int, list[str]]:
    """Captures per second of two processes together, pauses for each other, and the rules that are broken afterwards."""
    project = new_project()
    store = await open_store(project)
    await add_reps(store)
    context = multiprocessing.get_context("spawn")
    answers: Queue[tuple[int, int, float]] = context.Queue()
    processes = [context.Process(target=contender, args=(project, batch, seconds, answers)) for _ in range(2)]
    for process in processes:
        process.start()
    found = [await asyncio.to_thread(answers.get) for _ in processes]
    for process in processes:
        await asyncio.to_thread(process.join)
    broken = await broken_rules(store, with_trail=False)
    await store.close()
    return sum(n for n, _, _ in found) / max(t for _, _, t in found), sum(lost for _, lost, _ in found), broken


async def main(seconds: float) -> None:
    """Print one JSON line per figure."""
    for batch in BATCHES:
        print(json.dumps({"processes": 1, "batch": batch, "per_second": round(await one_process(batch, seconds))}))
    for batch in (1, 20):
        rate, lost, broken = await two_processes(batch, seconds)
        print(json.dumps({"processes": 2, "batch": batch, "per_second": round(rate), "pauses": lost, "broken_rules": broken}))  # fmt: skip


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, emulator(Path(folder)):
        asyncio.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else 8))
