"""Kept answers on the memory store: the part of a transaction that is about them."""

from collections.abc import Sequence
from copy import deepcopy
from datetime import datetime

from leadline.domain.idempotency import KeptAnswer
from leadline.ports import LostRace
from leadline.storage.memory.buffered import Buffered


class IdempotencyTx(Buffered):
    """See `ports.Tx`."""

    async def kept_answers(self, digests: Sequence[bytes]) -> list[KeptAnswer]:
        self._read("kept_answers")
        return deepcopy([self._state.answers[digest] for digest in digests if digest in self._state.answers])

    async def expired_answers(self, now: datetime, limit: int) -> list[KeptAnswer]:
        self._read("expired_answers")
        return deepcopy([answer for answer in self._state.answers.values() if answer.expires_at <= now][:limit])

    def keep_answers(self, answers: Sequence[KeptAnswer]) -> None:
        def keep(answer: KeptAnswer) -> None:
            stored = self._state.answers.get(answer.digest)
            if stored is not None and stored.expires_at > answer.created_at:
                raise LostRace("another writer kept an answer under the same key")
            self._state.answers[answer.digest] = answer

        self._write("keep_answers", answers, keep)

    def remove_answers(self, answers: Sequence[KeptAnswer]) -> None:
        self._write("remove_answers", answers, lambda answer: self._state.answers.pop(answer.digest, None))
