"""Puts the application together: the only module that names concrete adapters."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from leadline.config import Settings
from leadline.domain.default_ruleset import DEFAULT_RULESET
from leadline.domain.rulesets import RuleSet
from leadline.domain.scoring import compile as compile_rules
from leadline.ids import new_id
from leadline.ports import Store
from leadline.storage.postgres import migrate
from leadline.storage.postgres.store import open_store
from leadline.usecases.capture import capture_leads
from leadline.usecases.capture_queue import CaptureQueue
from leadline.usecases.deciding import House
from leadline.usecases.rules import current_ruleset, find_ruleset
from leadline.web.services import Keys, Services, utc_now


async def migrate_database(settings: Settings) -> bool:
    """Bring the database up to the newest revision; False where it stood there already."""
    return await migrate.upgrade(owner_url(settings))


def owner_url(settings: Settings) -> str:
    """The login of migrations and night jobs."""
    url = settings.database_owner_url or settings.database_url
    assert url is not None, "an embedded server puts its URLs into the settings before anything connects"
    return url


@asynccontextmanager
async def open_database(settings: Settings, *, pool_size: int = 10) -> AsyncIterator[Store]:
    """The store behind DATABASE_URL. With one URL for both roles, every connection gives up the owner's rights."""
    assert settings.database_url is not None
    store = await open_store(
        settings.database_url,
        pool_size=pool_size,
        as_app=settings.database_owner_url is None,
        through_pooler=settings.database_through_pooler,
    )
    try:
        yield store
    finally:
        await store.close()


async def build_house(settings: Settings, store: Store) -> House:
    """The rules as they stand now, published on first use."""
    ruleset = await current_ruleset(store, DEFAULT_RULESET, utc_now())
    return House(compile_rules(ruleset), new_id, settings.slack_channel)


@asynccontextmanager
async def build(settings: Settings, store: Store, secret_key: str) -> AsyncIterator[Services]:
    """A running application: its queue takes submissions from here on and is finished at the end."""
    house = await build_house(settings, store)

    async def find(version: int) -> RuleSet:
        return await find_ruleset(store, version)

    queue = CaptureQueue(lambda items: capture_leads(store, house, items, utc_now()))
    queue.start()
    try:
        yield Services(settings, secret_key, store, house, queue, Keys(store), find)
    finally:
        await queue.close()
