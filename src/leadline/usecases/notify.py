"""Delivery: claim, decide, send outside of any transaction, settle. At least once; twice only where the worker or the store was lost
between the send and the settle."""

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import groupby

from leadline.domain import delivery
from leadline.domain.cards import CARD_UPDATE, card_updates, is_card, is_outdated
from leadline.domain.delivery import Circumstances
from leadline.domain.errors import LeadlineError, Unavailable
from leadline.domain.notifications import ChannelName, Notification, Writer
from leadline.domain.suppressions import Suppression
from leadline.domain.told import belongs_to_trail, told
from leadline.ports import Store, Tx
from leadline.ports.notifications import Claim
from leadline.usecases.sending import Delivery, Scene, send

AT_ONCE = 8
RELEASED_AT_ONCE = 100
# Of so many recipients at once rows are held where the channel cannot send: that costs one transaction and no provider's time.
HELD_AT_ONCE = 100
SETTLE_TRIES = 4
SETTLE_PAUSE_SECONDS = 0.2
log = logging.getLogger("leadline.notify")


async def deliver(d: Delivery, channel: ChannelName, stopping: asyncio.Event) -> int:
    """One round of a channel: claims rows, and sends or settles each. Answers how many rows it settled."""
    breaker = d.breaker(channel)
    if breaker.is_open(time.monotonic()):
        return 0
    now = d.now()
    claim = Claim(channel, d.name, now, now + timedelta(seconds=d.lease_seconds))
    if breaker.is_trying:
        claim = replace(claim, recipients=1, each=1)
    elif d.hindrance(channel) is not None:
        claim = replace(claim, recipients=HELD_AT_ONCE)
    rows = await d.store.claim_notifications(claim)
    if not rows:
        return 0
    scene = await _look(d.store, rows)
    due = await _sift(d, rows, scene)
    gate = asyncio.Semaphore(AT_ONCE)

    async def in_turn(mine: list[Notification]) -> int:
        async with gate:
            return await _deliver_to_one(d, mine, scene, stopping)

    groups = [list(group) for _, group in groupby(due, key=lambda row: row.recipient)]
    return len(rows) - len(due) + sum(await asyncio.gather(*(in_turn(group) for group in groups)))


async def _look(store: Store, rows: Sequence[Notification]) -> Scene:
    ids = {row.lead_id for row in rows if row.lead_id}
    leads = await store.find_leads([*ids]) if ids else []
    needs_users = any(row.user_id or row.template_name == CARD_UPDATE for row in rows)
    users = await store.list_users() if needs_users else []
    # Only mail that a lead never asked for may be unsubscribed from.
    nurtured = [lead.email_key for lead in leads] if any(_is_to_lead(row) for row in rows) else []
    suppressed = await store.find_suppressions(nurtured) if nurtured else []
    return Scene(
        {lead.id: lead for lead in leads},
        {user.id: user for user in users},
        frozenset(found.address for found in suppressed),
    )


def _is_to_lead(row: Notification) -> bool:
    return row.notification_type == "email" and row.user_id is None and row.lead_id is not None


def _is_dead(row: Notification) -> bool:
    """Whether nobody is behind the address of a lead. A user's is mended by an admin, who sees that the mail failed."""
    return _is_to_lead(row) and row.status_reason == "dead_address"


async def _deliver_to_one(d: Delivery, rows: list[Notification], scene: Scene, stopping: asyncio.Event) -> int:
    """One recipient's rows in their order. What cannot be tried any more now is given back, and so is all behind it."""
    batches = delivery.batches(rows)
    settled = 0
    has_taken_time = False
    while batches and _may_send(d, batches[0][0], stopping):
        batch = batches[0]
        if wait := d.turn(batch[0].notification_type, batch[0].recipient):
            await _wait(stopping, wait)
            if not _may_send(d, batch[0], stopping):
                break
        if wait or has_taken_time:
            # Meanwhile somebody may have called the lead.
            scene = await _look(d.store, batch)
            batch = await _sift(d, batch, scene)
        has_taken_time = True
        outcome = await send(d, batch, scene) if batch else []
        if outcome:
            await _settle(d, batch, outcome, scene)
        settled += len(batches.pop(0))
        if outcome and outcome[0].status == "pending":
            break
    if left := [row for batch in batches for row in batch]:
        await _settle(d, left, [delivery.give_back(row) for row in left])
    return settled


