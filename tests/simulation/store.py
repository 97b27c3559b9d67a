"""The memory store as a server far away would be: every call gives the turn away, a transaction sees what others commit meanwhile
unless it holds the routing lock, and calls fail before and after they took place."""

import random
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from leadline.domain.errors import Unavailable
from leadline.ports import LostRace, Tx, UnknownOutcome
from leadline.storage.memory import MemoryStore
from leadline.storage.memory.tx import MemoryTx
from tests.simulation.scheduler import Scheduler

T = TypeVar("T")

ATTEMPTS = 8
ROUTING = "routing"
READS = ("get_lead", "list_leads", "list_users", "get_user", "find_submissions", "list_rulesets")


class SimulatedStore:
    """A store on PostgreSQL in READ COMMITTED, in small: reads are of the moment they are made, writes check the versions of what
    they change, and only the routing lock keeps others away."""

    batch_max = 64

    has_lock = True

    def __init__(self, inner: MemoryStore, scheduler: Scheduler, chance: random.Random, fault_rate: float) -> None:
        self.inner = inner
        self._scheduler = scheduler
        self._chance = chance
        self._fault_rate = fault_rate

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.inner, name)
        return self._far_away(method) if name in READS else method

    def _far_away(self, method: Callable[..., Awaitable[T]]) -> Callable[..., Awaitable[T]]:
        async def call(*args: Any, **options: Any) -> T:
            await self._scheduler.pause()
            self._break()
            return await method(*args, **options)

        return call

    async def transact(self, work: Callable[[Tx], Awaitable[T]], *, routing: bool = False) -> T:
        for attempt in range(ATTEMPTS):
            try:
                return await self._attempt(work, routing=routing)
            except LostRace:
                if attempt == ATTEMPTS - 1:
                    raise
        raise AssertionError("unreachable")

    async def _attempt(self, work: Callable[[Tx], Awaitable[T]], *, routing: bool) -> T:
        await self._scheduler.pause()
        self._break()
        if routing and self.has_lock:
            await self._scheduler.lock(ROUTING)
        try:
            tx = _LiveTx(self)
            result = await work(tx)  # type: ignore[arg-type]
            await self._commit(tx)
        finally:
            self._scheduler.unlock(ROUTING)
        # The answer is on its way: the caller may die before it comes.
        await self._scheduler.pause()
        if self._chance.random() < self._fault_rate:
            raise UnknownOutcome("the answer to the commit was lost")
        return result

    async def _commit(self, tx: "_LiveTx") -> None:
        await self._scheduler.pause()
        self._break(LostRace)
        self.inner._state = tx.applied()

    def _break(self, kind: type[Exception] = Unavailable) -> None:
        if self._chance.random() < self._fault_rate:
            raise kind("drawn from the seed")

    async def reading(self) -> None:
        """Before each read of a transaction."""
        await self._scheduler.pause()
        self._break()


class _LiveTx:
    """A transaction whose every read sees what is committed by then."""

    def __init__(self, store: SimulatedStore) -> None:
        self._store = store
        self._tx = MemoryTx(store.inner._state, lambda name: None)

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._tx, name)
        if name.startswith(("add_", "update_", "set_", "change_", "revoke_")):
            return method

        async def read(*args: Any) -> Any:
            await self._store.reading()
            self._tx._state = self._store.inner._state
            return await method(*args)

        return read

    def applied(self) -> Any:
        """What is committed now, with this transaction's writes upon it. Raises LostRace, Refused."""
        state = self._store.inner._state.copy()
        self._tx._state = state
        self._tx.flush()
        return state
