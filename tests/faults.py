"""Failing the n-th call to a store, for every n: the memory store by its hook, PostgreSQL by connections that break."""

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, Literal

import asyncpg

from leadline.domain.errors import Unavailable
from leadline.ports import Store, UnknownOutcome
from leadline.storage.memory import MemoryStore
from leadline.storage.postgres.store import PostgresStore
from tests.invariants import every_lead, pages, trail

# before: the call never reached the store. after: it did, and its answer was lost. for_good: nor does any call after it.
Kind = Literal["before", "after", "for_good"]
KINDS: tuple[Kind, ...] = ("before", "after", "for_good")


class Faults:
    """Counts the calls, and fails the n-th of them once it is armed."""

    def __init__(self) -> None:
        self.has_fired = False
        self._left = 0
        self._kind: Kind = "before"
        self._is_armed = False

    def arm(self, nth: int, kind: Kind) -> None:
        self._left, self._kind, self._is_armed, self.has_fired = nth, kind, True, False

    def disarm(self) -> None:
        self._is_armed = False

    def due(self) -> Kind | None:
        """Which way this call is to fail, or None."""
        if not self._is_armed:
            return None
        self._left -= 1
        if self._left > 0 or (self._left < 0 and self._kind != "for_good"):
            return None
        self.has_fired = True
        return "before" if self._kind == "for_good" else self._kind


def faulty_memory(faults: Faults) -> MemoryStore:
    """A memory store whose calls fail. It has no answers to lose but that of the commit."""

    def on_call(name: str) -> None:
        if faults.due():
            raise UnknownOutcome("the answer was lost") if name == "committed" else Unavailable("does not answer")

    return MemoryStore(rehearse=False, on_call=on_call)


def faulty_postgres(pool: "asyncpg.Pool[Any]", faults: Faults) -> PostgresStore:
    """A store on PostgreSQL whose connections break."""
    return PostgresStore(FaultyPool(pool, faults))  # type: ignore[arg-type]


class FaultyPool:
    """A pool that lends connections which break."""

    def __init__(self, pool: "asyncpg.Pool[Any]", faults: Faults) -> None:
        self._pool = pool
        self._faults = faults

    async def acquire(self, *, timeout: float) -> "FaultyConnection":  # noqa: ASYNC109 - as asyncpg has it
        return FaultyConnection(await self._pool.acquire(timeout=timeout), self._faults)

    async def release(self, connection: "FaultyConnection") -> None:
        await self._pool.release(connection.inner)

    def terminate(self) -> None:
        self._pool.terminate()


class FaultyConnection:
    """A connection that breaks at the n-th call, before or after the server has done what was asked."""

    def __init__(self, inner: Any, faults: Faults) -> None:
        self.inner = inner
        self._faults = faults

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.inner, name)
        return self._breaking(method) if name in ("execute", "fetch", "fetchrow", "fetchval") else method

    def _breaking(self, method: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def call(*args: Any, **options: Any) -> Any:
            kind = self._faults.due()
            if kind == "before":
                self.inner.terminate()
                raise ConnectionResetError("the connection broke")
            answer = await method(*args, **options)
            if kind == "after":
                self.inner.terminate()
                raise ConnectionResetError("the connection broke before the answer came")
            return answer

        return call


async def digest(store: Store) -> dict[str, Any]:
    """Everything a store holds, without the ids that each run makes anew."""
    leads, users = await every_lead(store), await store.list_users()
    names = {user.id: user.full_name for user in users} | {None: None}
    marks = {lead.id: (lead.email_key, lead.created_at) for lead in leads}
    submissions = await pages(lambda position, limit: store.list_submissions(None, None, position, limit))
    sent = await pages(lambda position, limit: store.list_notifications(None, None, position, limit))
    entries = [(marks[lead.id], entry) for lead in leads for entry in await trail(store, lead.id)]
    return {
        "leads": sorted(
            (*marks[lead.id], lead.status, lead.category, lead.raw_score, str(names[lead.assigned_to]), lead.phone or "",
             lead.phone_e164 or "", str(lead.waiting_since), lead.version, lead.needs_review, str(lead.updated_at))
            for lead in leads
        ),
        "users": [
            (user.full_name, user.role, user.is_active, user.max_active_leads, user.version, user.current_lead_count,
             user.total_leads_assigned, user.total_leads_contacted, user.total_leads_qualified, user.response_minutes_sum,
             user.response_count, user.last_turn_seq)
            for user in users
        ],
        "trail": Counter((mark, entry.action_type, entry.description) for mark, entry in entries),
        "notifications": Counter((marks[n.lead_id], n.template_name, n.recipient) for n in sent if n.lead_id),
        "submissions": Counter((s.outcome, s.payload, marks.get(s.lead_id) if s.lead_id else None) for s in submissions),
    }  # fmt: skip
