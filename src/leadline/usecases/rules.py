"""Rule sets: which one scores now, and the ones that scored before."""

from datetime import datetime

from leadline.domain.errors import NotFound
from leadline.domain.rulesets import RuleSet
from leadline.ports import Store, Tx


async def current_ruleset(store: Store, default: RuleSet, now: datetime) -> RuleSet:
    """The newest published rule set; `default` is published where there is none yet."""
    published = await store.list_rulesets()
    if published:
        return published[-1][0]

    async def work(tx: Tx) -> None:
        tx.add_rulesets([default], now)

    await store.transact(work)
    return default


async def find_ruleset(store: Store, version: int) -> RuleSet:
    """A published rule set. Raises NotFound."""
    for ruleset, _ in await store.list_rulesets():
        if ruleset.version == version:
            return ruleset
    raise NotFound(f"no rule set {version}")
