"""Idempotency keys (RULES 3): a post that is sent again under its `Idempotency-Key` gets the answer of the first one.

What made no lead is not kept: its sender mends the body and sends it under the same key, as the event behind the key is the same.
Of a list the refusals are kept too, for they are part of the one answer to all of it."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from leadline.domain.errors import Conflict, Fault, Invalid
from leadline.domain.intake import Captured

KEPT_FOR = timedelta(days=7)
KEY_LENGTH_MAX = 255


class StillRunning(Conflict):
    """The first post under this key is being stored at this moment."""

    retry_after_seconds = 1


@dataclass(frozen=True, slots=True)
class Once:
    """What a posting under a key carries: `digest` stands for the key, `fingerprint` for all that was sent, and `answer` makes
    status and body of what came of it."""

    digest: bytes
    fingerprint: bytes
    answer: Callable[[Captured], tuple[int, bytes]]
    keeps_refusals: bool = False


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """A row of `idempotency_keys`. The key itself is not kept: people take addresses for keys."""

    digest: bytes
    fingerprint: bytes
    created_at: datetime
    expires_at: datetime
    submission_id: UUID
    status: int
    body: bytes
    lead_id: UUID | None = None


def check_key(text: str) -> None:
    """Raises Invalid for a header that is no key."""
    if not 0 < len(text) <= KEY_LENGTH_MAX or not text.isascii() or not text.isprintable():
        detail = f"the header Idempotency-Key must have 1 to {KEY_LENGTH_MAX} printable ASCII characters"
        raise Invalid([Fault("", detail)])


def digest_of(owner: UUID, key: str, row: int | None = None) -> bytes:
    """What stands for a key of this API key, and for one row of a list that was sent under it."""
    place = b"" if row is None else row.to_bytes(4)
    return hashlib.sha256(owner.bytes + place + b"\0" + key.encode()).digest()


def fingerprint_of(path: str, body: bytes) -> bytes:
    """What stands for a request: the same body to another address is another request."""
    return hashlib.sha256(path.encode() + b"\0" + body).digest()


def kept(once: Once, captured: Captured, now: datetime) -> KeptAnswer | None:
    """The row for what came of a posting, or None where nothing is kept of it."""
    if captured.lead is None and not once.keeps_refusals:
        return None
    status, body = once.answer(captured)
    lead_id = captured.lead.id if captured.lead else None
    return KeptAnswer(once.digest, once.fingerprint, now, now + KEPT_FOR, captured.submission_id, status, body, lead_id)


def answer_of_journal(receipt: UUID, *, is_row: bool = False) -> tuple[int, bytes]:
    """What is answered to a posting that lies in the journal, and again to a second one under its key; `is_row`: to a row of a
    list."""
    said = {"status": 202, "receipt": str(receipt)} if is_row else {"receipt": str(receipt), "status": "pending"}
    return 200 if is_row else 202, json.dumps(said).encode()


def check_same(once: Once, answer: KeptAnswer) -> None:
    """Raises Invalid where the key stood for another request."""
    if once.fingerprint != answer.fingerprint:
        detail = (
            f"the Idempotency-Key was used at {answer.created_at:%Y-%m-%d %H:%M:%S} UTC for another request; "
            "what is new needs a key of its own"
        )
        raise Invalid([Fault("", detail)])
