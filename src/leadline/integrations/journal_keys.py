"""Which idempotency keys came with what is, or was, in the journal: the store cannot be asked while it is away."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from leadline.domain.idempotency import KEPT_FOR, KeptAnswer, Once, answer_of_journal
from leadline.domain.intake import Intake

TABLE = (
    "CREATE TABLE IF NOT EXISTS {}keys (digest BLOB PRIMARY KEY, fingerprint BLOB NOT NULL, id TEXT NOT NULL,"
    " received_at TEXT NOT NULL)"
)
CLAIM = "INSERT OR REPLACE INTO keys VALUES (?, ?, ?, ?)"
FIRST = "SELECT fingerprint, id, received_at FROM keys WHERE digest = ? AND received_at > ?"
# As in the store, a key is free again where no lead came of it.
FREE = "DELETE FROM keys WHERE id = ?"
FORGET = "DELETE FROM keys WHERE received_at < ?"
ADOPT = ("INSERT OR IGNORE INTO keys SELECT * FROM other.keys",)


class Claim(NamedTuple):
    """A submission that came under a key; `is_kept`: the key stands for it from then on."""

    once: Once
    id: UUID
    received_at: datetime
    is_kept: bool


def claim_of(item: Intake) -> Claim | None:
    """What a submission claims; None without a key."""
    once = item.once
    if once is None:
        return None
    return Claim(once, item.id, item.received_at, bool(item.submission or once.keeps_refusals))


def claim(connection: sqlite3.Connection, wanted: Claim) -> KeptAnswer | None:
    """The answer to whoever came first under this key; None where this one is the first."""
    once, oldest = wanted.once, (wanted.received_at - KEPT_FOR).isoformat()
    found = connection.execute(FIRST, (once.digest, oldest)).fetchone()
    if found is None:
        if wanted.is_kept:
            row = (once.digest, once.fingerprint, str(wanted.id), wanted.received_at.isoformat())
            connection.execute(CLAIM, row)
        return None
    fingerprint, receipt, received_at = found[0], UUID(found[1]), datetime.fromisoformat(found[2])
    status, body = answer_of_journal(receipt, is_row=once.keeps_refusals)
    return KeptAnswer(once.digest, fingerprint, received_at, received_at + KEPT_FOR, receipt, status, body)


def free(connection: sqlite3.Connection, ids: Sequence[str], now: datetime) -> None:
    """Let go of the keys of these, and of those that have expired."""
    connection.executemany(FREE, [(id,) for id in ids])
    connection.execute(FORGET, ((now - KEPT_FOR).isoformat(),))
