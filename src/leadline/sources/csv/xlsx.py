"""Workbooks: the records of the first sheet that has any, read as a stream."""

import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from leadline.sources.csv import UnreadableFile
from leadline.sources.csv.dialect import Record

# What a workbook may unfold to. Its table of texts is the one part that is held in memory.
SHEET_BYTES_MAX = 8 * 1024**3
TEXTS_BYTES_MAX = 512 * 1024**2
_TEXTS = "xl/sharedStrings.xml"
# How a workbook writes what XML cannot hold, the carriage return among it.
_WRITTEN = re.compile("_x([0-9A-Fa-f]{4})_")
_BROKEN = (zipfile.BadZipFile, zlib.error, ParseError, KeyError, ValueError, TypeError, AttributeError, IndexError, OSError, EOFError, NotImplementedError)  # fmt: skip


def records(path: Path) -> Iterator[Record]:
    """Every row with its number. Raises UnreadableFile."""
    with _said():
        _refuse_bomb(path)
    # Only who brings a workbook pays for the import.
    from openpyxl import load_workbook

    with path.open("rb") as file:
        # From an open file: a name that ends in .csv would be refused.
        with _said(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            workbook = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        for sheet in workbook.worksheets:
            found = False
            with _said():
                sheet.reset_dimensions()
                for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
                    cells = [cell_text(value) for value in row]
                    found = found or any(cells)
                    yield number, cells
            if found:
                return


def cell_text(value: Any) -> str:
    """A cell as a person would type it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return _WRITTEN.sub(lambda found: chr(int(found[1], 16)), value) if "_x" in value else value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


@contextmanager
def _said() -> Iterator[None]:
    try:
        yield
    except _BROKEN as error:
        if isinstance(error, FileNotFoundError | PermissionError):
            raise
        raise UnreadableFile("the workbook is damaged: open it in a spreadsheet and save it again as .xlsx") from error


def _refuse_bomb(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {part.filename: part.file_size for part in archive.infolist()}
    if "xl/workbook.xml" not in parts:
        raise UnreadableFile("this is a ZIP archive, not a table: unpack it and import the CSV or XLSX files in it")
    if sum(parts.values()) > SHEET_BYTES_MAX or parts.get(_TEXTS, 0) > TEXTS_BYTES_MAX:
        raise UnreadableFile("the workbook unfolds to more than can be read: save the sheet as CSV and import that")
