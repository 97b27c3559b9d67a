"""Queries as plain descriptions, and how they run. What indexes they need can be read off the description."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from google.cloud.firestore_v1 import AsyncClient, AsyncQuery
from google.cloud.firestore_v1.base_query import FieldFilter

from leadline.storage.firestore.connection import reading
from leadline.storage.firestore.documents import Data

Direction = Literal["ASCENDING", "DESCENDING"]
Order = tuple[tuple[str, Direction], ...]

# An `in` stands for so many values at most; several of them multiply.
DISJUNCTIONS_MAX = 30


@dataclass(frozen=True, slots=True)
class Found:
    """A document as it was at the time of the read."""

    path: str
    data: Data
    update_time: Any

    @property
    def id(self) -> str:
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Find:
    """Which documents of a collection. `equal` maps a field to a value, or to a tuple of which one must fit; `contains` is a
    field with a value of its array; `ranges` are bounds on fields that the order names too. `only` these fields are read."""

    collection: str
    equal: dict[str, Any] = field(default_factory=dict)
    contains: tuple[str, str] | None = None
    ranges: tuple[tuple[str, str, Any], ...] = ()
    order: Order = ()
    after: tuple[Any, ...] | None = None
    limit: int | None = None
    only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shape:
    """What an index must offer for a query: fields in any order, then fields in this one."""

    collection: str
    equal: frozenset[str]
    contains: str | None
    order: Order


def shape_of(find: Find) -> Shape:
    """The shape of a query."""
    contains = find.contains[0] if find.contains else None
    return Shape(find.collection, frozenset(find.equal), contains, find.order)


def disjunctions(find: Find) -> int:
    """How many equalities the server makes of this query."""
    number = 1
    for value in find.equal.values():
        number *= len(value) if isinstance(value, tuple) else 1
    return number


def to_query(client: AsyncClient, find: Find) -> AsyncQuery:
    """The client's query."""
    assert disjunctions(find) <= DISJUNCTIONS_MAX, "a query of more disjunctions than Firestore takes"
    query: Any = client.collection(find.collection)
    for name, value in find.equal.items():
        one_of = isinstance(value, tuple)
        query = query.where(filter=FieldFilter(name, "in" if one_of else "==", list(value) if one_of else value))
    if find.contains:
        query = query.where(filter=FieldFilter(find.contains[0], "array_contains", find.contains[1]))
    for name, operator, value in find.ranges:
        query = query.where(filter=FieldFilter(name, operator, value))
    for name, direction in find.order:
        query = query.order_by(name, direction=direction)
    if find.only:
        query = query.select(list(find.only))
    if find.after is not None:
        query = query.start_after(dict(zip((name for name, _ in find.order), find.after, strict=True)))
    limited: AsyncQuery = query.limit(find.limit) if find.limit is not None else query
    return limited


async def run(client: AsyncClient, find: Find, read_time: datetime | None = None) -> list[Found]:
    """The documents, as they are now or were at a time."""
    async with reading():
        stream = to_query(client, find).stream(**_at(read_time))
        return [Found(d.reference.path, d.to_dict() or {}, d.update_time) async for d in stream]


async def count(client: AsyncClient, find: Find) -> int:
    """How many documents there are, counted by the server."""
    async with reading():
        query: Any = to_query(client, find)
        return int((await query.count().get())[0][0].value)


async def get(client: AsyncClient, paths: Iterable[str], read_time: datetime | None = None) -> dict[str, Found | None]:
    """These documents by their paths; None for those that are not there."""
    wanted = list(dict.fromkeys(paths))
    found: dict[str, Found | None] = dict.fromkeys(wanted)
    if wanted:
        async with reading():
            references = [client.document(path) for path in wanted]
            async for d in client.get_all(references, **_at(read_time)):
                if d.exists:
                    found[d.reference.path] = Found(d.reference.path, d.to_dict() or {}, d.update_time)
    return found


def chunks(values: Sequence[Any], size: int = DISJUNCTIONS_MAX) -> list[tuple[Any, ...]]:
    """The values in tuples of at most `size`, each value once."""
    once = list(dict.fromkeys(values))
    return [tuple(once[i : i + size]) for i in range(0, len(once), size)]


def _at(read_time: datetime | None) -> dict[str, Any]:
    return {} if read_time is None else {"read_time": read_time}
