"""A world of one seed: who goes on next at each await, what breaks and who dies is drawn from it, so a run can be had again."""

import random
from collections.abc import Coroutine, Generator
from typing import Any, TypeVar

T = TypeVar("T")

STEPS_MAX = 20_000


def finished(doing: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that waits for nobody."""
    try:
        doing.send(None)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]
    raise AssertionError("it waits for somebody")


class _Pause:
    """Gives the turn away. `key` names what must be free to go on."""

    def __init__(self, key: str | None) -> None:
        self._key = key

    def __await__(self) -> Generator[str | None, None, None]:
        yield self._key


class Scheduler:
    """Runs coroutines turn by turn. They await nothing but `pause` and `lock`."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._holders: dict[str, int] = {}
        self._current = 0

    async def pause(self) -> None:
        """Let others go first, or not."""
        await _Pause(None)

    async def lock(self, key: str) -> None:
        """Go on as the only holder of a lock."""
        await _Pause(key)
        self._holders[key] = self._current

    def unlock(self, key: str) -> None:
        """Let it go; whose caller has died lets go of what it held."""
        if self._holders.get(key) == self._current:
            del self._holders[key]

    def run(self, jobs: dict[int, Coroutine[Any, Any, None]], death_rate: float) -> set[int]:
        """Run all to their ends; answers which of them died on the way."""
        waiting: dict[int, str | None] = dict.fromkeys(jobs)
        dead: set[int] = set()
        for _ in range(STEPS_MAX):
            if not waiting:
                return dead
            ready = [number for number, key in waiting.items() if key not in self._holders]
            self._current = self._chance.choice(ready)
            job = jobs[self._current]
            if self._chance.random() < death_rate:
                job.close()
                dead.add(self._current)
                del waiting[self._current]
                continue
            try:
                waiting[self._current] = job.send(None)
            except StopIteration:
                del waiting[self._current]
        raise AssertionError(f"the run does not end: {waiting} wait for {self._holders}")
