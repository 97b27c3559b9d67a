"""Imports on Firestore: a document each."""

from collections.abc import Sequence

from google.cloud.firestore_v1 import AsyncClient

from leadline.domain.imports import ImportRun
from leadline.ports import LostRace
from leadline.storage.firestore import queries
from leadline.storage.firestore.changes import Changes
from leadline.storage.firestore.documents import document_id, to_data, to_entity
from leadline.storage.firestore.queries import Find
from leadline.storage.firestore.reads import Reads
from leadline.storage.firestore.trail import entity_of


async def list_import_runs(client: AsyncClient) -> list[ImportRun]:
    """Every import, newest first."""
    rows = await queries.run(client, Find("importRuns"))
    found = [run for row in rows if (run := entity_of(ImportRun, row)) is not None]
    return sorted(found, key=lambda run: run.id, reverse=True)


async def read_import_runs(reads: Reads) -> list[ImportRun]:
    """Every import."""
    return [to_entity(ImportRun, row.path, row.data) for row in await reads.find(Find("importRuns"))]


async def write_import_runs(
    reads: Reads, changes: Changes, new: Sequence[ImportRun], changed: Sequence[ImportRun]
) -> None:
    """New imports, and how far others have come."""
    for run in new:
        changes.create(f"importRuns/{document_id(run.id)}", to_data(run))
    stored = await reads.get([f"importRuns/{document_id(run.id)}" for run in changed]) if changed else {}
    for run in changed:
        found = stored[f"importRuns/{document_id(run.id)}"]
        if found is None or found.data["version"] != run.version:
            raise LostRace("another writer went on with the same import")
        changes.update(found.path, to_data(run) | {"version": run.version + 1}, found.update_time)
