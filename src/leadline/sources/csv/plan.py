"""How one file will be read: its columns, what each of them means, how its dates are written, how many rows there are."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from leadline.domain.answers import FIELDS
from leadline.domain.errors import Fault, Invalid
from leadline.domain.imports import FileRow
from leadline.domain.spreadsheets import original_text
from leadline.sources.csv.dates import DateColumn
from leadline.sources.csv.dialect import Record
from leadline.sources.csv.headers import LOOKED_AT, column_name, find_header, looks_like_address
from leadline.sources.csv.presets import CREATED_AT, OWNER, RECORD_ID, ROLES, preset_mapping, recognise
from leadline.sources.csv.table import Table
from leadline.sources.mapping import label_key, matched, to_fields

MEANINGS = (*FIELDS, "first_name", "last_name", *ROLES)
RECORD_ID_MAX = 200


@dataclass(frozen=True, slots=True)
class Plan:
    """A file that has been looked through. `mapping` says what the columns with a meaning of their own mean, the others are told
    by their labels."""

    table: Table
    columns: list[str]
    header_line: int
    mapping: dict[str, str]
    preset: str | None
    dates: DateColumn
    rows_total: int

    def rows(self, after: int = 0) -> Iterator[FileRow]:
        """Every row that is not blank, from the one with this number on."""
        # A column that says when, or whose, answers nothing: it stays under its label.
        answers = {column: "" if meaning in ROLES else meaning for column, meaning in self.mapping.items()}
        roles = {meaning: column for column, meaning in self.mapping.items() if meaning in ROLES}
        for number, (line, cells) in enumerate(_data(self.table, self.header_line), 1):
            if number > after:
                yield self._row(number, line, _by_column(self.columns, cells), answers, roles)

    def _row(
        self, number: int, line: int, cells: dict[str, str], answers: Mapping[str, str], roles: Mapping[str, str]
    ) -> FileRow:
        told = {role: text.strip() for role, column in roles.items() if (text := cells.get(column))}
        created_at = self.dates.read(told[CREATED_AT]) if CREATED_AT in told else None
        # An owner and a time that cannot be read stay with the lead as they are written.
        read = {roles[CREATED_AT]} if created_at else set()
        labels = {column: text for column, text in cells.items() if column not in read}
        record_id = told.get(RECORD_ID, "")[:RECORD_ID_MAX] or None
        return FileRow(
            number, line, cells, to_fields(labels, answers), created_at, told.get(OWNER), record_id
        )  # fmt: skip

    @property
    def date_format(self) -> str | None:
        """How its dates are read, where a column says when a lead came."""
        return self.dates.described if CREATED_AT in self.mapping.values() else None

    def filled(self, row: FileRow) -> dict[str, str]:
        """Which field or role each column of a row fills."""
        answers = {column: "" if meaning in ROLES else meaning for column, meaning in self.mapping.items()}
        found = {column: field for field, column in matched(row.cells, answers).items()}
        return found | {column: meaning for column, meaning in self.mapping.items() if meaning in ROLES}


def columns_of(table: Table) -> list[str]:
    """The columns that the header names. Raises UnreadableFile."""
    return _header(table)[1]


def _header(table: Table) -> tuple[int, list[str]]:
    return find_header(
        list(islice(((line, cells) for line, cells in table.records() if any(map(str.strip, cells))), LOOKED_AT))
    )


def plan_file(
    table: Table, given: Mapping[str, str] | None = None, remembered: Mapping[str, str] | None = None
) -> Plan:
    """Look through the rows. `given` maps columns (by label) to fields or roles and wins; `remembered`, the mapping of an earlier
    import of the same columns, stands in place of what would be recognised. Raises UnreadableFile, and Invalid for a column or a
    meaning that does not exist."""
    header_line, columns = _header(table)
    preset = recognise(columns)
    mapping = preset_mapping(columns, preset) if remembered is None else dict(remembered)
    own = _checked(given or {}, columns)
    mapping = {column: meaning for column, meaning in mapping.items() if meaning not in own.values()} | own
    dated = next((column for column, meaning in mapping.items() if meaning == CREATED_AT), None)
    dates = DateColumn(day_first=table.delimiter == ";")
    addresses: Counter[str] = Counter()
    total = 0
    for _, cells in _data(table, header_line):
        total += 1
        if dated or total <= 1_000:
            row = _by_column(columns, cells)
            if dated in row:
                dates.look(row[dated])
            if total <= 1_000:
                addresses.update(column for column, text in row.items() if looks_like_address(text))
    if "email" not in matched(dict.fromkeys(columns, "a@b.co"), mapping) and addresses:
        # No column is called e-mail, whatever the reason; the one that holds addresses is meant.
        mapping[addresses.most_common(1)[0][0]] = "email"
    return Plan(table, columns, header_line, mapping, preset.name if preset else None, dates, total)


def _data(table: Table, header_line: int) -> Iterator[Record]:
    for line, cells in table.records():
        if line > header_line and any(map(str.strip, cells)):
            yield line, cells


def _by_column(columns: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    """The texts of a record under their columns, without blank ones and without the marks of a spreadsheet's export."""
    named = dict(zip(columns, cells, strict=False))
    for number in range(len(columns), len(cells)):
        named[column_name(number + 1)] = cells[number]
    return {column: original_text(text) for column, text in named.items() if text and not text.isspace()}


def _checked(given: Mapping[str, str], columns: Sequence[str]) -> dict[str, str]:
    known = {label_key(column): column for column in reversed(columns)}
    faults = [
        Fault(f"/{label}", f"is no column of the file; it has {', '.join(columns)}")
        for label in given
        if label_key(label) not in known
    ]
    faults += [
        Fault(f"/{label}", f"cannot become {meaning}; there are {', '.join(MEANINGS)}")
        for label, meaning in given.items()
        if meaning and meaning not in MEANINGS
    ]
    if faults:
        raise Invalid(faults)
    return {known[label_key(label)]: meaning for label, meaning in given.items()}
