"""Handing messages to their channels: what a worker sends with, at which pace, and what became of a try."""

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from leadline.domain import delivery
from leadline.domain.breaker import Breaker
from leadline.domain.cards import CARD_UPDATE
from leadline.domain.leads import Lead
from leadline.domain.notifications import ChannelName, Notification
from leadline.domain.users import User
from leadline.ports import Store
from leadline.ports.channels import Channel, Content, Occasion, PermanentFault, Receipt, TransientFault

LEASE_SECONDS = 60.0
# The longest a channel may take; who has less than this left of a lease gives it back.
SEND_SECONDS = 20.0
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
    lease_seconds: float = LEASE_SECONDS
    send_seconds: float = SEND_SECONDS
    _breakers: dict[ChannelName, Breaker] = field(default_factory=dict)
    _turns: dict[tuple[ChannelName, str], float] = field(default_factory=dict)

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

    def turn(self, channel: ChannelName, recipient: str) -> float:
        """In how many seconds the provider takes another message there; the turn is taken herewith. All cards of a Slack channel
        share its pace."""
        pace = self.pace_seconds.get(channel, 0.0)
        if not pace:
            return 0.0
        if len(self._turns) > PACED_MAX:
            self._turns.clear()
        now, place = time.monotonic(), (channel, recipient.partition("/")[0])
        at = max(now, self._turns.get(place, 0.0))
        self._turns[place] = at + pace
        return at - now


@dataclass(frozen=True, slots=True)
class Scene:
    """What the rows of one claim are about, as it stands."""

    leads: Mapping[UUID, Lead]
    users: Mapping[UUID, User]
    unsubscribed: frozenset[str]


async def send(d: Delivery, batch: list[Notification], scene: Scene) -> list[Notification]:
    """Hand one message to the provider; the rows as they stand after it."""
    name, recipient = batch[0].notification_type, batch[0].recipient
    channel = d.channels[name]
    try:
        content = channel.render(_occasion(d, batch, scene))
        async with asyncio.timeout(d.send_seconds):
            receipt = await channel.send(recipient, content, message_key(batch))
    except PermanentFault as fault:
        d.note(name, is_there=True)
        return [delivery.failed(row, str(fault), is_dead_address=fault.is_dead_address) for row in batch]
    except (TransientFault, TimeoutError) as fault:
        d.note(name, is_there=isinstance(fault, TransientFault) and fault.is_there)
        words = str(fault) or f"{name} did not answer within {d.send_seconds:g} seconds"
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


def _occasion(d: Delivery, batch: list[Notification], scene: Scene) -> Occasion:
    """What the message may speak of; several rows are one digest of their leads, each of which names whom it is for."""
    first = batch[0]
    lead = scene.leads.get(first.lead_id) if first.lead_id else None
    user = scene.users.get(first.user_id) if first.user_id else None
    if first.template_name == CARD_UPDATE:
        owner = scene.users.get(lead.assigned_to) if lead and lead.assigned_to else None
        return Occasion(first, lead, None, {"owner": owner.full_name if owner else None}, d.origin)
    if len(batch) == 1 and first.status_reason != "digest":
        return Occasion(first, lead, user, origin=d.origin)
    people: dict[UUID, list[User]] = {}
    for row in batch:
        if row.lead_id is not None:
            people.setdefault(row.lead_id, []).extend([scene.users[row.user_id]] if row.user_id else [])
    facts = {"leads": [scene.leads[lead_id] for lead_id in people], "people": people}
    is_gathered = first.status_reason == "digest"
    return Occasion(replace(first, template_name="digest"), None, user if is_gathered else None, facts, d.origin)


def message_key(batch: Sequence[Notification]) -> str:
    """The idempotency key: the same for the same rows, and another one where other rows are joined in one message."""
    if len(batch) == 1:
        return str(batch[0].id)
    return hashlib.sha256(" ".join(str(row.id) for row in batch).encode()).hexdigest()[:32]


async def try_channel(d: Delivery, channel: ChannelName, recipient: str) -> Receipt:
    """Send a test message the way every other goes out, past the queue. Raises SendFault with the provider's words."""
    if (why := d.hindrance(channel)) is not None:
        raise PermanentFault(why)
    row = Notification(d.new_id(), channel, "test", recipient, d.now())
    content = Content("A test message from Leadline", f"This is a test message from Leadline at {d.origin}.")
    try:
        async with asyncio.timeout(d.send_seconds):
            return await d.channels[channel].send(recipient, content, str(row.id))
    except TimeoutError as error:
        raise TransientFault(f"{channel} did not answer within {d.send_seconds:g} seconds") from error
