"""The preview of rules: how the open leads would move, were they scored by them. Reads only."""

from collections.abc import Callable

from leadline.domain.conditions import COUNT_MAX
from leadline.domain.lead_lists import Position
from leadline.domain.rescoring import Migration, Move
from leadline.domain.scoring import Scorer
from leadline.ports import Store

PAGE = 1_000


async def preview(
    store: Store,
    scorer: Scorer,
    tell: Callable[[Move], None],
    *,
    done_version: int | None = None,
    leads_max: int | None = None,
) -> tuple[Migration, bool]:
    """The migration of the open leads from their categories to those that `scorer` gives them; `tell` hears of each that moves.
    Leads of `done_version` stay as they are. The second answer is False where there are more than `leads_max`, and the rest were
    not looked at."""
    migration = Migration()
    position: Position | None = None
    while True:
        page = await store.list_standings(COUNT_MAX, position, PAGE)
        for lead in page.items:
            score = scorer.score(lead) if lead.ruleset_version != done_version else None
            category = score.category if score else lead.category
            migration.add(lead.category, category)
            if score and category != lead.category:
                tell(Move(lead.id, lead.company_name, lead.category, category, lead.lead_score, score.lead_score))
        position = page.next
        if position is None:
            return migration, True
        if leads_max is not None and migration.leads >= leads_max:
            return migration, False
