"""Many at once on one store, by a seed: captures, repeats, steps, and reps who come, go and change their caps.
Run as a script it does so in a process of its own: racing.py URL SEED ACTS."""

import asyncio
import random
import sys
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, TypeVar

from leadline.domain.errors import Conflict
from leadline.domain.lead_lists import LeadQuery
from leadline.domain.lifecycle import allowed
from leadline.ports import Store
from leadline.storage.firestore.store import open_store as open_firestore
from leadline.storage.postgres.store import open_store
from tests.builders import COLD, HOT, WARM, faulty_intake, intake
from tests.steps import advance, capture, change

T = TypeVar("T")

AT_ONCE = 8
ADDRESSES = 40


async def together(jobs: Iterable[Callable[[], Awaitable[T]]], at_once: int = AT_ONCE) -> list[T]:
    """Run all jobs, so many at a time, in an order nobody knows."""
    gate = asyncio.Semaphore(at_once)

    async def one(job: Callable[[], Awaitable[T]]) -> T:
        async with gate:
            return await job()

    return await asyncio.gather(*(one(job) for job in jobs))


async def act(store: Store, chance: random.Random) -> None:
    """One thing that happens. What another was faster with is a Conflict, as it would be for a person."""
    doing = chance.choices([post, move, edit_user], (6, 4, 1))[0]
    try:
        await doing(store, chance)
    except Conflict:
        return


async def post(store: Store, chance: random.Random) -> None:
    """A batch of one to four: new addresses, known ones, events that come twice, faults."""
    items = []
    for _ in range(chance.randrange(1, 5)):
        fields: dict[str, Any] = dict(chance.choice([HOT, HOT, WARM, COLD]))
        if chance.random() < 0.5:
            fields["email"] = f"lead{chance.randrange(ADDRESSES)}@firm.example.com"
        if chance.random() < 0.2:
            fields |= {"endpoint": "main", "event_id": f"evt-{chance.randrange(20)}"}
        items.append(intake(**fields) if chance.random() < 0.9 else faulty_intake())
    await capture(store, *items)


async def move(store: Store, chance: random.Random) -> None:
    """A step of some lead, of those that are allowed."""
    leads = (await store.list_leads(LeadQuery(statuses=()), None, 50)).items
    if leads:
        lead = chance.choice(leads)
        if steps := allowed(lead.status):
            await advance(store, lead.id, chance.choice(steps))


async def edit_user(store: Store, chance: random.Random) -> None:
    """A cap, or a rep who goes or comes back. The first rep stays as they are, for the tests to watch."""
    users = await store.list_users()
    fields = chance.choice([{"max_active_leads": chance.randrange(8)}, {"is_active": chance.random() < 0.7}])
    await change(store, chance.choice(users[1:]), **fields)


async def race(store: Store, seed: int, acts: int, at_once: int = AT_ONCE) -> None:
    """So many acts. The seed decides what happens, the machine in which order."""
    chances = [random.Random(f"{seed} {number}") for number in range(acts)]
    await together([lambda chance=chance: act(store, chance) for chance in chances], at_once)  # type: ignore[misc]


async def run(arguments: Sequence[str]) -> None:
    url, seed, acts = arguments
    store: Store = (
        await open_firestore(url.removeprefix("firestore://"))
        if url.startswith("firestore://")
        else await open_store(url, as_app=True)
    )
    try:
        await race(store, int(seed), int(acts))
    finally:
        await store.close()


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1:]))
