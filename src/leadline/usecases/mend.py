"""What `leadline doctor --fix` does: the counters and means of users, the numbers on the tabs, scores by the rule set that a
lead names, search words and international numbers, and leads that wait while a rep has room. Nothing else: what a person has to
decide is left alone."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from leadline.domain.errors import NotFound
from leadline.domain.findings import FIX
from leadline.domain.leads import Lead
from leadline.domain.routing import Roster, is_eligible
from leadline.domain.scoring import Scorer
from leadline.domain.users import User, UserChange, counted
from leadline.ports import Store, Tx
from leadline.usecases.assign import drain
from leadline.usecases.deciding import Deciding, Writes
from leadline.usecases.doctor import Examination, examine
from leadline.usecases.index import filed
from leadline.usecases.one_lead import Act, Scene, change_lead, settle_place
from leadline.usecases.rescore import rescored

# A user who was edited since the look is looked at again, so often at most.
ROUNDS = 4
INDEX_BATCH = 100


async def examine_and_mend(
    store: Store, deciding: Deciding, phone_region: str | None
) -> tuple[Examination, Examination]:
    """Look, mend, and look again: what was found at first, and what is left."""
    first = last = await examine(store, phone_region)
    for _ in range(ROUNDS):
        before = last.findings
        if not any(finding.cure == FIX for finding in before):
            break
        await _mend(store, last, deciding, phone_region)
        last = await examine(store, phone_region)
        if last.findings == before:
            break
    return first, last


async def _mend(store: Store, found: Examination, deciding: Deciding, phone_region: str | None) -> None:
    for lead_id in dict.fromkeys(found.misscored):
        await _mend_score(store, lead_id, found.scorers, deciding)
    for start in range(0, len(found.misfiled), INDEX_BATCH):
        await _mend_index(store, found.misfiled[start : start + INDEX_BATCH], phone_region)
    if found.is_miscounted:
        await store.recount()
    drifts = found.drifts
    while await mend_counters(store, drifts, found.seen, deciding) == store.batch_max:
        drifts = []


async def mend_counters(store: Store, drifts: list[UserChange], seen: Mapping[UUID, User], deciding: Deciding) -> int:
    """Add to each user what a recount found missing, and give leads that wait to whoever has room now; answers how many were
    looked at of those. A user who has changed since is left for the next look. The version of a mended one goes up, so that of
    two doctors who found the same one mends it."""

    async def work(tx: Tx) -> int:
        users = {user.id: user for user in await tx.users()}
        due = [c for c in drifts if c.user_id in users and users[c.user_id].version == seen[c.user_id].version]
        edited = [replace(users[change.user_id], updated_at=deciding.now) for change in due]
        users |= {change.user_id: counted(users[change.user_id], change) for change in due}
        has_room = any(is_eligible(user) for user in users.values())
        waiting = await tx.waiting(store.batch_max) if has_room else []
        writes = Writes(user_changes=due)
        drain(waiting, Roster(users.values()), deciding, writes)
        await writes.hand_to(tx, deciding.writer())
        if edited:
            tx.update_users(edited)
        return len(waiting)

    return await store.transact(work, routing=True)


async def _mend_score(store: Store, lead_id: UUID, scorers: Mapping[int, Scorer], deciding: Deciding) -> None:
    try:
        lead = await store.get_lead(lead_id)
        await change_lead(store, lead_id, _score_again(scorers), deciding, deleted=lead.is_deleted)
    except NotFound:
        return  # It went meanwhile; the next look says what is left.


def _score_again(scorers: Mapping[int, Scorer]) -> Act:
    """The score that the rule set of the lead makes of its answers, told in its trail."""

    def act(lead: Lead, scene: Scene) -> Lead:
        if (scorer := scorers.get(lead.ruleset_version)) is None:
            return lead
        house = replace(scene.deciding.house, scorer=scorer)
        changed, rows = rescored(lead, "the doctor scored it again", replace(scene.deciding, house=house))
        scene.writes.activities.extend(rows)
        return settle_place(lead, changed, scene) if changed.category != lead.category else changed

    return act


async def _mend_index(store: Store, lead_ids: list[UUID], phone_region: str | None) -> None:
    async def work(tx: Tx) -> None:
        tx.set_index(filed(await tx.leads(lead_ids), phone_region))

    await store.transact(work)
