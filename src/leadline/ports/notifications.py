"""The part of the ports that is about the queue of notifications, about addresses that want none, and about who works on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from leadline.domain.lead_lists import Page, Position
from leadline.domain.notifications import ChannelName, Notification, NotificationStatus
from leadline.domain.suppressions import Suppression
from leadline.domain.workers import Worker


@dataclass(frozen=True, slots=True)
class Claim:
    """What a worker wants: rows of one channel, to at most so many recipients, at most `each` to one of them."""

    channel: ChannelName
    worker: str
    now: datetime
    lease_until: datetime
    recipients: int = 20
    each: int = 20


@dataclass(frozen=True, slots=True)
class Depth:
    """How many rows of a channel stand in a status, and since when the oldest does."""

    channel: ChannelName
    status: NotificationStatus
    count: int
    oldest: datetime


class NotificationTx(Protocol):
    """What `Tx` reads and writes of them."""

    async def notifications(self, ids: Sequence[UUID]) -> list[Notification]:
        """These rows, held against other writers until the end. Unknown ids are left out; order is not promised."""

    async def sent_by_slack(self, lead_ids: Sequence[UUID]) -> list[Notification]:
        """What was sent to Slack about these leads, without a lock. Order is not promised."""

    def add_notifications(self, rows: Sequence[Notification]) -> None:
        """Queue messages. Whoever listens to the queue hears of it at the commit."""

    def update_notifications(self, rows: Sequence[Notification]) -> None:
        """Write rows read in this transaction back: whatever is not about whom to tell what."""

    def add_suppressions(self, rows: Sequence[Suppression]) -> None:
        """Send nothing there any more. An address that is there already stays as it is."""


class NotificationStore(Protocol):
    """What `Store` reads of them, and the claim."""

    async def claim_notifications(self, claim: Claim) -> list[Notification]:
        """Lease rows to this worker until `lease_until`, and give them back by recipient and id.

        - A row may be claimed while `domain.notifications.is_claimable` says so; of two who want it one gets it.
        - Messages to one recipient by one channel stay in the order of their ids: a row is never claimed while an earlier one is
          pending, unless both are claimed together here. Failed, held and suppressed ones keep nobody waiting.
        - Recipients have equal chances where there are more of them than are asked for."""

    async def due_held_notifications(self, channel: ChannelName, now: datetime, limit: int) -> list[Notification]:
        """Held rows of a channel whose `next_attempt_at` has come, by that time."""

    async def queue_depths(self) -> list[Depth]:
        """How many rows are pending, held and failed, by channel; a combination without rows is left out."""

    async def find_suppressions(self, addresses: Sequence[str]) -> list[Suppression]:
        """Which of these addresses (by their keys) want nothing."""

    async def list_suppressions(self) -> list[Suppression]:
        """Every address that wants nothing, in order."""

    async def touch_worker(self, worker: Worker) -> None:
        """Write down that this worker is there."""

    async def forget_workers(self, ids: Sequence[UUID]) -> None:
        """Take out workers that have stopped."""

    async def list_workers(self) -> list[Worker]:
        """Every worker, the one heard of last first."""

    async def list_notifications(
        self, status: str | None, lead_id: UUID | None, position: Position | None, limit: int
    ) -> Page[Notification]:
        """Notifications, newest first: their ids ascend with time."""
