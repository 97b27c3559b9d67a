"""The part of the ports that is about idempotency keys: answers kept for a second post under the same key."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from leadline.domain.idempotency import KeptAnswer


class IdempotencyTx(Protocol):
    """What `Tx` reads and writes of them."""

    async def kept_answers(self, digests: Sequence[bytes]) -> list[KeptAnswer]:
        """The answers kept under these digests, expired ones included; order is not promised."""

    async def expired_answers(self, now: datetime, limit: int) -> list[KeptAnswer]:
        """Some of the answers that have expired; those held by another worker are passed over."""

    def keep_answers(self, answers: Sequence[KeptAnswer]) -> None:
        """Keep answers. One takes the place of one that had expired at its `created_at`; any other under the same digest is a
        LostRace."""

    def remove_answers(self, answers: Sequence[KeptAnswer]) -> None:
        """Forget answers read in this transaction."""