async def _sift(d: Delivery, rows: list[Notification], scene: Scene) -> list[Notification]:
    """The rows that are to be sent now. The others are settled: held until later, or suppressed."""
    instead = {row.id: _not_sent(d, row, scene) for row in rows}
    if undue := [row for row in rows if instead[row.id] is not None]:
        await _settle(d, undue, [outcome for outcome in instead.values() if outcome is not None])
    return [row for row in rows if instead[row.id] is None]


def _may_send(d: Delivery, row: Notification, stopping: asyncio.Event) -> bool:
    is_open = d.breaker(row.notification_type).is_open(time.monotonic())
    return not stopping.is_set() and not is_open and _has_time(d, row)


async def _wait(stopping: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stopping.wait()


def _not_sent(d: Delivery, row: Notification, scene: Scene) -> Notification | None:
    """The row as held or suppressed, or None where it is to be sent."""
    lead = scene.leads.get(row.lead_id) if row.lead_id else None
    user = scene.users.get(row.user_id) if row.user_id else None
    is_unsubscribed = _is_to_lead(row) and lead is not None and lead.email_key in scene.unsubscribed
    around = Circumstances(d.now(), lead, user, d.hindrance(row.notification_type), is_unsubscribed)
    return delivery.decide(row, around)


def _has_time(d: Delivery, row: Notification) -> bool:
    return row.lease_until is not None and row.lease_until - d.now() > timedelta(seconds=d.send_seconds)


async def _settle(
    d: Delivery, claimed: Sequence[Notification], outcomes: Sequence[Notification], said: Scene | None = None
) -> None:
    """Write outcomes down with their entries in the trail, for those rows whose lease is still the one that was claimed. A store
    that is away for a moment must not make a double; where it stays away, the lease runs out."""
    for attempt in range(SETTLE_TRIES):
        try:
            return await _settle_once(d, claimed, outcomes, said)
        except LeadlineError as error:
            if attempt == SETTLE_TRIES - 1 or not isinstance(error, Unavailable):
                log.warning("%d notifications could not be settled, they will be tried again: %s", len(claimed), error)
                return None
        await asyncio.sleep(SETTLE_PAUSE_SECONDS * 2**attempt)
    raise AssertionError("unreachable")


async def _settle_once(
    d: Delivery, claimed: Sequence[Notification], outcomes: Sequence[Notification], said: Scene | None
) -> None:
    leases = {row.id: (row.leased_by, row.lease_until) for row in claimed}
    now = d.now()
    writer = Writer(d.new_id, now)

    async def work(tx: Tx) -> None:
        found = {row.id: row for row in await tx.notifications(list(leases))}
        held = [
            outcome
            for outcome in outcomes
            if (row := found.get(outcome.id)) is not None and (row.leased_by, row.lease_until) == leases[row.id]
        ]
        old = await _old_cards(tx, held, said) if said else []
        dead = [said.leads[row.lead_id] for row in held if said and row.lead_id and _is_dead(row)]
        entries = [told(d.new_id(), row.lead_id, row, now) for row in held if row.lead_id and belongs_to_trail(row)]
        if held:
            tx.update_notifications(held)
        if old:
            tx.add_notifications(card_updates(old, writer))
        if dead:
            tx.add_suppressions([Suppression(lead.email_key, "dead_address", now) for lead in dead])
        if entries:
            tx.add_activities(entries)

    await d.store.transact(work)


async def _old_cards(tx: Tx, rows: Sequence[Notification], said: Scene) -> list[Notification]:
    """Cards whose lead changed while they were on their way: whoever changed it did not know of them yet. The lead is held, so
    that of a change and this one sees the other."""
    cards = {row.lead_id: row for row in rows if row.lead_id and is_card(row)}
    leads = await tx.leads(list(cards)) if cards else []
    return [cards[lead.id] for lead in leads if is_outdated(cards[lead.id], said.leads.get(lead.id), lead)]


async def release_held(d: Delivery, channel: ChannelName) -> int:
    """Let held rows go whose time has come, where the channel can send. Answers how many."""
    if d.hindrance(channel) is not None:
        return 0
    now = d.now()
    due = [row.id for row in await d.store.due_held_notifications(channel, now, RELEASED_AT_ONCE)]
    if not due:
        return 0

    async def work(tx: Tx) -> None:
        rows = [row for row in await tx.notifications(due) if row.status == "held"]
        tx.update_notifications([delivery.release(row, now) for row in rows])

    await d.store.transact(work)
    return len(due)
