"""Which queries the declared indexes serve. The emulator answers every query, Firestore only those with an index."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from google.cloud.firestore_v1 import AsyncClient, AsyncQuery

from leadline.storage.firestore import queries
from leadline.storage.firestore.queries import Find, Order, Shape

FILE = Path(queries.__file__).with_name("firestore.indexes.json")


@cache
def declared() -> list[tuple[str, tuple[tuple[str, str], ...]]]:
    """Each composite index: its collection, and its fields with a direction or CONTAINS."""
    return [
        (index["collectionGroup"], tuple((f["fieldPath"], f.get("order") or f["arrayConfig"]) for f in index["fields"]))
        for index in json.loads(FILE.read_text())["indexes"]
    ]


@cache
def exempt() -> set[tuple[str, str]]:
    """Fields without the index that Firestore makes for every field by itself."""
    overrides = json.loads(FILE.read_text())["fieldOverrides"]
    return {(field["collectionGroup"], field["fieldPath"]) for field in overrides if not field["indexes"]}


def missing(find: Find) -> str | None:
    """What no index serves of a query, or None. Firestore merges indexes that end in the same order: together they must name
    every field that is asked to be equal, and each of them no other."""
    shape = queries.shape_of(find)
    ordered = {name for name, _ in shape.order}
    if beside := {name for name, _, _ in find.ranges} - ordered:
        return f"{find.collection}: a range on {beside} that is not in the order"
    if twice := shape.equal & ordered:
        return f"{find.collection}: {twice} is both equal and in the order"
    asked = shape.equal | ({shape.contains} if shape.contains else set())
    if not shape.order or (len(shape.order) == 1 and not asked):
        unserved = {name for name in asked | ordered if (shape.collection, name) in exempt()}
        return f"{find.collection}: {unserved} has no index of its own" if unserved else None
    left = asked - _served(shape, asked)
    served = left == set() and (asked or _is_declared(shape.collection, shape.order))
    return None if served else f"{find.collection}: {sorted(left)} of {sorted(asked)} by {shape.order}"


@contextmanager
def demanded() -> Iterator[None]:
    """Fail every query that Firestore would refuse, as long as this lasts."""
    to_query = queries.to_query

    def with_index(client: AsyncClient, find: Find) -> AsyncQuery:
        lack = missing(find)
        assert lack is None, f"no index: {lack}"
        return to_query(client, find)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(queries, "to_query", with_index)
        yield


def _served(shape: Shape, asked: set[str] | frozenset[str]) -> set[str]:
    served: set[str] = set()
    for collection, fields in declared():
        prefix, suffix = fields[: -len(shape.order)], fields[-len(shape.order) :]
        names = {name for name, _ in prefix}
        fits = all((kind == "CONTAINS") == (name == shape.contains) for name, kind in prefix)
        if collection == shape.collection and suffix == shape.order and names <= asked and fits:
            served |= names
    return served


def _is_declared(collection: str, order: Order) -> bool:
    return (collection, order) in declared()
