"""Taking an import back: the leads it made are deleted, what it filled in elsewhere is given back, its rows may come again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from leadline.domain.activities import Activity
from leadline.domain.errors import NotFound
from leadline.domain.imports import (
    ImportRun,
    given_back,
    import_taken_back,
    is_of_import,
    row_id,
    says_taken_back,
    why_kept,
)
from leadline.domain.leads import Lead
from leadline.ports import LostRace, Store, Tx
from leadline.usecases import mark
from leadline.usecases.deciding import Deciding
from leadline.usecases.import_leads import PAGE, get_import
from leadline.usecases.one_lead import Act, Scene, change_lead

TRIES = 5
TRAIL_MAX = 200


@dataclass(slots=True)
class Undone:
    """What came of it: leads deleted, leads that got fields back, and leads left as they are with the reason of each."""

    run: ImportRun
    deleted: int = 0
    given_back: int = 0
    kept: dict[UUID, str] = field(default_factory=dict)


async def undo_import(
    store: Store, run_id: UUID, deciding: Deciding, tell: Callable[[Undone], None] = lambda undone: None
) -> Undone:
    """Take a run back, lead by lead; cut off, calling it again goes on. A lead that people have worked on since is kept. The trail,
    the submissions and the run stay. Raises NotFound."""
    undone = Undone(await get_import(store, run_id))
    if undone.run.undone_at is not None:
        return undone
    seen: set[UUID] = set()
    for start in range(1, undone.run.rows + 1, PAGE):
        ids = [row_id(run_id, number) for number in range(start, min(start + PAGE, undone.run.rows + 1))]
        for record in await store.find_submissions(ids):
            if record.lead_id is not None and record.lead_id not in seen:
                seen.add(record.lead_id)
                await _take_back(store, record.lead_id, undone, deciding)
        tell(undone)
    undone.run = await _mark(store, undone.run, deciding)
    return undone


async def _mark(store: Store, run: ImportRun, deciding: Deciding) -> ImportRun:
    async def work(tx: Tx) -> ImportRun:
        stored = next(other for other in await tx.import_runs() if other.id == run.id)
        marked = replace(stored, undone_at=deciding.now, updated_at=deciding.now)
        tx.update_import_runs([marked])
        return replace(marked, version=marked.version + 1)

    return await store.transact(work)


async def _take_back(store: Store, lead_id: UUID, undone: Undone, deciding: Deciding) -> None:
    for attempt in range(TRIES):
        try:
            lead = await store.get_lead(lead_id)
            if lead.is_deleted:
                return
            is_made = lead.import_id == undone.run.id
            trail = await _trail_since(store, lead, undone.run.id, is_made=is_made)
            if not is_made and not any(is_of_import(activity, undone.run.id) for activity in trail):
                return
            if why := why_kept(lead, trail, undone.run.id):
                undone.kept[lead_id] = why
                return
            act = mark.delete if is_made else _give_back(trail, undone.run.id)
            await change_lead(store, lead_id, _unchanged_since(lead, act), deciding)
        except NotFound:
            return
        except LostRace:
            if attempt == TRIES - 1:
                undone.kept[lead_id] = "it is being changed all the time"
            continue
        undone.deleted += is_made
        undone.given_back += not is_made
        return


async def _trail_since(store: Store, lead: Lead, run_id: UUID, *, is_made: bool) -> Sequence[Activity]:
    """The trail, newest first, back to where the import came to the lead, or to where it was taken back before."""
    page = await store.list_activities(lead.id, None, TRAIL_MAX)
    trail = list(page.items)
    while page.next is not None:
        page = await store.list_activities(lead.id, page.next, TRAIL_MAX)
        trail += page.items
    if is_made:
        return trail
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


def _unchanged_since(seen: Lead, act: Act) -> Act:
    """The act, on the lead whose trail was read."""

    def checked(lead: Lead, scene: Scene) -> Lead:
        if lead.version != seen.version:
            raise LostRace("somebody changed this lead meanwhile")
        return act(lead, scene)

    return checked
