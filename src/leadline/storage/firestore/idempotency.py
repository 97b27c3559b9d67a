"""Kept answers on Firestore: a document each, under its digest, which makes the key its own."""

from collections.abc import Sequence
from datetime import datetime

from leadline.domain.idempotency import KeptAnswer
from leadline.ports import LostRace
from leadline.storage.firestore.changes import Changes
from leadline.storage.firestore.documents import aware, to_data, to_entity
from leadline.storage.firestore.queries import Find
from leadline.storage.firestore.reads import Reads

COLLECTION = "idempotencyKeys"


def answer_path(digest: bytes) -> str:
    """The document of an answer: a digest is chance already."""
    return f"{COLLECTION}/{digest.hex()}"


def expired(now: datetime, limit: int) -> Find:
    """Answers that may be forgotten."""
    return Find(COLLECTION, ranges=(("expiresAt", "<=", now),), order=(("expiresAt", "ASCENDING"),), limit=limit)


async def read_answers(reads: Reads, digests: Sequence[bytes]) -> list[KeptAnswer]:
    """The answers kept under these digests."""
    found = await reads.get(map(answer_path, digests))
    return [to_entity(KeptAnswer, row.path, row.data) for row in found.values() if row]


async def read_expired(reads: Reads, now: datetime, limit: int) -> list[KeptAnswer]:
    """Answers that have expired."""
    return [to_entity(KeptAnswer, row.path, row.data) for row in await reads.find(expired(now, limit))]


async def write_answers(
    reads: Reads, changes: Changes, new: Sequence[KeptAnswer], removed: Sequence[KeptAnswer]
) -> None:
    """New answers, and the end of others."""
    stored = await reads.get(answer_path(answer.digest) for answer in (*new, *removed)) if new or removed else {}
    for answer in new:
        path = answer_path(answer.digest)
        found = stored[path]
        if found is None:
            changes.create(path, to_data(answer))
        elif aware(found.data["expiresAt"]) <= answer.created_at:
            changes.update(path, to_data(answer), found.update_time)
        else:
            raise LostRace("another writer kept an answer under the same key")
    for answer in removed:
        found = stored[answer_path(answer.digest)]
        if found is not None:
            changes.delete(found.path, found.update_time)
