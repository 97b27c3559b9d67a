"""Which file goes by which format, and how one is written from its head to its end."""

from collections.abc import AsyncIterator, Iterable

from leadline.domain.leads import Lead
from leadline.domain.users import User
from leadline.exports import ExportFormat, LeadFile
from leadline.exports.csv_file import CsvFile
from leadline.exports.parquet_file import ParquetFile
from leadline.exports.xlsx_file import XlsxFile


def new_file(form: ExportFormat, users: Iterable[User]) -> LeadFile:
    """An empty file of a format. Raises Invalid for one that is not installed here."""
    if form == "xlsx":
        return XlsxFile(users)
    return ParquetFile(users) if form == "parquet" else CsvFile(users)


async def pieces_of(file: LeadFile, pages: AsyncIterator[list[Lead]]) -> AsyncIterator[bytes]:
    """A file but for its end, as the pages come. What it cannot hold is left out, and it says so."""
    yield file.head()
    written = 0
    async for page in pages:
        held = page if file.rows_max is None else page[: file.rows_max - written]
        written += len(held)
        if piece := file.rows(held):
            yield piece
        if len(held) < len(page):
            yield file.sentence(f"only the first {file.rows_max:,} leads are in this file: narrow the filters")
            return
