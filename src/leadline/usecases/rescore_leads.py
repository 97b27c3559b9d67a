"""Rescoring the open leads after a publication: in batches, beside live intake, and from wherever the last run stopped.

A lead is done when it is closed or its `ruleset_version` is the newest. Most keep their score: those are moved to the new
version by the thousand. Only where a category changes and nobody owns the lead does routing have a say, under its lock."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from leadline.domain.activities import SYSTEM
from leadline.domain.leads import Category, Lead, is_open
from leadline.domain.publications import Published
from leadline.domain.rescoring import Migration, Standing, is_same, needs_routing
from leadline.domain.routing import Roster
from leadline.domain.scoring import compile
from leadline.ports import Store, Tx
from leadline.usecases.deciding import Deciding, House, Writes
from leadline.usecases.one_lead import Scene, settle_place
from leadline.usecases.rescore import alert_owner, rescored
from leadline.usecases.rules import find_newest

PAGE = 1_000
# Leads that somebody works on while they are looked at are left for the next pass.
PASSES_MAX = 10
PASS_PAUSE_SECONDS = 0.2
# How long a batch may keep live intake waiting. Under the routing lock it keeps everybody waiting, so it aims at half of that;
# without it only who wants the same leads.
HOLD_SECONDS_MAX = 0.05
FIRST_BATCH = 16


@dataclass(slots=True)
class Progress:
    """How far a run has come: leads brought to the version, how many of them changed, how categories moved, how many are
    left."""

    version: int
    left: int
    done: int = 0
    changed: int = 0
    migration: Migration = field(default_factory=Migration)


@dataclass(slots=True)
class Pace:
    """How many leads go into a batch, from how long the last one held what others wait for."""

    size_max: int
    aim_seconds: float
    size: int = FIRST_BATCH

    def took(self, seconds: float) -> None:
        """Grow while there is room for twice as many, shrink at once where it was too long."""
        if seconds > self.aim_seconds:
            self.size = max(1, self.size // 2)
        elif seconds < self.aim_seconds / 3:
            self.size = min(self.size_max, self.size * 2)


async def _go_on() -> None:
    await asyncio.sleep(0)


async def rescore_leads(
    store: Store,
    house: House,
    now: datetime,
    *,
    pause: Callable[[], Awaitable[None]] = _go_on,
    tell: Callable[[Progress], None] = lambda progress: None,
) -> Progress | None:
    """Bring every open lead to the newest rule set; None where none is published. `pause` is awaited between batches and may
    take its time while intake is busy; `tell` hears how far it is. Stopped anywhere, it goes on from there when it is called
    again. What is left at the end (`left`) changed all the time, or a newer rule set was published: call again."""
    newest = await find_newest(store)
    if newest is None:
        return None
    version = newest.ruleset.version
    total = await store.count_standings(version)
    progress = Progress(version, total)
    if total:
        run = _Run(store, _deciding(house, newest, now), progress, pause)
        for number in range(PASSES_MAX):
            if number:
                await asyncio.sleep(PASS_PAUSE_SECONDS)
            if not await run.go_through(tell):
                break
        # Counted anew: who was passed over has been counted twice, who was closed meanwhile not at all.
        progress.left = await store.count_standings(version)
        progress.done = total - progress.left
    return progress


def _deciding(house: House, newest: Published, now: datetime) -> Deciding:
    version = newest.ruleset.version
    scorer = house.scorer if house.scorer.version == version else house.compiled.get(version)
    return Deciding(replace(house, scorer=scorer or compile(newest.ruleset)), now, SYSTEM, newest.notifies)


class _Run:
    """One run to one version."""

    def __init__(
        self, store: Store, deciding: Deciding, progress: Progress, pause: Callable[[], Awaitable[None]]
    ) -> None:
        self._store = store
        self._deciding = deciding
        self._progress = progress
        self._pause = pause
        self._paces = {
            True: Pace(store.batch_max, HOLD_SECONDS_MAX / 2),
            False: Pace(store.batch_max, HOLD_SECONDS_MAX),
        }

    async def go_through(self, tell: Callable[[Progress], None]) -> bool:
        """One pass over all that others have scored; False where there was nothing."""
        position, found = None, False
        while True:
            page = await self._store.list_standings(self._progress.version, position, PAGE)
            found = found or bool(page.items)
            await self._rescore(page.items)
            self._progress.left = max(0, self._progress.left - len(page.items))
            tell(self._progress)
            if page.next is None:
                return found
            position = page.next

    async def _rescore(self, leads: Sequence[Standing]) -> None:
        same: list[Standing] = []
        owned: list[UUID] = []
        routed: list[UUID] = []
        for lead in leads:
            score = self._deciding.house.scorer.score(lead)
            if is_same(lead, score):
                same.append(lead)
            else:
                (routed if needs_routing(lead, score.category) else owned).append(lead.id)
        await self._move(same)
        await self._change(owned, routing=False)
        await self._change(routed, routing=True)

    async def _move(self, same: Sequence[Standing]) -> None:
        """Leads whose score stays: nothing of them is written but the version of the rules."""
        if not same:
            return

        async def work(tx: Tx) -> None:
            tx.move_to_ruleset(self._progress.version, [(lead.id, lead.version) for lead in same])

        await self._store.transact(work)
        self._progress.done += len(same)
        for lead in same:
            self._progress.migration.add(lead.category, lead.category)
        await self._pause()

    async def _change(self, ids: list[UUID], *, routing: bool) -> None:
        pace = self._paces[routing]
        while ids:
            batch = _Batch(ids[: pace.size], self._progress.version, self._deciding, routing)
            del ids[: pace.size]
            moves = await self._store.transact(batch.work, routing=routing)
            pace.took(asyncio.get_running_loop().time() - batch.began)
            self._progress.done += len(moves)
            self._progress.changed += len(moves)
            for old, new in moves:
                self._progress.migration.add(old, new)
            await self._pause()


@dataclass(slots=True)
class _Batch:
    """Leads that change, in one transaction. `began` is when nothing had to be waited for any more."""

    ids: list[UUID]
    version: int
    deciding: Deciding
    routing: bool
    began: float = 0.0

    async def work(self, tx: Tx) -> list[tuple[Category, Category]]:
        """Score the leads as they stand now; answers the categories of those that were rescored. Whoever was rescored, closed
        or became a matter of routing meanwhile is left out."""
        self.began = asyncio.get_running_loop().time()
        found = sorted(await tx.leads(self.ids), key=lambda lead: lead.id)
        leads = [lead for lead in found if is_open(lead) and lead.ruleset_version < self.version]
        view = await tx.intake_view([(lead.email_key, lead.created_at) for lead in leads if self.routing], [])
        if not leads or view.ruleset_version != self.version:
            return []
        owners = {known.email_key: known.assigned_to for known in view.latest}
        scene = Scene(Roster(view.users), self.deciding, Writes())
        moves = []
        for lead in leads:
            changed = self._rescored(lead, replace(scene, returning_owner=owners.get(lead.email_key)))
            if changed is not None:
                scene.writes.changed_leads.append(replace(changed, updated_at=self.deciding.now))
                moves.append((lead.category, changed.category))
        await scene.writes.hand_to(tx, self.deciding.writer())
        return moves

    def _rescored(self, lead: Lead, scene: Scene) -> Lead | None:
        changed, trail = rescored(lead, f"rule set {self.version} was published", self.deciding)
        if not self.routing and needs_routing(lead, changed.category):
            return None
        scene.writes.activities.extend(trail)
        alert_owner(lead, changed, scene.roster, self.deciding, scene.writes)
        return settle_place(lead, changed, scene) if self.routing else changed
