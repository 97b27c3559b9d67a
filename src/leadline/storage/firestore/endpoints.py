"""Endpoints on Firestore: a document each, under its name, which makes the name its own."""

from collections.abc import Sequence

from google.cloud.firestore_v1 import AsyncClient

from leadline.domain.endpoints import Endpoint
from leadline.ports import LostRace
from leadline.storage.firestore import queries
from leadline.storage.firestore.changes import Changes
from leadline.storage.firestore.documents import key_id, to_data, to_entity
from leadline.storage.firestore.queries import Find
from leadline.storage.firestore.reads import Reads
from leadline.storage.firestore.trail import entity_of


def endpoint_path(name: str) -> str:
    """The document of an endpoint."""
    return f"endpoints/{key_id(name)}"


async def find_endpoint(client: AsyncClient, name: str) -> Endpoint | None:
    """The endpoint of a name."""
    path = endpoint_path(name)
    found = (await queries.get(client, [path]))[path]
    return to_entity(Endpoint, path, found.data) if found else None


async def list_endpoints(client: AsyncClient) -> list[Endpoint]:
    """Every endpoint, by name."""
    rows = await queries.run(client, Find("endpoints"))
    found = [endpoint for row in rows if (endpoint := entity_of(Endpoint, row)) is not None]
    return sorted(found, key=lambda endpoint: endpoint.name)


async def read_endpoints(reads: Reads) -> list[Endpoint]:
    """Every endpoint."""
    return [to_entity(Endpoint, row.path, row.data) for row in await reads.find(Find("endpoints"))]


async def write_endpoints(reads: Reads, changes: Changes, new: Sequence[Endpoint], edited: Sequence[Endpoint]) -> None:
    """New endpoints, and what was edited of others."""
    for endpoint in new:
        changes.create(endpoint_path(endpoint.name), to_data(endpoint))
    stored = await reads.get([endpoint_path(endpoint.name) for endpoint in edited]) if edited else {}
    for endpoint in edited:
        found = stored[endpoint_path(endpoint.name)]
        if found is None or found.data["version"] != endpoint.version:
            raise LostRace("another writer changed the same endpoint")
        changes.update(found.path, to_data(endpoint) | {"version": endpoint.version + 1}, found.update_time)
