"""Whatever is done to a house, in any order: after each deed the doctor finds nothing."""

import asyncio
import random
from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from leadline.ports import Store
from leadline.storage.memory import MemoryStore
from leadline.storage.postgres.store import open_store
from leadline.usecases.doctor import examine
from tests.builders import HOUSE, NOW, deciding
from tests.conftest import Servers, empty
from tests.deeds import NAMES, begin, do

T = TypeVar("T")

chances: st.SearchStrategy[random.Random] = st.randoms(use_true_random=False)


class House(RuleBasedStateMachine):
    """A team of three and whatever happens to it. Time goes on by minutes, and now and then by more than a day."""

    url: str | None = None

    def __init__(self) -> None:
        super().__init__()
        self._loop = asyncio.new_event_loop()
        self._now = NOW
        # What it compiles of later rule sets is of this world alone.
        self._house = replace(HOUSE, compiled={})
        self._store = self._wait(self._opened())

    def teardown(self) -> None:
        self._wait(self._store.close())
        self._loop.close()

    async def _opened(self) -> Store:
        if self.url is None:
            return MemoryStore()
        await empty(self.url)
        return await open_store(self.url, pool_size=1, as_app=True)

    def _wait(self, doing: Awaitable[T]) -> T:
        return self._loop.run_until_complete(doing)  # type: ignore[arg-type]

    @initialize(chance=chances)
    def begin(self, chance: random.Random) -> None:
        self._wait(begin(self._store, deciding(NOW), chance))

    @rule(name=st.sampled_from(NAMES), chance=chances, minutes=st.sampled_from([0, 1, 7, 700, 1441]))
    def happens(self, name: str, chance: random.Random, minutes: int) -> None:
        self._now += timedelta(minutes=minutes)
        self._wait(do(name, self._store, replace(deciding(self._now), house=self._house), chance))

    @invariant()
    def nothing_is_found(self) -> None:
        assert self._wait(examine(self._store, None)).findings == []


def machine_on(url: str | None) -> type[House]:
    return type("HouseOnAStore", (House,), {"url": url})


def tried(examples: int, steps: int) -> Any:
    return settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
    )


def test_whatever_is_done_nothing_is_found() -> None:
    run_state_machine_as_test(machine_on(None), settings=tried(12, 25))  # type: ignore[no-untyped-call]


@pytest.mark.long
def test_whatever_is_done_nothing_is_found_many_times() -> None:
    run_state_machine_as_test(machine_on(None), settings=tried(100, 40))  # type: ignore[no-untyped-call]


@pytest.mark.long
@pytest.mark.parametrize("kind", ["postgres"])
def test_whatever_is_done_on_postgresql_nothing_is_found(servers: Servers, kind: str) -> None:
    run_state_machine_as_test(machine_on(servers.url(kind)), settings=tried(8, 30))  # type: ignore[no-untyped-call]
