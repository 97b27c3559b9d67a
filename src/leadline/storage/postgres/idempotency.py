"""Kept answers on PostgreSQL: the part of a transaction that is about them."""

from collections.abc import Sequence
from datetime import datetime

from leadline.domain.idempotency import KeptAnswer
from leadline.storage.postgres import rows
from leadline.storage.postgres.buffered import Buffered

_ANSWER = rows.select(rows.KEPT_ANSWER)
_BY_DIGEST = f"SELECT {_ANSWER} FROM leadline.idempotency_keys WHERE digest = ANY($1::bytea[])"
_EXPIRED = f"SELECT {_ANSWER} FROM leadline.idempotency_keys WHERE expires_at <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED"
_REMOVE = "DELETE FROM leadline.idempotency_keys WHERE digest = ANY($1::bytea[])"
# An expired row that the worker has not taken out yet gives way; any other makes the count of the flush come out short.
ON_CONFLICT = (
    "ON CONFLICT (digest) DO UPDATE SET "
    + ", ".join(f"{name} = EXCLUDED.{name}" for name in rows.KEPT_ANSWER if name != "digest")
    + " WHERE idempotency_keys.expires_at <= EXCLUDED.created_at"
)


class IdempotencyTx(Buffered):
    """See `ports.Tx`."""

    async def kept_answers(self, digests: Sequence[bytes]) -> list[KeptAnswer]:
        self._check_reading()
        return [KeptAnswer(*row) for row in await self._connection.fetch(_BY_DIGEST, digests)]

    async def expired_answers(self, now: datetime, limit: int) -> list[KeptAnswer]:
        self._check_reading()
        return [KeptAnswer(*row) for row in await self._connection.fetch(_EXPIRED, now, limit)]

    def keep_answers(self, answers: Sequence[KeptAnswer]) -> None:
        self._buffer("answers", answers)

    def remove_answers(self, answers: Sequence[KeptAnswer]) -> None:
        self._statement(_REMOVE, [answer.digest for answer in answers])
