"""Many at once, in every order a seed can think of, with faults and deaths: whatever was answered is there once, and the doctor
finds nothing. A failing seed is named; `python -m tests.simulation.test_simulation SEED` runs it again."""

import itertools
import random
import sys
from dataclasses import replace
from uuid import UUID

import pytest

from leadline.ports import Refused
from leadline.storage.memory import MemoryStore
from leadline.usecases.deciding import Deciding
from leadline.usecases.doctor import examine
from tests.builders import HOUSE, NOW, deciding
from tests.deeds import DEEDS, NAMES, begin
from tests.faults import digest
from tests.simulation.clients import Ledger, broken_promises, client
from tests.simulation.scheduler import Scheduler, finished
from tests.simulation.store import SimulatedStore

CLIENTS, ACTS = 4, 4
# Rescoring pauses by the clock, which a simulated world does not have.
OTHERS = [name for name in NAMES if name != "rescore"]
FAULT_RATES = (0.0, 0.02, 0.1)
DEATH_RATES = (0.0, 0.0, 0.01)
EVERYDAY, CI, AT_ONCE = 100, 2_000, 100


async def other_deed(store: object, deciding: Deciding, chance: random.Random) -> None:
    await DEEDS[chance.choice(OTHERS)](store, deciding, chance)  # type: ignore[arg-type]


def played(seed: int) -> tuple[MemoryStore, Ledger]:
    """One run: the store after it, and what its clients were told."""
    chance = random.Random(seed)
    numbers = itertools.count(1)
    house = replace(HOUSE, new_id=lambda: UUID(int=7 << 76 | next(numbers) << 80), compiled={})
    store, ledger = MemoryStore(rehearse=False), Ledger()
    finished(begin(store, replace(deciding(NOW), house=house), chance))
    scheduler = Scheduler(chance)
    far = SimulatedStore(store, scheduler, chance, chance.choice(FAULT_RATES))
    jobs = {
        number: client(
            far, ledger, replace(deciding(NOW), house=house), random.Random(f"{seed} {number}"), other_deed, ACTS
        )  # type: ignore[arg-type]
        for number in range(CLIENTS)
    }
    scheduler.run(jobs, chance.choice(DEATH_RATES))
    return store, ledger


def run(seed: int) -> list[str]:
    """What is broken after a run."""
    store, ledger = played(seed)
    found = finished(examine(store, None)).findings
    return [*broken_promises(store, ledger), *(f"{finding.where}: {finding.what}" for finding in found)]


def failing(seeds: range) -> dict[int, list[str]]:
    """The seeds that break something, with what."""
    return {seed: broken for seed in seeds if (broken := run(seed))}


def test_whatever_happens_at_once_and_breaks_what_was_answered_is_there_once() -> None:
    assert failing(range(EVERYDAY)) == {}


@pytest.mark.long
@pytest.mark.parametrize("first", range(EVERYDAY, CI, AT_ONCE))
def test_two_thousand_seeds_break_nothing(first: int) -> None:
    assert failing(range(first, first + AT_ONCE)) == {}


def test_without_the_routing_lock_the_simulation_goes_red(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it would say if a use case forgot to ask for the lock: seeds that break nothing at all would prove nothing."""
    monkeypatch.setattr(SimulatedStore, "has_lock", False)

    assert next((seed for seed in range(EVERYDAY) if is_broken(seed)), None) is not None


def is_broken(seed: int) -> bool:
    try:
        return bool(run(seed))
    except Refused:
        return True


@pytest.mark.parametrize("seed", range(5))
def test_a_seed_tells_the_same_story_each_time(seed: int) -> None:
    stories = [finished(digest(played(seed)[0])) for _ in range(2)]

    assert stories[0] == stories[1]
    assert stories[0]["leads"]


def test_seeds_tell_of_answers_losses_and_deaths() -> None:
    """A simulation in which nothing happens would break nothing either."""
    ledgers = [played(seed)[1] for seed in range(40)]

    assert sum(len(ledger.answers) for ledger in ledgers) > 100
    assert sum(sum(ledger.steps.values()) for ledger in ledgers) > 20
    assert sum(len(ledger.signals) for ledger in ledgers) > 20
    assert {was_told for ledger in ledgers for was_told in ledger.notes.values()} == {True, False}


if __name__ == "__main__":
    print("\n".join(run(int(sys.argv[1]))) or "nothing is broken")
