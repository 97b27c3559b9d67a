"""Whether this process lives and can take leads."""

import os
import platform
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from leadline.clock import utc_now
from leadline.domain.errors import LeadlineError, Unavailable
from leadline.domain.workers import alive
from leadline.ports import Store
from leadline.usecases.standby import Standby
from leadline.web.actions import doing
from leadline.web.answers import json_answer
from leadline.web.services import Services

_LATER = {"Retry-After": "5"}
NO_WORKER = "no worker is alive: messages wait; start `leadline worker`, or restart `leadline serve`"


@get("/healthz", tags=["health"], operation_id="health", opt=doing("open"))
async def healthz() -> Response[bytes]:
    """The process answers; nothing else is asked."""
    return json_answer({"status": "alive", "pid": os.getpid()})


@get("/readyz", tags=["health"], operation_id="readiness", opt=doing("open"))
async def readyz(services: NamedDependency[Services]) -> Response[bytes]:
    """503 only when no lead can be taken. Names instance and process."""
    facts = {"instance": platform.node(), "pid": os.getpid(), "waiting_for_commit": services.queue.depth}
    if services.standby is not None:
        return await _with_standby(services.standby, services.store, facts)
    try:
        await services.store.ping()
    except Unavailable as outage:
        headers = {"Retry-After": str(outage.retry_after_seconds)}
        return json_answer({"status": "cannot take leads", "reason": str(outage), **facts}, 503, headers)
    return json_answer({"status": "ready", "warnings": await _of_workers(services.store), **facts})


async def _with_standby(standby: Standby, store: Store, facts: dict[str, Any]) -> Response[bytes]:
    """With a journal leads are taken while the database is away, too, as long as there is room."""
    try:
        oldest = await standby.journal.oldest()
    except Unavailable as fault:
        # Nothing can be taken in an outage then; there is none yet.
        if standby.watch.is_away:
            return json_answer({"status": "cannot take leads", "reason": str(fault), **facts}, 503, _LATER)
        return json_answer({"status": "ready", "warnings": [str(fault)], **facts})
    depth = standby.journal.depth
    if standby.watch.is_away and not standby.journal.room:
        reason = f"the database does not answer, and the journal is full: {depth} submissions wait in it"
        return json_answer({"status": "cannot take leads", "reason": reason, **facts}, 503, _LATER)
    away = "the database does not answer; submissions are kept in the journal"
    warnings = [away] if standby.watch.is_away else await _of_workers(store)
    if depth:
        since = f", the oldest since {oldest:%Y-%m-%d %H:%M:%S} UTC" if oldest else ""
        warnings.append(f"{depth} submissions wait in the journal to be brought in{since}")
    return json_answer({"status": "ready", "warnings": warnings, **facts})


async def _of_workers(store: Store) -> list[str]:
    """What there is to say about those who send messages."""
    try:
        return [] if alive(await store.list_workers(), utc_now()) else [NO_WORKER]
    except LeadlineError:
        return []
