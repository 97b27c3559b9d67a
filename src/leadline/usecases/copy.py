"""Copy: everything from one store to another, through the port alone. Sessions stay behind: people sign in
again; login tries begin anew."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from leadline.domain.activities import canonical_json
from leadline.domain.lead_lists import LeadQuery, Page, Position
from leadline.domain.leads import Lead
from leadline.ports import Store, Tx

PAGE = 200
# A document each on Firestore, and one for the uniqueness of some: well below the 400 of a commit.
CHUNK = 100

# Every lead stands in exactly one of these.
_LISTS = (LeadQuery(statuses=()), LeadQuery(statuses=(), spam=True), LeadQuery(statuses=(), deleted=True))


@dataclass(frozen=True, slots=True)
class Tally:
    """What one collection holds: how many entities, and a SHA-256 over their canonical JSON in order of their keys."""

    count: int
    sha256: str


@dataclass(frozen=True, slots=True)
class _Collection:
    """How one collection is read, told apart and written."""

    name: str
    read: Callable[[Store], AsyncIterator[Any]]
    key: Callable[[Any], str]
    add: Callable[[Tx, Sequence[Any]], None]


async def copy_all(source: Store, target: Store, tell: Callable[[str, int], None]) -> None:
    """Write to `target` whatever it lacks; `tell` hears the collection and how many were written. What is there already is left
    as it is, so an interrupted copy is resumed by starting it again. Notifies nobody."""
    for collection in COLLECTIONS:
        have = {collection.key(row) async for row in collection.read(target)}
        written, chunk = 0, []
        async for row in collection.read(source):
            if collection.key(row) in have:
                continue
            chunk.append(row)
            if len(chunk) >= min(CHUNK, target.batch_max):
                await _write(target, collection, chunk)
                written, chunk = written + len(chunk), []
                tell(collection.name, written)
        if chunk:
            await _write(target, collection, chunk)
        tell(collection.name, written + len(chunk))


async def tally(store: Store) -> dict[str, Tally]:
    """The checksum of each collection: two stores with the same entities have the same, whatever they run on."""
    tallies = {}
    for collection in COLLECTIONS:
        lines = sorted([(collection.key(row), canonical_json(_plain(row))) async for row in collection.read(store)])
        digest = hashlib.sha256()
        for _, line in lines:
            digest.update(line.encode() + b"\n")
        tallies[collection.name] = Tally(len(lines), digest.hexdigest())
    return tallies


async def _write(target: Store, collection: _Collection, rows: list[Any]) -> None:
    async def work(tx: Tx) -> None:
        collection.add(tx, rows)

    await target.transact(work)


async def _pages(read: Callable[[Position | None, int], Awaitable[Page[Any]]]) -> AsyncIterator[Any]:
    position: Position | None = None
    while True:
        page = await read(position, PAGE)
        for row in page.items:
            yield row
        if page.next is None:
            return
        position = page.next


async def _leads(store: Store) -> AsyncIterator[Lead]:
    for query in _LISTS:
        async for lead in _pages(lambda position, limit, query=query: store.list_leads(query, position, limit)):  # type: ignore[misc]
            yield lead


async def _activities(store: Store) -> AsyncIterator[Any]:
    async for lead in _leads(store):
        trail = _pages(lambda position, limit, lead=lead: store.list_activities(lead.id, position, limit))  # type: ignore[misc]
        async for activity in trail:
            yield activity


async def _listed(rows: Awaitable[Iterable[Any]]) -> AsyncIterator[Any]:
    for row in await rows:
        yield row


def _plain(row: Any) -> Any:
    """An entity as JSON values: bytes as hex."""
    return {name: value.hex() if isinstance(value, bytes) else value for name, value in asdict(row).items()}


def _id(row: Any) -> str:
    return str(row.id)


# Users first: leads name them.
COLLECTIONS = (
    _Collection("users", lambda store: _listed(store.list_users()), _id, lambda tx, rows: tx.add_users(rows)),
    _Collection(
        "invitations",
        lambda store: _listed(store.list_invitations()),
        lambda row: row.token_hash.hex(),
        lambda tx, rows: tx.add_invitations(rows),
    ),
    _Collection(
        "rulesets",
        lambda store: _pages(store.list_rulesets),
        lambda row: f"{row.ruleset.version:09}",
        lambda tx, rows: tx.add_rulesets(rows),
    ),
    _Collection("drafts", lambda store: _listed(store.list_drafts()), _id, lambda tx, rows: tx.add_drafts(rows)),
    _Collection("api_keys", lambda store: _listed(store.list_api_keys()), _id, lambda tx, rows: tx.add_api_keys(rows)),
    _Collection("leads", _leads, _id, lambda tx, rows: tx.add_leads(rows)),
    _Collection("activities", _activities, _id, lambda tx, rows: tx.add_activities(rows)),
    _Collection(
        "notifications",
        lambda store: _pages(lambda position, limit: store.list_notifications(None, None, position, limit)),
        _id,
        lambda tx, rows: tx.add_notifications(rows),
    ),
    _Collection(
        "submissions",
        lambda store: _pages(lambda position, limit: store.list_submissions(None, None, position, limit)),
        _id,
        lambda tx, rows: tx.add_submissions(rows),
    ),
)
