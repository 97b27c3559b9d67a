"""Deliveries that are killed: some workers send a queue, one of them is killed -9 every few seconds, and a ledger says what went out.

python -m bench.outbox [MESSAGES] [WORKERS] [SECONDS BETWEEN KILLS]
As a worker, in a process of its own: python -m bench.outbox --worker URL LEDGER
"""

import asyncio
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from leadline.clock import utc_now
from leadline.domain.notifications import Notification
from leadline.ids import new_id
from leadline.ports import Store, Tx
from leadline.ports.channels import Content, Occasion, Receipt
from leadline.storage.postgres.store import open_store
from leadline.usecases.bell import Bell
from leadline.usecases.sending import Delivery
from leadline.worker import run_delivery

# Short, so that what a killed worker held is taken over soon.
LEASE_SECONDS = 4.0
SEND_SECONDS = 1.0
PROVIDER_SECONDS = 0.01
QUEUED_AT_ONCE = 500
LOOK_SECONDS = 0.2


@dataclass(frozen=True)
class Ledger:
    """A provider that writes each message into a file, in one piece."""

    path: Path
    hindrance: str | None = None

    def render(self, occasion: Occasion) -> Content:
        """The row's id."""
        return Content(None, str(occasion.notification.id))

    async def send(self, recipient: str, content: Content, key: str) -> Receipt:
        """Take it, after as long as a provider takes."""
        await asyncio.sleep(PROVIDER_SECONDS)
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        try:
            os.write(descriptor, f"{recipient} {key}\n".encode())
        finally:
            os.close(descriptor)
        return Receipt(key, "taken")

    async def close(self) -> None:
        """Nothing is held."""


async def work(url: str, ledger: Path) -> None:
    """Deliver until killed."""
    store = await open_store(url, as_app=True, pool_size=8)
    channels = {"email": Ledger(ledger)}
    d = Delivery(store, channels, new_id, utc_now, random.random, f"worker {os.getpid()}", "http://x",  # type: ignore[arg-type]
                 lease_seconds=LEASE_SECONDS, send_seconds=SEND_SECONDS)  # fmt: skip
    await run_delivery(d, Bell(), asyncio.Event(), LOOK_SECONDS)


@dataclass(frozen=True)
class Outcome:
    """What came of a run. `sent` are the ledger's lines, in their order."""

    queued: list[Notification]
    sent: list[tuple[str, str]]
    unsettled: int
    kills: int
    seconds: float

    @property
    def doubles(self) -> int:
        """How many messages went out more than once."""
        return sum(number > 1 for number in Counter(key for _, key in self.sent).values())

    @property
    def lost(self) -> int:
        """How many never went out."""
        return len({str(row.id) for row in self.queued} - {key for _, key in self.sent})


async def run(url: str, ledger: Path, messages: int, workers: int, between_kills: float) -> Outcome:
    """Queue, start the workers, kill one every so often, until nothing is pending."""
    store = await open_store(url, as_app=True, pool_size=4)
    queued = [
        Notification(new_id(), "email", "lead_waiting", f"r{n % max(1, messages // 4)}@x.example.com", utc_now())
        for n in range(messages)
    ]
    for start in range(0, messages, QUEUED_AT_ONCE):
        await _queue(store, queued[start : start + QUEUED_AT_ONCE])
    begun, kills, seen = time.monotonic(), 0, 0
    running = [await _start(url, ledger) for _ in range(workers)]
    try:
        kill_at = begun + between_kills
        while await _pending(store):
            await asyncio.sleep(LOOK_SECONDS)
            # Only in the middle of the work: a slow machine would kill each worker before it has begun.
            if time.monotonic() >= kill_at and _sent(ledger) > seen:
                victim = running.pop(0)
                victim.send_signal(signal.SIGKILL)
                await victim.wait()
                running.append(await _start(url, ledger))
                kills, seen = kills + 1, _sent(ledger)
                kill_at = time.monotonic() + between_kills
        seconds = time.monotonic() - begun
        unsettled = await _pending(store)
    finally:
        for process in running:
            process.kill()
        await asyncio.gather(*(process.wait() for process in running))
        await store.close()
    return Outcome(queued, _read(ledger), unsettled, kills, seconds)


def _sent(ledger: Path) -> int:
    return ledger.stat().st_size if ledger.exists() else 0


def _read(ledger: Path) -> list[tuple[str, str]]:
    lines = [line.split() for line in ledger.read_text().splitlines()]
    return [(recipient, key) for recipient, key in lines]


async def _queue(store: Store, rows: Sequence[Notification]) -> None:
    async def work(tx: Tx) -> None:
        tx.add_notifications(rows)

    await store.transact(work)


async def _pending(store: Store) -> int:
    return sum(depth.count for depth in await store.queue_depths())


async def _start(url: str, ledger: Path) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.outbox", "--worker", url, str(ledger))


def main(arguments: Sequence[str]) -> None:
    """A worker, or a whole run on a server of its own."""
    if arguments[:1] == ["--worker"]:
        asyncio.run(work(arguments[1], Path(arguments[2])))
        return
    from tests.conftest import Servers  # What a worker need not wait for.

    messages, workers, between = (float(a) for a in (*arguments, *("10000", "4", "2")[len(arguments) :]))
    with tempfile.TemporaryDirectory() as folder:
        servers = Servers(Path(folder))
        try:
            url = servers.url("postgres")
            outcome = asyncio.run(run(url, Path(folder) / "ledger", int(messages), int(workers), between))
        finally:
            servers.stop()
    print(
        f"{len(outcome.queued)} messages, {int(workers)} workers, {outcome.kills} kills, {outcome.seconds:.0f} s:"
        f" {outcome.lost} lost, {outcome.doubles} twice, {outcome.unsettled} unsettled"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
