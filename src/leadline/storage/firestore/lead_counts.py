"""How many leads there are of each sort: a map of counts in each of ten documents, which add up. A commit that moves leads adds to
one of the ten, taken by chance, and reads none: writers seldom meet at one document, and a reader reads ten, however many leads
there are."""

import random
from collections.abc import Iterator, Mapping
from datetime import datetime
from uuid import UUID

from google.cloud.firestore_v1 import DELETE_FIELD, AsyncClient

from leadline.domain.lead_counts import Cell, added, cell_of, deltas
from leadline.domain.leads import CATEGORIES, STATUSES, Category, Lead, Status
from leadline.storage.firestore import queries
from leadline.storage.firestore.changes import Changes
from leadline.storage.firestore.documents import NOBODY, Data
from leadline.storage.firestore.queries import Found
from leadline.storage.firestore.reads import Reads
from leadline.storage.firestore.trail import entity_of

SHARDS = 10
# Firestore adds to 500 numbers of a document at once.
CELLS_MAX = 400
# What moves a lead from one cell to another; a change of anything else is not looked at.
_MOVING = frozenset({"assignedTo", "category", "status", "waitingSince", "needsReview", "isDeleted", "isSpam"})
_CATEGORIES: dict[str, Category] = {name: name for name in CATEGORIES}
_STATUSES: dict[str, Status] = {name: name for name in STATUSES}
_FLAGS = {"0": False, "1": True}


def shard_path(number: int) -> str:
    """One of the ten documents."""
    return f"leadCounts/{number}"


def write_counts(reads: Reads, changes: Changes) -> None:
    """Count the leads that these changes move, as they were read and as they will be."""
    if moves := deltas(_moves(reads, changes)):
        add_counts(changes, moves)


def add_counts(changes: Changes, moves: Mapping[Cell, int]) -> None:
    """Add to the counts of these cells, CELLS_MAX at most."""
    shard = shard_path(random.randrange(SHARDS))  # noqa: S311 - to spread writes, not a secret
    changes.increase(shard, {f"counts.{key_of(cell)}": number for cell, number in moves.items()})


def _moves(reads: Reads, changes: Changes) -> Iterator[tuple[Cell | None, Cell | None]]:
    for path, kind, data in changes.under("leads/"):
        if kind == "update" and _MOVING.isdisjoint(data):
            continue
        found = None if kind == "create" else reads.seen(path)
        before = found.data if found else {}
        after = {name: value for name, value in (before | data).items() if value is not DELETE_FIELD}
        yield _cell(path, before), None if kind == "delete" else _cell(path, after)


def _cell(path: str, data: Data) -> Cell | None:
    """The cell of a document. One that somebody else wrote has none, and a recount leaves it out as well."""
    lead = entity_of(Lead, Found(path, data, None)) if data else None
    return None if lead is None else cell_of(lead)


async def read_counts(client: AsyncClient, at: datetime | None = None) -> dict[Cell, int]:
    """The sums of the ten, as they are now or were at a time."""
    found = await queries.get(client, map(shard_path, range(SHARDS)), at)
    counts: dict[Cell, int] = {}
    for row in filter(None, found.values()):
        kept = row.data.get("counts", {})
        counts = added(counts, {cell: number for key, number in kept.items() if (cell := cell_of_key(key)) is not None})
    return counts


def replace_counts(changes: Changes, counts: Mapping[Cell, int]) -> None:
    """Write a recount in place of whatever there was."""
    changes.update(shard_path(0), {"counts": {key_of(cell): number for cell, number in counts.items()}}, None)
    for number in range(1, SHARDS):
        changes.delete(shard_path(number))


def key_of(cell: Cell) -> str:
    """The name of a cell in a document: a plain word, so that a path of fields needs no quoting."""
    owner = cell.assigned_to.hex if cell.assigned_to else NOBODY
    return f"{cell.category}_{cell.status}_{cell.is_waiting:d}_{cell.needs_review:d}_{owner}"


def cell_of_key(key: str) -> Cell | None:
    """The inverse of `key_of`; None for what somebody else wrote."""
    try:
        category, status, is_waiting, needs_review, owner = key.split("_")
        assigned_to = None if owner == NOBODY else UUID(hex=owner)
        return Cell(assigned_to, _CATEGORIES[category], _STATUSES[status], _FLAGS[is_waiting], _FLAGS[needs_review])
    except (ValueError, KeyError):
        return None
