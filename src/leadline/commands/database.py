"""What the short commands do: attach to the database, work, and leave it as it was found."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar

from leadline import embedded
from leadline.bootstrap import build_house
from leadline.clock import utc_now
from leadline.config import Settings, load
from leadline.databases import downgrade_database, find_pending_migration, migrate_database, open_database
from leadline.domain.activities import SYSTEM
from leadline.domain.findings import Finding
from leadline.domain.mapping_drift import POSTINGS
from leadline.ports import Store
from leadline.sources.mapped import drift_notes_of, mapped
from leadline.storage.postgres import migrate as migrations
from leadline.usecases.copy import Tally, copy_all, tally
from leadline.usecases.deciding import Deciding
from leadline.usecases.demo import add_demo, remove_demo
from leadline.usecases.doctor import Examination, examine
from leadline.usecases.endpoint_postings import newest_postings
from leadline.usecases.mend import examine_and_mend
from leadline.usecases.silences import find_silences, silence_notes

T = TypeVar("T")


@contextmanager
def _database(settings: Settings) -> Iterator[Settings]:
    """The settings with a database: a running one is joined, the embedded one started where none runs."""
    if not settings.is_embedded:
        yield settings
        return
    with embedded.attach(settings.home) as urls:
        yield replace(settings, database_url=urls.app, database_owner_url=urls.owner)


def with_store(work: Callable[[Settings, Store], Awaitable[T]]) -> T:
    """Work on the migrated database of the settings."""

    async def run(settings: Settings) -> T:
        await migrate_database(settings)
        async with open_database(settings, pool_size=2) as store:
            return await work(settings, store)

    with _database(load()) as settings:
        return asyncio.run(run(settings))


def migrate(revision: str | None, *, down: bool) -> str:
    """Migrate; answers in a sentence what was done."""
    with _database(load()) as settings:
        target = revision or migrations.HEAD
        if down:
            asyncio.run(downgrade_database(settings, target))
            return f"the database is back at {target}"
        done = asyncio.run(migrate_database(settings, target))
        return f"the database is now at {target}" if done else f"the database was at {target} already"


def seed(*, remove: bool) -> int:
    """Add or remove the demo; answers how many leads that were."""

    async def work(settings: Settings, store: Store) -> int:
        house = await build_house(settings, store)
        if remove:
            return await remove_demo(store, Deciding(house, utc_now(), SYSTEM))
        return await add_demo(store, house, utc_now())

    return with_store(work)


def copy(source: str, target: str, tell: Callable[[str, int], None]) -> tuple[dict[str, Tally], dict[str, Tally]]:
    """Copy everything from one database to another; answers what each holds then. `embedded` names the embedded one."""

    async def run(settings: Settings, into: Settings) -> tuple[dict[str, Tally], dict[str, Tally]]:
        await migrate_database(settings)
        await migrate_database(into)
        async with open_database(settings, pool_size=2) as read, open_database(into, pool_size=2) as written:
            await copy_all(read, written, tell)
            return await tally(read), await tally(written)

    with _named(source) as settings, _named(target) as into:
        return asyncio.run(run(settings, into))


def doctor(*, fix: bool) -> tuple[Examination, list[Finding]]:
    """Look at everything, and mend what can be; answers what was found at last and what was mended. A database that waits for
    a migration is not looked into any further."""

    async def run(settings: Settings) -> tuple[Examination, list[Finding]]:
        if pending := await find_pending_migration(settings):
            at, wanted = pending
            what = f"stands at revision {at}" if at else "has nothing of Leadline's yet"
            found = Finding("migrations", "database", f"{what}, and this Leadline wants {wanted}", "leadline migrate")
            return Examination([found]), []
        async with open_database(settings, pool_size=2) as store:
            warnings = silence_notes(await find_silences(store, utc_now())) + await drift_notes(store)
            if not fix:
                examination = await examine(store, settings.phone_region)
                examination.notes += warnings
                return examination, []
            deciding = Deciding(await build_house(settings, store), utc_now(), SYSTEM)
            first, last = await examine_and_mend(store, deciding, settings.phone_region)
            last.notes += warnings
            left = set(last.findings)
            return last, [finding for finding in first.findings if finding not in left]

    with _database(load()) as settings:
        return asyncio.run(run(settings))


@contextmanager
def _named(url: str) -> Iterator[Settings]:
    """The settings with another database than their own."""
    with _database(load(os.environ | {"DATABASE_URL": "" if url == "embedded" else url})) as settings:
        yield settings


async def drift_notes(store: Store) -> list[str]:
    """What of the endpoints' mappings drifted, in sentences."""
    endpoints = [endpoint for endpoint in await store.list_endpoints() if endpoint.is_active]
    newest = await newest_postings(store, [endpoint.name for endpoint in endpoints], POSTINGS) if endpoints else {}
    return [note for one in endpoints for note in drift_notes_of(one, mapped(one, newest[one.name]))]
