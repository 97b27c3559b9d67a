"""What `leadline doctor` asks of Firestore: documents that somebody else wrote, by their paths."""

from collections.abc import AsyncIterator
from typing import Any

from google.cloud.firestore_v1 import AsyncClient

from leadline.storage.firestore.connection import reading
from leadline.storage.firestore.documents import COLLECTIONS, OddDocument, document_id, to_entity, to_ruleset

PAGE = 500
# Found by the id that stands in the document; the others by the hash of a key.
_BY_ID = ("leads", "users", "activities", "notifications", "submissions")


async def odd_documents(client: AsyncClient) -> AsyncIterator[str]:
    """A sentence for each document that no list shows, or that stands under another id than its own. Reads everything."""
    for kind, collection in COLLECTIONS.items():
        async for path, data in _all(client, collection):
            try:
                entity: Any = to_entity(kind, path, data)
            except OddDocument as odd:
                yield str(odd)
            else:
                if collection in _BY_ID and path != f"{collection}/{document_id(entity.id)}":
                    yield f"{path} holds the id {entity.id}, which belongs in {collection}/{document_id(entity.id)}"
    async for path, data in _all(client, "scoringRulesets"):
        try:
            to_ruleset(path, data)
        except OddDocument as odd:
            yield str(odd)


async def _all(client: AsyncClient, collection: str) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    after: Any = None
    while True:
        query: Any = client.collection(collection).order_by("__name__").limit(PAGE)
        if after is not None:
            query = query.start_after({"__name__": after})
        async with reading():
            rows = [row async for row in query.stream()]
        for row in rows:
            yield row.reference.path, row.to_dict() or {}
        if len(rows) < PAGE:
            return
        after = rows[-1].reference
