"""Rule sets: which one scores now, and the ones that scored before."""

from dataclasses import replace
from datetime import datetime

from leadline.domain.lead_lists import Page, Position
from leadline.domain.publications import Draft, Published
from leadline.domain.rulesets import RuleSet
from leadline.domain.scoring import compile
from leadline.ports import Store, Tx
from leadline.usecases.deciding import House


async def current_ruleset(store: Store, default: RuleSet, now: datetime) -> RuleSet:
    """The newest published rule set; `default` is published where there is none yet."""
    newest = await find_newest(store)
    if newest is not None:
        return newest.ruleset

    async def work(tx: Tx) -> None:
        tx.add_rulesets([Published(default, now, actor_name="Leadline")])

    await store.transact(work)
    return default


async def find_newest(store: Store) -> Published | None:
    """The rule set that scores; None before the first publication."""
    newest = (await store.list_rulesets(None, 1)).items
    return newest[0] if newest else None


async def house_in_force(tx: Tx, version: int | None, house: House) -> House:
    """The house with the rules that are in force in this transaction: whoever holds the routing lock and scores asks first.

    A publication takes the same lock, so every decision that commits after it scores by the new rules, in whatever process,
    and no lead that was decided by the old ones slips in behind it. `version` is what the view says."""
    if version is None or version == house.scorer.version:
        return house
    if version not in house.compiled:
        ruleset = await tx.ruleset(version)
        if ruleset is None:
            # Somebody else's hand in the routing document, which the doctor names, must not keep every lead out.
            return house
        house.compiled.clear()
        house.compiled[version] = compile(ruleset)
    return replace(house, scorer=house.compiled[version])


async def find_ruleset(store: Store, version: int) -> RuleSet:
    """A published rule set. Raises NotFound."""
    return (await store.get_ruleset(version)).ruleset


async def list_rules(store: Store, position: Position | None, limit: int) -> Page[Draft | Published]:
    """Drafts, the newest first, then published rule sets, newest version first, after ("draft", id) or (version,)."""
    drafts: list[Draft | Published] = []
    if position is None or position[0] == "draft":
        drafts = [draft for draft in await store.list_drafts() if position is None or draft.id < position[1]]
    if len(drafts) > limit:
        last = drafts[limit - 1]
        assert isinstance(last, Draft)
        return Page(drafts[:limit], ("draft", last.id))
    after = None if position is None or position[0] == "draft" else position
    published = await store.list_rulesets(after, limit - len(drafts) or 1)
    if len(drafts) == limit:
        last = drafts[-1]
        assert isinstance(last, Draft)
        return Page(drafts, ("draft", last.id) if published.items else None)
    return Page([*drafts, *published.items], published.next)
