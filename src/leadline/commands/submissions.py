"""What the commands about raw postings do."""

from collections.abc import Callable
from datetime import date
from typing import Any

from leadline.bootstrap import build_house
from leadline.clock import utc_now
from leadline.commands.database import with_store
from leadline.config import Settings
from leadline.domain.activities import SYSTEM
from leadline.domain.day_summary import DaySummary
from leadline.domain.errors import NotFound
from leadline.domain.intake import Intake
from leadline.ports import Store
from leadline.sources.payloads import read_into
from leadline.usecases.day_summary import summarize_day
from leadline.usecases.replay import Replayed, Wanted
from leadline.usecases.replay import replay as replay_postings


def summary(day: date) -> DaySummary:
    """The figures of a UTC day."""

    async def work(settings: Settings, store: Store) -> DaySummary:
        return await summarize_day(store, day)

    return with_store(work)


def replay(wanted: Wanted, tell: Callable[[Replayed], None], *, dry_run: bool) -> Replayed:
    """Read postings again by their endpoints as they are now, and capture them. Raises NotFound for what was named and is not
    there."""

    async def work(settings: Settings, store: Store) -> Replayed:
        endpoints = {endpoint.name: endpoint for endpoint in await store.list_endpoints()}
        if wanted.endpoint not in (None, settings.webflow_endpoint, *endpoints):
            raise NotFound(f"no endpoint {wanted.endpoint}")

        async def read(item: Intake) -> None:
            read_into(item, endpoints.get(item.endpoint or ""))

        house = await build_house(settings, store)
        return await replay_postings(store, house, wanted, read, SYSTEM, utc_now, dry_run=dry_run, tell=tell)

    return with_store(work)


def counts(told: Replayed, *, dry_run: bool) -> dict[str, Any]:
    """The figures, which add up: found = settled + in_doubt + faulty + readable, or the sum of the outcomes in its place."""
    figures: dict[str, Any] = {name: getattr(told, name) for name in ("found", "settled", "in_doubt", "faulty")}
    return figures | ({"readable": told.readable} if dry_run else {"outcomes": dict(sorted(told.outcomes.items()))})
