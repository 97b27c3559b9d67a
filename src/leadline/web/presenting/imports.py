"""Imports as pages show them: runs in a list, how far one is, how a file is understood column by column, what an undo left."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from leadline.domain.imports import ImportRun, goes_on, status_of
from leadline.sources.csv.plan import MEANINGS, Plan
from leadline.sources.csv.presets import CREATED_AT, OWNER, RECORD_ID
from leadline.sources.csv.preview import PARTED_BY, Preview, PreviewRow, example_of
from leadline.web.presenting.lead_page import LABELS
from leadline.web.presenting.words import Moment, aged, counted, day, span

RECOGNISED, NO_FIELD = "auto", ""
_NAMES = LABELS | {
    "first_name": "First name",
    "last_name": "Last name",
    CREATED_AT: "When the lead came",
    OWNER: "Owner",
    RECORD_ID: "Its id in the other system",
}
CHOICES = {NO_FIELD: "No field: keep it beside them"} | {meaning: _NAMES.get(meaning, meaning) for meaning in MEANINGS}
STATES = {"running": "Goes on", "done": "Done", "undoing": "Being taken back", "undone": "Taken back"}
INTERRUPTED = "Interrupted"
_BLANK = "—"


@dataclass(frozen=True, slots=True)
class Row:
    """An import in the list."""

    id: UUID
    name: str
    state: str
    created: int
    other: str
    by: str
    when: Moment


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import or its undo is. `left` is empty while nobody can tell."""

    done: int
    rows: int
    rate: str
    left: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file: its control in the form, an example, what it is recognised as, and what was chosen in its place."""

    control: str
    name: str
    example: str
    recognised: str
    chosen: str


@dataclass(frozen=True, slots=True)
class Line:
    """One of the first rows, as it would become a lead; or why it would not."""

    line: int
    cells: tuple[str, ...]
    why: str


HEADS = ("Contact", "Company", "E-mail", "Phone", "Source", "Came", "Owner")


def row(run: ImportRun, now: datetime, *, is_here: bool) -> Row:
    """An import in a line."""
    parts = [(run.duplicate, "duplicate"), (run.rejected, "rejected"), (run.spam, "spam")]
    other = ", ".join(f"{number:,} {word}" for number, word in parts if number) or _BLANK
    by = run.actor_name or _BLANK
    return Row(run.id, run.name, state_of(run, now, is_here=is_here), run.created, other, by, aged(run.started_at, now))


def state_of(run: ImportRun, now: datetime, *, is_here: bool) -> str:
    """Where an import stands; one that nobody was heard of for a while was interrupted."""
    status = status_of(run)
    if status == "undoing" and not is_here:
        return "Taken back in part"
    return INTERRUPTED if status == "running" and not is_here and not goes_on(run, now) else STATES[status]


def progress(run: ImportRun) -> Progress:
    """How far it is, how fast it went so far, and how long it will take yet."""
    if status_of(run) == "undoing":
        return Progress(run.undo_rows, run.rows, "", "")
    seconds = (run.updated_at - run.started_at).total_seconds()
    if not run.done or seconds < 1:
        return Progress(run.done, run.rows, "", "")
    rate = run.done / seconds
    left = span(timedelta(seconds=int((run.rows - run.done) / rate) + 1))
    return Progress(run.done, run.rows, f"{rate:,.0f} a second", left)


def understood(plan: Plan) -> str:
    """How a file is read, in a sentence."""
    parts = [counted(plan.rows_total, "row"), counted(len(plan.columns), "column")]
    if plan.table.encoding is None:
        parts.append("an Excel workbook")
    else:
        parts.append(f"cells parted by {PARTED_BY.get(plan.table.delimiter, plan.table.delimiter)}")
        parts.append(plan.table.encoding.upper())
    parts.append(f"columns named on line {plan.header_line}")
    if plan.date_format:
        parts.append(f"dates written {plan.date_format}")
    return ", ".join(parts)


def columns(found: Preview, typed: Mapping[str, str]) -> tuple[Column, ...]:
    """Every column, by its place in the file: a name may be anything."""
    made = []
    for number, name in enumerate(found.plan.columns):
        control = f"column-{number}"
        meaning = found.meanings.get(name)
        recognised = _NAMES.get(meaning, meaning) if meaning else "no field"
        made.append(Column(control, name, example_of(found, name), recognised, typed.get(control, RECOGNISED)))
    return tuple(made)


def chosen_in(form: Mapping[str, str], names: list[str]) -> dict[str, str]:
    """What somebody chose in place of what was recognised, by column."""
    found = {name: form.get(f"column-{number}", RECOGNISED) for number, name in enumerate(names)}
    return {name: meaning for name, meaning in found.items() if meaning != RECOGNISED}


def lines(found: Preview) -> tuple[Line, ...]:
    """The first rows as leads."""
    return tuple(_line(one) for one in found.rows)


def _line(one: PreviewRow) -> Line:
    lead = one.becomes
    if lead is None:
        told = " · ".join(" ".join(text.split())[:40] for text in list(one.row.cells.values())[:4])
        return Line(one.row.line, (told,), one.why)
    came = day(one.row.created_at) if one.row.created_at else "now"
    texts = (
        lead.contact_name,
        lead.company_name,
        lead.email,
        lead.phone,
        lead.source or "CSV Import",
        came,
        one.row.owner,
    )
    return Line(one.row.line, tuple((text or _BLANK)[:60] for text in texts), "")
