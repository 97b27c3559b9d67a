"""An import: one file taken in, how far it has come, what came of its rows. Which file is the same file, and which row the same row."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from leadline.domain.activities import Activity, Actor, canonical_json, record
from leadline.domain.emails import parse_email
from leadline.domain.leads import Lead
from leadline.domain.users import User

ImportStatus = Literal["running", "done", "undoing", "undone"]
NAME_MAX = 255
# An import says every second how far it is.
SILENT_AFTER = timedelta(seconds=10)
# Of how many leads that an undo leaves alone the reason is kept.
KEPT_MAX = 1_000
TAKEN_BACK = "import_taken_back"
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
class ImportRun:
    """A row of `import_runs`. `file` and `mapping` tell which import it is, `columns` are the file's own, `rows` are all that are
    not blank, of which `done` are through; the counts add up to `done`. Leads whose row names no source get `source`.

    An undo has been through `undo_rows` rows; of the leads behind them it `deleted` some, has `given_back` what others had before,
    and left `kept_count` as they are: `kept` holds the reasons of the first ones, by the lead's id."""

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
    source: str | None = None
    undo_rows: int = 0
    deleted: int = 0
    given_back: int = 0
    kept_count: int = 0
    kept: dict[str, str] = field(default_factory=dict)


def status_of(run: ImportRun) -> ImportStatus:
    """Where a run stands. A running one may have been interrupted: the same file again goes on with it."""
    if run.undone_at is not None:
        return "undone"
    if run.undo_rows:
        return "undoing"
    return "done" if run.finished_at is not None else "running"


def goes_on(run: ImportRun, now: datetime) -> bool:
    """Whether somebody is at it: it is not finished, and was heard of a moment ago."""
    return run.finished_at is None and now - run.updated_at < SILENT_AFTER


def shown_name(name: str) -> str:
    """What a file is called, as far as it can be shown and stored: its end, without characters that cannot be seen."""
    return "".join(char for char in name if char.isprintable())[-NAME_MAX:] or "a file"


def is_same_import(run: ImportRun, file: str, mapping: Mapping[str, str]) -> bool:
    """Whether a run took in this file under this mapping."""
    return run.file == file and run.mapping == dict(mapping)


def used_before(runs: Iterable[ImportRun], columns: Iterable[str]) -> ImportRun | None:
    """The last import of a file with these columns, in whatever order, whose mapping nobody took back. `runs` are newest first."""
    named = frozenset(columns)
    return next((run for run in runs if run.undone_at is None and frozenset(run.columns) == named), None)


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


def before_import(lead: Lead, import_id: UUID, filled: Iterable[str]) -> dict[str, Any]:
    """What a row that is merged into a lead changes of it, as it was: an undo gives it back."""
    return {
        "import_id": import_id,
        "fields": {name: getattr(lead, name) for name in filled},
        "field_sources": lead.field_sources,
        "extra": lead.extra,
        "needs_review": lead.needs_review,
    }


def import_taken_back(id: UUID, before: Lead, after: Lead, import_id: UUID, actor: Actor, at: datetime) -> Activity:
    """The entry of a trail: what a lead got from an import was given back."""
    changed = [name for name in before.__slots__ if getattr(after, name) != getattr(before, name)]
    old, new = ({name: getattr(lead, name) for name in changed} for lead in (before, after))
    sentence = "An import was taken back, and with it what it had filled in"
    return record("edited", id, before.id, sentence, actor, at, old=old, new=new | {TAKEN_BACK: import_id})


def says_taken_back(activity: Activity, import_id: UUID) -> bool:
    """Whether an import was taken back here."""
    return activity.action_type == "edited" and f'"{TAKEN_BACK}": "{import_id}"' in (activity.new_value or "")


def is_of_import(activity: Activity, import_id: UUID) -> bool:
    """Whether an import merged a row into a lead here."""
    told = activity.old_value or ""
    return activity.action_type == "duplicate_submission" and f'"import_id": "{import_id}"' in told


def why_kept(lead: Lead, trail: Iterable[Activity], import_id: UUID) -> str | None:
    """Why an undo leaves a lead alone: people, or another posting, have had to do with it since. `trail` is all of it since the
    import came to it. None where nothing stands against it."""
    for activity in trail:
        if activity.actor_kind != "system":
            return f"{activity.actor_name or 'somebody'} has worked on it since: {activity.description}"
        if activity.action_type == "duplicate_submission" and not is_of_import(activity, import_id):
            return "another import has added to it since"
    return None


def given_back(lead: Lead, trail: Iterable[Activity], import_id: UUID) -> Lead:
    """The lead as it was before rows of the import were merged into it. `trail` is newest first."""
    for activity in trail:
        if is_of_import(activity, import_id):
            was = json.loads(activity.old_value or "{}")
            fields = was.pop("fields")
            del was["import_id"]
            lead = replace(lead, **was, **fields)
    return lead


def owners_by_name(users: Sequence[User]) -> dict[str, UUID]:
    """Active users by their address and by their full name; a name that two have is nobody's."""
    owners: dict[str, UUID] = {}
    twice: set[str] = set()
    for user in users:
        if user.is_active:
            name = name_key(user.full_name)
            if name in owners:
                twice.add(name)
            owners[name] = user.id
    for name in twice:
        del owners[name]
    return owners | {user.email_key: user.id for user in users if user.is_active}


def name_key(name: str) -> str:
    """What of a name counts: an address as addresses are compared, else its words without case."""
    if "@" in name:
        try:
            return parse_email(name).key
        except ValueError:
            return ""
    return " ".join(name.casefold().split())
