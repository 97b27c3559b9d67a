"""What the commands about rule sets do, and `leadline rescore`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from leadline.bootstrap import build_house
from leadline.clock import utc_now
from leadline.commands.database import with_store
from leadline.config import Settings
from leadline.domain.activities import Actor
from leadline.domain.errors import Fault, Invalid
from leadline.domain.publications import Published, read_rules
from leadline.domain.rescoring import Migration, Move
from leadline.domain.rulesets import RuleSet
from leadline.domain.scoring import compile
from leadline.ports import Store
from leadline.usecases import preview
from leadline.usecases.publish import Publication, publish_rules, roll_back
from leadline.usecases.rescore_leads import Progress, rescore_leads
from leadline.usecases.rules import find_newest

COMMAND_LINE = Actor("system", "the command line")
PAGE = 100

Tell = Callable[[Progress], None]


@dataclass(slots=True)
class Previewed:
    """What rules would do, or what is left to do: `version` is that of rules which are published."""

    name: str
    version: int | None = None
    migration: Migration = field(default_factory=Migration)


def read_file(content: bytes) -> RuleSet:
    """The rule set in a file. Raises Invalid with every fault."""
    try:
        document = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid([Fault("", f"is not JSON: {error}")]) from error
    return read_rules(document)


def list_rulesets() -> list[Published]:
    """Every published rule set, newest first."""

    async def work(settings: Settings, store: Store) -> list[Published]:
        await build_house(settings, store)
        page = await store.list_rulesets(None, PAGE)
        found = list(page.items)
        while page.next is not None:
            page = await store.list_rulesets(page.next, PAGE)
            found += page.items
        return found

    return with_store(work)


def get_ruleset(version: int | None) -> Published:
    """A published rule set, the one that scores where no version is named. Raises NotFound."""

    async def work(settings: Settings, store: Store) -> Published:
        newest = (await build_house(settings, store)).scorer.version
        return await store.get_ruleset(newest if version is None else version)

    return with_store(work)


def publish(ruleset: RuleSet, *, notifies: bool, told: Callable[[Published], None], tell: Tell) -> Progress | None:
    """Publish a rule set and rescore the open leads. `told` hears of the publication once it is committed."""

    async def work(settings: Settings, store: Store) -> Progress | None:
        house = await build_house(settings, store)
        told(await publish_rules(store, ruleset, Publication(COMMAND_LINE, utc_now(), notifies)))
        return await rescore_leads(store, house, utc_now(), tell=tell)

    return with_store(work)


def rollback(version: int, *, notifies: bool, told: Callable[[Published], None], tell: Tell) -> Progress | None:
    """Publish an earlier version anew and rescore; None where it is the one that scores. Raises NotFound."""

    async def work(settings: Settings, store: Store) -> Progress | None:
        house = await build_house(settings, store)
        newest = await find_newest(store)
        if newest is not None and newest.ruleset.version == version:
            return None
        told(await roll_back(store, version, Publication(COMMAND_LINE, utc_now(), notifies)))
        return await rescore_leads(store, house, utc_now(), tell=tell)

    return with_store(work)


def rescore(tell: Tell) -> Progress | None:
    """Bring the open leads to the rule set that scores."""

    async def work(settings: Settings, store: Store) -> Progress | None:
        return await rescore_leads(store, await build_house(settings, store), utc_now(), tell=tell)

    return with_store(work)


def preview_rules(ruleset: RuleSet, told: Callable[[Move], None]) -> Previewed:
    """What the publication of a rule set would do."""

    async def work(settings: Settings, store: Store) -> Previewed:
        migration, _ = await preview.preview(store, compile(ruleset), told)
        return Previewed(ruleset.name, None, migration)

    return with_store(work)


def preview_version(version: int | None, told: Callable[[Move], None]) -> Previewed:
    """What a roll back would do; without a version, what is left for `leadline rescore`. Raises NotFound."""

    async def work(settings: Settings, store: Store) -> Previewed:
        newest = (await build_house(settings, store)).scorer.version
        published = await store.get_ruleset(newest if version is None else version)
        done = newest if version in (None, newest) else None
        migration, _ = await preview.preview(store, compile(published.ruleset), told, done_version=done)
        return Previewed(published.ruleset.name, published.ruleset.version, migration)

    return with_store(work)


def published_json(row: Published) -> dict[str, Any]:
    """A published rule set without its rules."""
    return {
        "version": row.ruleset.version,
        "name": row.ruleset.name,
        "published_at": row.published_at.isoformat(),
        "by": row.actor_name,
        "restores": row.restores,
        "notifies": row.notifies,
    }
