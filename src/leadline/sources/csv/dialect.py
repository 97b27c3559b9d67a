"""Text into records: which character parts the cells, quoted cells over several lines, a quote that is never closed."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator

from leadline.sources.csv import UnreadableFile

CELL_CHARACTERS_MAX = 16 * 1024 * 1024
SAMPLE_RECORDS = 200
DELIMITERS = (",", ";", "\t", "|")
_END = "\0end of file\0"

Record = tuple[int, list[str]]


def named_delimiter(first_line: str) -> str | None:
    """What Excel's own first line says: `sep=;`."""
    line = first_line.strip().strip('"')
    return line[4] if len(line) == 5 and line[:4].lower() == "sep=" else None


def find_delimiter(sample: str) -> str:
    """The delimiter by which the records of a sample fall into equal numbers of cells, and into most."""
    return max(DELIMITERS, key=lambda delimiter: _evenness(sample, delimiter))


def _evenness(sample: str, delimiter: str) -> tuple[float, int]:
    counts: Counter[int] = Counter()
    try:
        for number, cells in enumerate(csv.reader(sample.splitlines(keepends=True), delimiter=delimiter)):
            if number >= SAMPLE_RECORDS:
                break
            if any(cells):
                counts[len(cells)] += 1
    except csv.Error:
        return 0.0, 0
    parted = {width: count for width, count in counts.items() if width > 1}
    if not parted:
        return 0.0, 0
    width, count = max(parted.items(), key=lambda item: (item[1], item[0]))
    return count / counts.total(), width


def records(lines: Iterable[str], delimiter: str) -> Iterator[Record]:
    """Every record with the line it begins on. Raises UnreadableFile for a quote that is opened and never closed."""
    csv.field_size_limit(CELL_CHARACTERS_MAX)
    # A last line of our own: inside of an open quote it becomes part of a cell, so it tells whether one is open.
    reader = csv.reader(_with_end(lines), delimiter=delimiter)
    begins = 1
    try:
        for cells in reader:
            if cells == [_END]:
                return
            if cells and _END in cells[-1]:
                raise _unclosed(begins)
            yield begins, cells
            begins = reader.line_num + 1
    except csv.Error:
        raise _unclosed(begins) from None


def _with_end(lines: Iterable[str]) -> Iterator[str]:
    yield from lines
    yield _END


def _unclosed(line: int) -> UnreadableFile:
    return UnreadableFile(
        f'the record that begins on line {line} opens a quote (") which is never closed, so the rest of the file would be one '
        "cell: close it or take it away"
    )
