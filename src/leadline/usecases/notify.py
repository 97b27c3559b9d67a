"""Delivery: claim, decide, send outside of any transaction, settle. At least once; twice only where the worker or the store was lost
between the send and the settle."""

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from leadline.domain import delivery
from leadline.domain.breaker import Breaker
from leadline.domain.delivery import Circumstances
from leadline.domain.errors import LeadlineError, NotFound, Unavailable
from leadline.domain.leads import Lead
from leadline.domain.notifications import ChannelName, Notification
from leadline.domain.told import message_sent, notification_failed
from leadline.domain.users import User
from leadline.ports import Store, Tx
from leadline.ports.channels import Channel, Occasion, PermanentFault, Receipt, TransientFault
from leadline.ports.notifications import Claim

LEASE_SECONDS = 60.0
# The longest a channel may take; who has less than this left of a lease gives it back.
SEND_SECONDS = 20.0
AT_ONCE = 8
RELEASED_AT_ONCE = 100
SETTLE_TRIES = 4
SETTLE_PAUSE_SECONDS = 0.2
# Slack takes about one message a second in one channel.
PACE_SECONDS: dict[ChannelName, float] = {"slack": 1.0}
PACED_MAX = 10_000

log = logging.getLogger("leadline.notify")


@dataclass(slots=True)
class Delivery:
    """What a worker delivers with. `chance` draws from [0, 1); `name` is the worker's in its leases."""

    store: Store
    channels: Mapping[ChannelName, Channel]
    new_id: Callable[[], UUID]
    now: Callable[[], datetime]
    chance: Callable[[], float]
    name: str
    origin: str
    pace_seconds: Mapping[ChannelName, float] = field(default_factory=lambda: PACE_SECONDS)
    _breakers: dict[ChannelName, Breaker] = field(default_factory=dict)
    _sent_at: dict[tuple[ChannelName, str], float] = field(default_factory=dict)

    def hindrance(self, channel: ChannelName) -> str | None:
        """Why nothing goes out by a channel, or None."""
        found = self.channels.get(channel)
        return f"there is no channel {channel} in this version" if found is None else found.hindrance

    def breaker(self, channel: ChannelName) -> Breaker:
        """How the provider of a channel has answered lately."""
        return self._breakers.get(channel, Breaker())

    def note(self, channel: ChannelName, *, is_there: bool) -> None:
        """The provider answered, or did not."""
        before, at = self.breaker(channel), time.monotonic()
        self._breakers[channel] = before.after_answer() if is_there else before.after_fault(at)

    async def keep_pace(self, channel: ChannelName, recipient: str) -> None:
        """Wait until the provider takes another message to this recipient."""
        pace = self.pace_seconds.get(channel, 0.0)
        if not pace:
            return
        if len(self._sent_at) > PACED_MAX:
            self._sent_at.clear()
        wait = self._sent_at.get((channel, recipient), 0.0) + pace - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)
        self._sent_at[channel, recipient] = time.monotonic()


@dataclass(frozen=True, slots=True)
class _Scene:
    """What the rows of one claim are about, as it stands."""

    leads: Mapping[UUID, Lead]
    users: Mapping[UUID, User]
    unsubscribed: frozenset[str]


async def deliver(d: Delivery, channel: ChannelName, stopping: asyncio.Event) -> int:
    """One round of a channel: claims rows, and sends or settles each. Answers how many rows it settled."""
    breaker = d.breaker(channel)
    if breaker.is_open(time.monotonic()):
        return 0
    now = d.now()
    claim = Claim(channel, d.name, now, now + timedelta(seconds=LEASE_SECONDS))
    rows = await d.store.claim_notifications(replace(claim, recipients=1, each=1) if breaker.is_trying else claim)
    if not rows:
        return 0
    scene = await _look(d.store, rows)
    gate = asyncio.Semaphore(AT_ONCE)

    async def in_turn(mine: list[Notification]) -> int:
        async with gate:
            return await _deliver_to_one(d, mine, scene, stopping)

    groups = [list(group) for _, group in groupby(rows, key=lambda row: row.recipient)]
    return sum(await asyncio.gather(*(in_turn(group) for group in groups)))


async def _look(store: Store, rows: Sequence[Notification]) -> _Scene:
    async def find(lead_id: UUID) -> Lead | None:
        try:
            return await store.get_lead(lead_id)
        except NotFound:
            return None

    ids = {row.lead_id for row in rows if row.lead_id}
    leads = await asyncio.gather(*(find(lead_id) for lead_id in ids))
    users = await store.list_users() if any(row.user_id for row in rows) else []
    # Only mail that a lead never asked for may be unsubscribed from.
    nurtured = [lead.email_key for lead in leads if lead] if any(_is_to_lead(row) for row in rows) else []
    suppressed = await store.find_suppressions(nurtured) if nurtured else []
    return _Scene(
        {lead.id: lead for lead in leads if lead},
        {user.id: user for user in users},
        frozenset(found.address for found in suppressed),
    )


def _is_to_lead(row: Notification) -> bool:
    return row.notification_type == "email" and row.user_id is None and row.lead_id is not None


async def _deliver_to_one(d: Delivery, rows: list[Notification], scene: _Scene, stopping: asyncio.Event) -> int:
    """One recipient's rows in their order. What cannot be tried any more now is given back, and so is all behind it."""
    settled = 0
    left = list(rows)
    for row in rows:
        if (instead := delivery.decide(row, _circumstances(d, row, scene))) is not None:
            await _settle(d, [row], [instead])
            left.remove(row)
            settled += 1
    for batch in delivery.batches(left):
        if (
            stopping.is_set()
            or not _has_time(d, batch[0])
            or d.breaker(batch[0].notification_type).is_open(time.monotonic())
        ):
            break
        outcome = await _send(d, batch, scene)
        await _settle(d, batch, outcome)
        left = left[len(batch) :]
        settled += len(batch)
        if outcome[0].status == "pending":
            break
    if left:
        await _settle(d, left, [delivery.give_back(row) for row in left])
    return settled


