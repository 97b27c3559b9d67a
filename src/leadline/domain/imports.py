"""An import: one file taken in, how far it has come, what came of its rows. Which file is the same file, and which row the same row."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from leadline.domain.activities import canonical_json

ImportStatus = Literal["running", "done", "undone"]
NAME_MAX = 255
_TIME_BITS = 48
_VERSION_AND_VARIANT = 0x7 << 76 | 0b10 << 62
_FREE_BITS = ((1 << 80) - 1) & ~(0xF << 76 | 0b11 << 62)


@dataclass(frozen=True, slots=True)
class FileRow:
    """One row that is not blank. `cells` are its texts by column, blank ones left out; `fields` goes into `parse_submission`."""

    number: int
    line: int
    cells: Mapping[str, str]
    fields: Mapping[str, object]
    created_at: datetime | None = None
    owner: str | None = None
    record_id: str | None = None


@dataclass(slots=True)
class Tally:
    """What came of the rows so far. `duplicate` counts those of an earlier import too."""

    created: int = 0
    duplicate: int = 0
    rejected: int = 0
    spam: int = 0

    def total(self) -> int:
        """How many rows that is."""
        return self.created + self.duplicate + self.rejected + self.spam


@dataclass(slots=True)
class ImportRun:
    """A row of `import_runs`. `file` and `mapping` tell which import it is, `columns` are the file's own, `rows` are all that are
    not blank, of which `done` are through; the counts add up to `done`."""

    id: UUID
    name: str
    file: str
    mapping: dict[str, str]
    columns: list[str]
    rows: int
    started_at: datetime
    updated_at: datetime
    preset: str | None = None
    routes: bool = False
    notifies: bool = False
    done: int = 0
    created: int = 0
    duplicate: int = 0
    rejected: int = 0
    spam: int = 0
    finished_at: datetime | None = None
    undone_at: datetime | None = None
    actor_name: str = ""
    user_id: UUID | None = None
    version: int = 1


def status_of(run: ImportRun) -> ImportStatus:
    """Where a run stands. A running one may have been interrupted: the same file again goes on with it."""
    if run.undone_at is not None:
        return "undone"
    return "done" if run.finished_at is not None else "running"


def is_same_import(run: ImportRun, file: str, mapping: Mapping[str, str]) -> bool:
    """Whether a run took in this file under this mapping."""
    return run.file == file and run.mapping == dict(mapping)


def row_id(run_id: UUID, number: int) -> UUID:
    """The id of a row's submission: always the same one, so that a row which was taken in before an interruption is known again.
    It has the time of the run, and ascends with the rows."""
    digest = int.from_bytes(hashlib.sha256(run_id.bytes).digest()[:5], "big")
    low = (number << 40 | digest) & ((1 << 74) - 1)
    spread = (low >> 62) << 64 | low & ((1 << 62) - 1)
    return UUID(int=run_id.int >> 80 << 80 | spread & _FREE_BITS | _VERSION_AND_VARIANT)


def row_key(run: ImportRun, row: FileRow) -> str:
    """What a row is known by for ever: the CRM's id where the file has one, else file, mapping and content."""
    if row.record_id:
        told: list[object] = ["record", run.preset, row.record_id]
    else:
        told = ["row", run.file, run.mapping, dict(row.cells)]
    return hashlib.sha256(canonical_json(told).encode()).hexdigest()


def key_after_undo(key: str, undone: UUID) -> str:
    """The key of a row that an import gave and its undo released."""
    return hashlib.sha256(f"{key} after {undone}".encode()).hexdigest()
