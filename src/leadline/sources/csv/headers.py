"""Finding the header: which record names the columns, what stands before it, names that come twice or are blank."""

from collections.abc import Sequence

from leadline.sources.csv import UnreadableFile
from leadline.sources.csv.dialect import DELIMITERS, Record
from leadline.sources.csv.presets import HEADER_KEYS
from leadline.sources.mapping import is_known_label, label_key

LOOKED_AT = 20
COLUMNS_MAX = 1_000
COLUMN_CHARACTERS_MAX = 200


def find_header(first: Sequence[Record]) -> tuple[int, list[str]]:
    """The line of the header and the columns it names, from the first records that are not blank. Raises UnreadableFile."""
    if not first:
        raise UnreadableFile("the file is empty: it has no header and no rows")
    line, cells = _best(first)
    if _known(cells) == 0 and any(looks_like_address(cell) for cell in cells):
        raise UnreadableFile(
            f"the file has no header: line {line} holds data already. Put a row above it that names the columns, with Email among"
            " them"
        )
    if len(cells) == 1 and any(_known(cells[0].split(delimiter)) > 1 for delimiter in DELIMITERS):
        raise UnreadableFile(
            f"line {line} is one cell in quotes, so the file has one column, {cells[0]!r:.80}: save it again as CSV from the"
            " program it comes from"
        )
    if len(cells) > COLUMNS_MAX:
        raise UnreadableFile(
            f"line {line} names {len(cells)} columns, which is no table of leads; at most {COLUMNS_MAX} are read"
        )
    return line, _unique(cells)


def looks_like_address(cell: str) -> bool:
    """Whether a cell holds an e-mail address rather than the name of a column."""
    name, at, domain = cell.strip().rpartition("@")
    return bool(name and at and "." in domain and " " not in domain and len(cell) < 320)


def column_name(number: int) -> str:
    """What a column without a name is called."""
    return f"column {number}"


def _best(first: Sequence[Record]) -> Record:
    """The first record, unless a later one names several columns and it names none, or is a single cell: titles and notes stand
    above many exports."""
    cells = [cell for cell in first[0][1] if cell.strip()]
    if (_known(cells) and len(cells) > 1) or any(looks_like_address(cell) for cell in cells):
        return first[0]
    return next((record for record in first if _known(record[1]) > 1), first[0])


def _known(cells: Sequence[str]) -> int:
    return sum(is_known_label(cell) or label_key(cell) in HEADER_KEYS for cell in cells if cell.strip())


def _unique(cells: Sequence[str]) -> list[str]:
    columns: list[str] = []
    taken: set[str] = set()
    for number, cell in enumerate(cells, 1):
        name = " ".join(cell.replace("\0", "").split())[:COLUMN_CHARACTERS_MAX] or column_name(number)
        again = 2
        free = name
        while free in taken:
            free, again = f"{name} {again}", again + 1
        taken.add(free)
        columns.append(free)
    return columns
