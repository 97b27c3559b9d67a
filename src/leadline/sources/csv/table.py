"""One file opened: what it is, in which encoding and dialect, and its records from the beginning, as often as asked."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from leadline.sources.csv import UnreadableFile, xlsx
from leadline.sources.csv.dialect import Record, find_delimiter, named_delimiter, records
from leadline.sources.csv.encoding import Examiner, marked_encoding

CHUNK_BYTES = 1024 * 1024
SAMPLE_CHARACTERS = 65_536
_HEAD_BYTES = 4096
_ZIP = b"PK\x03\x04"
_OTHERS = (
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls): open it and save it as .xlsx or CSV"),
    (b"%PDF", "a PDF: export the table itself as CSV or XLSX"),
    (b"\x1f\x8b", "a gzip archive: unpack it and import what is in it"),
    (b"PK", "a ZIP archive: unpack it and import what is in it"),
    (b"\x89PNG", "a picture: export the table itself as CSV or XLSX"),
    (b"\xff\xd8\xff", "a picture: export the table itself as CSV or XLSX"),
    (b"{\\rtf", "a text document (RTF): export the table itself as CSV or XLSX"),
    (b"BEGIN:VCARD", "a file of visiting cards (vCard): export the contacts as CSV"),
    (b"PAR1", "a Parquet file: export it as CSV"),
    (b"SQLite format 3", "an SQLite database: export the table as CSV"),
)
_TEXT_STARTS = ((b"<", "HTML or XML"), (b"{", "JSON"), (b"[", "JSON"))


@dataclass(frozen=True, slots=True)
class Table:
    """A file and how it is read. `digest` is the SHA-256 of its bytes."""

    path: Path
    digest: str
    encoding: str | None = None
    delimiter: str = ","

    def records(self) -> Iterator[Record]:
        """Every record with its line, blank ones too. Raises UnreadableFile."""
        if self.encoding is None:
            yield from xlsx.records(self.path)
            return
        with self.path.open(encoding=self.encoding, errors="replace", newline="") as text:
            skipped = int(named_delimiter(text.readline(16)) is not None)
            text.seek(0)
            for line, cells in records(islice(text, skipped, None), self.delimiter):
                yield line + skipped, cells


def open_table(path: Path) -> Table:
    """Look through a file once. Raises UnreadableFile where it is no table."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        _refuse(head)
        file.seek(0)
        digest, examiner = hashlib.sha256(), Examiner()
        marked = None if head.startswith(_ZIP) else marked_encoding(head)
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
            if marked is None and not head.startswith(_ZIP):
                examiner.look(chunk)
    if head.startswith(_ZIP):
        return Table(path, digest.hexdigest())
    encoding = marked or examiner.verdict()
    with path.open(encoding=encoding, errors="replace", newline="") as text:
        sample = text.read(SAMPLE_CHARACTERS)
    return Table(
        path, digest.hexdigest(), encoding, named_delimiter(sample.partition("\n")[0]) or find_delimiter(sample)
    )


def _refuse(head: bytes) -> None:
    if not head.strip(b"\xef\xbb\xbf \t\r\n\0,;"):
        raise UnreadableFile("the file is empty: it has no header and no rows")
    if head.startswith(_ZIP):
        return
    for start, what in _OTHERS:
        if head.startswith(start):
            raise UnreadableFile(f"this is {what}")
    for start, what in _TEXT_STARTS:
        if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(start):
            raise UnreadableFile(f"this is {what}, not a table: export the leads as CSV or XLSX")
