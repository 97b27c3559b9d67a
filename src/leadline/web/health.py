"""Whether this process lives and can take leads."""

import os
import platform

from litestar import Response, get
from litestar.di import NamedDependency

from leadline.domain.errors import Unavailable
from leadline.web.actions import doing
from leadline.web.answers import json_answer
from leadline.web.services import Services


@get("/healthz", tags=["health"], operation_id="health", opt=doing("open"))
async def healthz() -> Response[bytes]:
    """The process answers; nothing else is asked."""
    return json_answer({"status": "alive", "pid": os.getpid()})


@get("/readyz", tags=["health"], operation_id="readiness", opt=doing("open"))
async def readyz(services: NamedDependency[Services]) -> Response[bytes]:
    """503 only when no lead can be taken. Names instance and process."""
    facts = {"instance": platform.node(), "pid": os.getpid(), "waiting_for_commit": services.queue.depth}
    try:
        await services.store.ping()
    except Unavailable as outage:
        headers = {"Retry-After": str(outage.retry_after_seconds)}
        return json_answer({"status": "cannot take leads", "reason": str(outage), **facts}, 503, headers)
    return json_answer({"status": "ready", "warnings": [], **facts})
