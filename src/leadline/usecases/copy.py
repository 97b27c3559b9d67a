"""Copy: everything from one store to another, through the port alone. Sessions stay behind: people sign in
again; login tries begin anew."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from leadline.domain.activities import Activity, canonical_json
from leadline.domain.intake import SubmissionRecord
from leadline.domain.leads import Lead
from leadline.domain.notifications import Notification
from leadline.domain.users import User
from leadline.ports import Store, Tx
from leadline.ports.moment import PAGE

# A document each on Firestore, and one for the uniqueness of some: well below the 400 of a commit.
CHUNK = 100


@dataclass(frozen=True, slots=True)
class Tally:
    """What one collection holds: how many entities, and a SHA-256 over their canonical JSON in order of their keys."""

    count: int
    sha256: str


@dataclass(frozen=True, slots=True)
class _Collection:
    """How one collection is read, told apart and written: a large one by the pages of its kind, a small one as a list."""

    name: str
    add: Callable[[Tx, Sequence[Any]], None]
    kind: type[Any] | None = None
    listed: Callable[[Store], Awaitable[Sequence[Any]]] | None = None
    key: Callable[[Any], Any] = lambda row: row.id

    async def pages(self, store: Store) -> AsyncIterator[Sequence[Any]]:
        """All rows in order of their keys, a page at a time."""
        if self.listed is not None:
            yield sorted(await self.listed(store), key=self.key)
            return
        assert self.kind is not None
        after: Any = None
        while True:
            # A moment for each page: a long copy takes longer than Firestore remembers.
            async with store.moment() as at:
                rows = await at.page(self.kind, after, PAGE)
            if not rows:
                return
            yield rows
            after = rows[-1]

    async def lacking(self, target: Store, rows: Sequence[Any]) -> list[Any]:
        """Those of these rows that the target does not have."""
        if self.listed is not None:
            have = {self.key(row) for row in await self.listed(target)}
        else:
            assert self.kind is not None
            async with target.moment() as at:
                have = await at.known(self.kind, [row.id for row in rows])
        return [row for row in rows if self.key(row) not in have]


async def copy_all(source: Store, target: Store, tell: Callable[[str, int], None]) -> None:
    """Write to `target` whatever it lacks; `tell` hears the collection and how many were written. What is there already is left
    as it is, so an interrupted copy is resumed by starting it again. Notifies nobody."""
    step = min(CHUNK, target.batch_max)
    for collection in COLLECTIONS:
        written = 0
        async for rows in collection.pages(source):
            lacking = await collection.lacking(target, rows)
            for start in range(0, len(lacking), step):
                chunk = lacking[start : start + step]
                await _write(target, collection, chunk)
                written += len(chunk)
                tell(collection.name, written)
        tell(collection.name, written)


async def tally(store: Store) -> dict[str, Tally]:
    """The checksum of each collection: two stores with the same entities have the same, whatever they run on."""
    tallies = {}
    for collection in COLLECTIONS:
        digest, count = hashlib.sha256(), 0
        async for rows in collection.pages(store):
            for row in rows:
                digest.update(canonical_json(_plain(row)).encode() + b"\n")
            count += len(rows)
        tallies[collection.name] = Tally(count, digest.hexdigest())
    return tallies


async def _write(target: Store, collection: _Collection, rows: Sequence[Any]) -> None:
    async def work(tx: Tx) -> None:
        collection.add(tx, rows)

    await target.transact(work)


def _plain(row: Any) -> Any:
    """An entity as JSON values: bytes as hex."""
    return {name: value.hex() if isinstance(value, bytes) else value for name, value in asdict(row).items()}


async def _rulesets(store: Store) -> Sequence[Any]:
    async with store.moment() as at:
        return await at.rulesets()


# Users first: leads name them.
COLLECTIONS = (
    _Collection("users", lambda tx, rows: tx.add_users(rows), User),
    _Collection(
        "invitations",
        lambda tx, rows: tx.add_invitations(rows),
        listed=lambda store: store.list_invitations(),
        key=lambda row: row.token_hash,
    ),
    _Collection(
        "rulesets", lambda tx, rows: tx.add_rulesets(rows), listed=_rulesets, key=lambda row: row.ruleset.version
    ),
    _Collection("drafts", lambda tx, rows: tx.add_drafts(rows), listed=lambda store: store.list_drafts()),
    _Collection("endpoints", lambda tx, rows: tx.add_endpoints(rows), listed=lambda store: store.list_endpoints()),
    _Collection(
        "import_runs", lambda tx, rows: tx.add_import_runs(rows), listed=lambda store: store.list_import_runs()
    ),
    _Collection("api_keys", lambda tx, rows: tx.add_api_keys(rows), listed=lambda store: store.list_api_keys()),
    _Collection(
        "suppressions",
        lambda tx, rows: tx.add_suppressions(rows),
        listed=lambda store: store.list_suppressions(),
        key=lambda row: row.address,
    ),
    _Collection("leads", lambda tx, rows: tx.add_leads(rows), Lead),
    _Collection("activities", lambda tx, rows: tx.add_activities(rows), Activity),
    _Collection("notifications", lambda tx, rows: tx.add_notifications(rows), Notification),
    _Collection("submissions", lambda tx, rows: tx.add_submissions(rows), SubmissionRecord),
)
