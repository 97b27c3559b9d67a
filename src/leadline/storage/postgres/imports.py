"""Imports on PostgreSQL: their SQL, and the part of a transaction that is about them."""

from collections.abc import Sequence

from leadline.domain.imports import ImportRun
from leadline.domain.lead_lists import Page, Position
from leadline.storage.postgres import rows
from leadline.storage.postgres.buffered import Buffered
from leadline.storage.postgres.rows import Connection

# What changes while an import goes on, and when it is taken back.
_CHANGED = (
    "updated_at", "done", "created", "duplicate", "rejected", "spam", "finished_at", "undone_at", "undo_rows", "deleted",
    "given_back", "kept_count", "kept",
)  # fmt: skip

ALL_RUNS = f"SELECT {rows.select(rows.IMPORT_RUN)} FROM leadline.import_runs ORDER BY id DESC"
_PAGE = f"SELECT {rows.select(rows.IMPORT_RUN)} FROM leadline.import_runs WHERE $1::uuid IS NULL OR id < $1 ORDER BY id DESC LIMIT $2"
_INSERT = (
    f"WITH i AS (INSERT INTO leadline.import_runs ({', '.join(rows.IMPORT_RUN)})"
    f" VALUES ({', '.join(f'${n + 1}' for n in range(len(rows.IMPORT_RUN)))}) RETURNING 1) SELECT EXISTS (SELECT FROM i)"
)
_UPDATE = (
    "WITH u AS (UPDATE leadline.import_runs SET "
    + ", ".join(f"{name} = ${n + 1}" for n, name in enumerate(_CHANGED))
    + f", version = version + 1 WHERE id = ${len(_CHANGED) + 1} AND version = ${len(_CHANGED) + 2} RETURNING 1)"
    " SELECT EXISTS (SELECT FROM u)"
)


async def newest_import_runs(connection: Connection, position: Position | None, limit: int) -> Page[ImportRun]:
    """A page of the imports, newest first."""
    after = position[0] if position else None
    found = [ImportRun(*row) for row in await connection.fetch(_PAGE, after, limit + 1)]
    return Page(found[:limit], (found[limit - 1].id,) if len(found) > limit else None)


class ImportTx(Buffered):
    """See `ports.Tx`."""

    async def import_runs(self) -> list[ImportRun]:
        self._check_reading()
        return [ImportRun(*row) for row in await self._connection.fetch(ALL_RUNS)]

    def add_import_runs(self, runs: Sequence[ImportRun]) -> None:
        for run in runs:
            self._statement(_INSERT, *(getattr(run, name) for name in rows.IMPORT_RUN))

    def update_import_runs(self, runs: Sequence[ImportRun]) -> None:
        for run in runs:
            self._statement(_UPDATE, *(getattr(run, name) for name in _CHANGED), run.id, run.version)
