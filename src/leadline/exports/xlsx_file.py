"""Leads as a workbook of one sheet, written as the rows come.

Libraries write the sheet into a temporary file and make the workbook at the end, so a browser would hear nothing for a minute; the
format itself lets a sheet be written row by row into the archive, with texts in their cells."""

import re
import zipfile
from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import escape

from leadline.domain.leads import Lead
from leadline.domain.users import User
from leadline.exports.columns import COLUMNS, row_maker, safe_cell
from leadline.exports.sink import Sink

# What a sheet holds, its header and a sentence at the end set aside.
SHEET_ROWS_MAX = 1_048_574
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_FRAME = {
    "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPES}worksheet+xml"/></Types>',
    "_rels/.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
    '<sheets><sheet name="Leads" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}
# What XML cannot hold, or would change (a carriage return), is written as _x000D_; so is the beginning of what looks like that.
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


class XlsxFile:
    """Writes one workbook, piece by piece."""

    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    suffix = "xlsx"
    tells = True

    def __init__(self, users: Iterable[User], *, rows_max: int = SHEET_ROWS_MAX) -> None:
        self.rows_max: int | None = rows_max
        self._row = row_maker(users)
        self._sink = Sink()
        self._archive = zipfile.ZipFile(self._sink, "w", zipfile.ZIP_DEFLATED)
        for name, content in _FRAME.items():
            self._archive.writestr(name, content)
        self._sheet = self._archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True)
        self._sheet.write(f'{_XML}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())

    def head(self) -> bytes:
        """The names of the columns."""
        return self._written([list(COLUMNS)])

    def rows(self, leads: Iterable[Lead]) -> bytes:
        """These leads."""
        return self._written([self._row(lead) for lead in leads])

    def sentence(self, text: str) -> bytes:
        """A row that tells something of the file."""
        return self._written([[text]])

    def end(self) -> bytes:
        """The end of the sheet, and the table of contents of the archive."""
        self._sheet.write(b"</sheetData></worksheet>")
        self._sheet.close()
        self._archive.close()
        return self._sink.take()

    def _written(self, rows: list[list[Any]]) -> bytes:
        self._sheet.write("".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows).encode())
        return self._sink.take()


def _cell(value: Any) -> str:
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"<c><v>{value}</v></c>"
    text = _UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", safe_cell(value))
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
