"""Workers: the processes that send messages and do what intake need not wait for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

BEAT_SECONDS = 10.0
# Three beats that did not come.
SILENCE_MAX = timedelta(seconds=3 * BEAT_SECONDS)
FORGOTTEN_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Worker:
    """One process, where it runs, and when it was last heard of."""

    id: UUID
    place: str
    started_at: datetime
    seen_at: datetime


def alive(workers: Iterable[Worker], now: datetime) -> list[Worker]:
    """Those that were heard of lately."""
    return [worker for worker in workers if now - worker.seen_at <= SILENCE_MAX]
