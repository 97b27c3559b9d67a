"""Taking an import back: the leads it made are deleted, what it filled in elsewhere is given back, its rows may come again.

Batch by batch beside live intake. How far it is, and what came of it, is written with each batch: cut off, it goes on from there."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from leadline.domain.activities import Activity
from leadline.domain.errors import Conflict, LeadlineError
from leadline.domain.imports import (
    KEPT_MAX,
    ImportRun,
    given_back,
    goes_on,
    import_taken_back,
    is_of_import,
    row_id,
    says_taken_back,
    why_kept,
)
from leadline.domain.leads import Lead
from leadline.domain.routing import Roster
from leadline.ports import Store, Tx
from leadline.usecases import mark
from leadline.usecases.assign import drain
from leadline.usecases.deciding import Deciding, Writes
from leadline.usecases.import_leads import get_import
from leadline.usecases.one_lead import Act, Scene, write_change
from leadline.usecases.rescore_leads import HOLD_SECONDS_MAX, Pace
from leadline.usecases.rules import house_in_force

TRIES = 5
BUSY = "it is being changed all the time"

Tell = Callable[[ImportRun], None]


async def undo_import(
    store: Store, run_id: UUID, deciding: Deciding, tell: Tell = lambda run: None, *, was_stopped: bool = False
) -> ImportRun:
    """Take a run back. A lead that people have worked on since is kept. The trail, the submissions and the run stay. Cut off
    anywhere, calling it again goes on; `tell` hears how far it is. Raises NotFound; Conflict while the import itself goes on,
    unless whoever calls has stopped it."""
    run = await get_import(store, run_id)
    if not was_stopped and goes_on(run, deciding.now):
        raise Conflict("this import still goes on: stop it, or wait for its end, and take it back then")
    pace = Pace(store.batch_max, HOLD_SECONDS_MAX / 2)
    clock = asyncio.get_running_loop().time
    tries = 0
    while run.undone_at is None:
        batch = await _look(store, run, deciding, pace.size)
        batch.is_last_try = tries == TRIES - 1
        try:
            run = await store.transact(batch.work, routing=True)
            tries = 0
        except _Changed:
            tries += 1
        pace.took(clock() - batch.began)
        tell(run)
        # Live intake of the same process goes first.
        await asyncio.sleep(0)
    return run


class _Changed(LeadlineError):
    """Somebody changed a lead of the batch after its trail was read."""


@dataclass(slots=True)
class _Batch:
    """Some rows of a run, the leads behind them as they were seen, and what had happened to each of them.
    `began` is when nothing had to be waited for any more."""

    run: ImportRun
    rows: int
    leads: dict[UUID, Lead]
    trails: Mapping[UUID, Sequence[Activity]]
    deciding: Deciding
    is_last_try: bool = False
    began: float = 0.0

    async def work(self, tx: Tx) -> ImportRun:
        """Take the leads back and say so in the run; answers the run as it then stands."""
        self.began = asyncio.get_running_loop().time()
        run = next(stored for stored in await tx.import_runs() if stored.id == self.run.id)
        if run.version != self.run.version:
            raise Conflict("somebody else takes this import back at the same time, or goes on with it")
        leads = sorted(await tx.leads(list(self.leads)), key=lambda lead: lead.id)
        changed = [lead for lead in leads if lead.version != self.leads[lead.id].version]
        if changed and not self.is_last_try:
            raise _Changed("somebody changed a lead of this import meanwhile")
        view = await tx.intake_view([], [])
        house = await house_in_force(tx, view.ruleset_version, self.deciding.house)
        scene = Scene(Roster(view.users), replace(self.deciding, house=house), Writes())
        waiting = await tx.waiting(len(leads)) if leads else []
        run = replace(run, kept=dict(run.kept), undo_rows=run.undo_rows + self.rows, updated_at=self.deciding.now)
        for lead in leads:
            if lead in changed:
                _keep(run, lead, BUSY)
            elif not lead.is_deleted:
                self._take_back(run, lead, scene)
        drain([lead for lead in waiting if lead.id not in self.leads], scene.roster, scene.deciding, scene.writes)
        await scene.writes.hand_to(tx, scene.deciding.writer())
        if run.undo_rows >= run.rows:
            run.undone_at = self.deciding.now
        tx.update_import_runs([run])
        return replace(run, version=run.version + 1)

    def _take_back(self, run: ImportRun, lead: Lead, scene: Scene) -> None:
        is_made = lead.import_id == run.id
        trail = self.trails[lead.id] if is_made else _since(self.trails[lead.id], run.id)
        if not is_made and not any(is_of_import(activity, run.id) for activity in trail):
            return
        if why := why_kept(lead, trail, run.id):
            _keep(run, lead, why)
            return
        act = mark.delete if is_made else _give_back(trail, run.id)
        write_change(lead, act(lead, scene), scene)
        run.deleted += is_made
        run.given_back += not is_made


async def _look(store: Store, run: ImportRun, deciding: Deciding, size: int) -> _Batch:
    """The next rows of a run, and what there is to know about the leads behind them."""
    ids = [row_id(run.id, number) for number in range(run.undo_rows + 1, min(run.undo_rows + size, run.rows) + 1)]
    found = {record.lead_id for record in await store.find_submissions(ids) if record.lead_id is not None}

    async def read(tx: Tx) -> list[Lead]:
        return await tx.leads(sorted(found))

    leads = {lead.id: lead for lead in await store.transact(read)} if found else {}
    there = [lead for lead in leads.values() if not lead.is_deleted]
    trails = await store.find_trails([lead.id for lead in there]) if there else {}
    return _Batch(run, len(ids), leads, trails, deciding)


def _keep(run: ImportRun, lead: Lead, why: str) -> None:
    run.kept_count += 1
    if len(run.kept) < KEPT_MAX:
        run.kept[str(lead.id)] = why


def _since(trail: Sequence[Activity], run_id: UUID) -> Sequence[Activity]:
    """The trail of a lead that was there before, newest first, back to where the import came to it, or to where it was taken back
    before."""
    taken_back = next((n for n, one in enumerate(trail) if says_taken_back(one, run_id)), len(trail))
    trail = trail[:taken_back]
    first = max((n for n, one in enumerate(trail) if is_of_import(one, run_id)), default=-1)
    return trail[: first + 1]


def _give_back(trail: Sequence[Activity], run_id: UUID) -> Act:
    def act(lead: Lead, scene: Scene) -> Lead:
        restored = given_back(lead, trail, run_id)
        d = scene.deciding
        row = import_taken_back(d.house.new_id(), lead, restored, run_id, d.actor, d.now)
        scene.writes.activities.append(row)
        return mark.rescored_and_routed(lead, restored, "an import was taken back", scene)

    return act