def _circumstances(d: Delivery, row: Notification, scene: _Scene) -> Circumstances:
    lead = scene.leads.get(row.lead_id) if row.lead_id else None
    user = scene.users.get(row.user_id) if row.user_id else None
    is_unsubscribed = _is_to_lead(row) and lead is not None and lead.email_key in scene.unsubscribed
    return Circumstances(d.now(), lead, user, d.hindrance(row.notification_type), is_unsubscribed)


def _has_time(d: Delivery, row: Notification) -> bool:
    return row.lease_until is not None and row.lease_until - d.now() > timedelta(seconds=SEND_SECONDS)


async def _send(d: Delivery, batch: list[Notification], scene: _Scene) -> list[Notification]:
    """Hand one message to the provider; the rows as they stand after it."""
    name, recipient = batch[0].notification_type, batch[0].recipient
    channel = d.channels[name]
    await d.keep_pace(name, recipient)
    try:
        content = channel.render(_occasion(d, batch, scene))
        async with asyncio.timeout(SEND_SECONDS):
            receipt = await channel.send(recipient, content, message_key(batch))
    except PermanentFault as fault:
        d.note(name, is_there=True)
        return [delivery.failed(row, str(fault)) for row in batch]
    except (TransientFault, TimeoutError) as fault:
        d.note(name, is_there=False)
        words = str(fault) or f"{name} did not answer within {SEND_SECONDS:g} seconds"
        after = fault.retry_after_seconds if isinstance(fault, TransientFault) else None
        return _again(d, batch, words, after)
    except Exception as fault:
        # A fault of ours must not stop the queue; it is tried again, and in the end it is failed with these words.
        log.exception("sending by %s went wrong", name)
        return _again(d, batch, f"{type(fault).__name__}: {fault}", None)
    d.note(name, is_there=True)
    provider = (receipt.provider_id, receipt.response)
    return [delivery.sent(row, content.subject, content.body, provider, d.now()) for row in batch]


def _again(d: Delivery, batch: list[Notification], words: str, after: float | None) -> list[Notification]:
    now, chance = d.now(), d.chance()
    return [delivery.try_again(row, words, now, chance, after) for row in batch]


def _occasion(d: Delivery, batch: list[Notification], scene: _Scene) -> Occasion:
    """What the message may speak of; several rows are one digest of their leads."""
    first = batch[0]
    lead = scene.leads.get(first.lead_id) if first.lead_id else None
    user = scene.users.get(first.user_id) if first.user_id else None
    if len(batch) == 1 and first.status_reason != "digest":
        return Occasion(first, lead, user, origin=d.origin)
    leads = [scene.leads[row.lead_id] for row in batch if row.lead_id]
    return Occasion(replace(first, template_name="digest"), None, user, {"leads": leads}, d.origin)


def message_key(batch: Sequence[Notification]) -> str:
    """The idempotency key: the same for the same rows, and another one where other rows are joined in one message."""
    if len(batch) == 1:
        return str(batch[0].id)
    return hashlib.sha256(" ".join(str(row.id) for row in batch).encode()).hexdigest()[:32]


async def _settle(d: Delivery, claimed: Sequence[Notification], outcomes: Sequence[Notification]) -> None:
    """Write outcomes down with their entries in the trail, for those rows whose lease is still the one that was claimed. A store
    that is away for a moment must not make a double; where it stays away, the lease runs out."""
    for attempt in range(SETTLE_TRIES):
        try:
            return await _settle_once(d, claimed, outcomes)
        except LeadlineError as error:
            if attempt == SETTLE_TRIES - 1 or not isinstance(error, Unavailable):
                log.warning("%d notifications could not be settled, they will be tried again: %s", len(claimed), error)
                return None
        await asyncio.sleep(SETTLE_PAUSE_SECONDS * 2**attempt)
    raise AssertionError("unreachable")


async def _settle_once(d: Delivery, claimed: Sequence[Notification], outcomes: Sequence[Notification]) -> None:
    leases = {row.id: (row.leased_by, row.lease_until) for row in claimed}
    now = d.now()

    async def work(tx: Tx) -> None:
        found = {row.id: row for row in await tx.notifications(list(leases))}
        held = [
            outcome
            for outcome in outcomes
            if (row := found.get(outcome.id)) is not None and (row.leased_by, row.lease_until) == leases[row.id]
        ]
        entries = []
        for row in held:
            if row.lead_id is not None and row.status == "sent":
                entries.append(message_sent(d.new_id(), row.lead_id, row, now))
            elif row.lead_id is not None and row.status == "failed":
                entries.append(notification_failed(d.new_id(), row.lead_id, row, now))
        if held:
            tx.update_notifications(held)
        if entries:
            tx.add_activities(entries)

    await d.store.transact(work)


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


async def try_channel(d: Delivery, channel: ChannelName, recipient: str) -> Receipt:
    """Send a test message the way every other goes out, past the queue. Raises SendFault with the provider's words."""
    if (why := d.hindrance(channel)) is not None:
        raise PermanentFault(why)
    row = Notification(d.new_id(), channel, "test", recipient, d.now())
    content = d.channels[channel].render(Occasion(row, origin=d.origin))
    try:
        async with asyncio.timeout(SEND_SECONDS):
            return await d.channels[channel].send(recipient, content, str(row.id))
    except TimeoutError as error:
        raise TransientFault(f"{channel} did not answer within {SEND_SECONDS:g} seconds") from error
