"""Publishing: a rule set gets the next version and scores from that commit on, in every process. Old versions stay for ever."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from leadline.domain.activities import Actor
from leadline.domain.errors import Conflict, NotFound
from leadline.domain.publications import Draft, Published
from leadline.domain.rulesets import RuleSet
from leadline.ports import Store, Tx
from leadline.usecases.draft import find_draft


@dataclass(frozen=True, slots=True)
class Publication:
    """Who publishes, when, and whether the leads that the new rules move may be told about."""

    actor: Actor
    now: datetime
    notifies: bool = False


@dataclass(frozen=True, slots=True)
class _Choice:
    """What is to be published, and which draft it was."""

    ruleset: RuleSet
    draft: Draft | None = None
    restores: int | None = None


async def publish_rules(store: Store, ruleset: RuleSet, publication: Publication) -> Published:
    """Publish a rule set as the next version. The leads that are open follow (`rescore_leads`)."""

    async def choose(tx: Tx, newest: int) -> _Choice:
        return _Choice(ruleset)

    return await _publish(store, choose, publication)


async def publish_draft(
    store: Store, draft_id: UUID, publication: Publication, *, seen: str | None = None
) -> Published:
    """Publish a draft, which is no draft any more then. Raises NotFound, and StaleDraft where `seen` is another version."""

    async def choose(tx: Tx, newest: int) -> _Choice:
        draft = find_draft(await tx.drafts(), draft_id, seen)
        return _Choice(draft.ruleset, draft)

    return await _publish(store, choose, publication)


async def roll_back(store: Store, version: int, publication: Publication) -> Published:
    """Publish what an earlier version says as the next one. Raises NotFound, Conflict for the version that scores already."""

    async def choose(tx: Tx, newest: int) -> _Choice:
        found = await tx.ruleset(version)
        if found is None:
            raise NotFound(f"no rule set {version}")
        if version == newest:
            raise Conflict(f"rule set {version} is the one that scores")
        return _Choice(found, restores=version)

    return await _publish(store, choose, publication)


async def _publish(
    store: Store, choose: Callable[[Tx, int], Awaitable[_Choice]], publication: Publication
) -> Published:
    """Under the routing lock: a decision that is under way commits before, one that comes after reads the new version."""
    actor = publication.actor

    async def work(tx: Tx) -> Published:
        newest = (await tx.intake_view([], [])).ruleset_version or 0
        choice = await choose(tx, newest)
        published = Published(
            replace(choice.ruleset, version=newest + 1),
            publication.now,
            actor.kind,
            actor.name,
            actor.user_id,
            choice.restores,
            publication.notifies,
        )
        tx.add_rulesets([published])
        if choice.draft is not None:
            tx.remove_drafts([choice.draft])
        return published

    return await store.transact(work, routing=True)
