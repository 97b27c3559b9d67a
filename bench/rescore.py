"""Rescoring every open lead: how long where nothing changes, against where everything does, and how long a batch holds the lock.

`python -m bench.rescore`; the leads are those of `bench.run`, all of them open."""

import asyncio
import resource
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import asyncpg

from bench.databases import Databases, databases, load
from leadline.domain.activities import SYSTEM
from leadline.domain.default_ruleset import DEFAULT_RULESET
from leadline.domain.publications import read_rules
from leadline.domain.rulesets import RuleSet
from leadline.domain.scoring import compile
from leadline.ids import new_id
from leadline.ports import Store
from leadline.storage.postgres import migrate
from leadline.storage.postgres.store import open_store
from leadline.usecases.deciding import House
from leadline.usecases.publish import Publication, publish_rules
from leadline.usecases.rescore_leads import Pace, rescore_leads
from leadline.usecases.rules import current_ruleset

SAME = replace(DEFAULT_RULESET, name="Same")
# The leads have no answers but a business address: Cold by the default, and Warm, so routed where nobody owns them, by this.
OTHER = read_rules({"name": "Other", "groups": [{"name": "email", "rules": [{"when": {"email_class": "business"}, "points": 60}]}]})  # fmt: skip
RUNS = [("made true", SAME), ("nothing changes", SAME), ("everything changes", OTHER), ("nothing changes", OTHER)]


def main() -> None:
    """Print a line for each run."""
    with tempfile.TemporaryDirectory() as folder, databases(Path(folder)) as found:
        asyncio.run(migrate.upgrade(found.owner))
        load(found)
        asyncio.run(_measure(found))


async def _measure(found: Databases) -> None:
    owner = await asyncpg.connect(found.owner)
    await owner.execute("UPDATE leadline.leads SET status = 'New' WHERE status IN ('Disqualified', 'Opportunity')")
    store = await open_store(found.app, as_app=False)
    await current_ruleset(store, DEFAULT_RULESET, datetime.now(UTC))
    for name, ruleset in RUNS:
        await owner.execute("VACUUM ANALYZE leadline.leads")
        await _run(store, name, ruleset)
    await store.close()
    await owner.close()


async def _run(store: Store, name: str, ruleset: RuleSet) -> None:
    house, held = House(compile(DEFAULT_RULESET), new_id), _Held()
    await publish_rules(store, ruleset, Publication(SYSTEM, datetime.now(UTC)))
    began = time.perf_counter()
    with held:
        progress = await rescore_leads(store, house, datetime.now(UTC))
    seconds = time.perf_counter() - began
    assert progress is not None
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{name:20} {progress.done} leads, {progress.changed} changed, {seconds:.1f} s, {held}, {memory} MB at most")


class _Held:
    """How long batches held what others wait for."""

    def __init__(self) -> None:
        self._seconds: list[float] = []
        self._took = Pace.took

    def __enter__(self) -> None:
        def took(pace: Pace, seconds: float) -> None:
            self._seconds.append(seconds)
            self._took(pace, seconds)

        Pace.took = took  # type: ignore[method-assign]

    def __exit__(self, *_: object) -> None:
        Pace.took = self._took  # type: ignore[method-assign]

    def __str__(self) -> str:
        seconds = sorted(self._seconds) or [0.0]
        half, most = seconds[len(seconds) // 2], seconds[len(seconds) * 99 // 100]
        return f"held p50 {half * 1000:.0f} ms, p99 {most * 1000:.0f} ms"


if __name__ == "__main__":
    main()
