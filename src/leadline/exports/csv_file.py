"""Leads as CSV for a spreadsheet, where no value can become a formula."""

import csv
import io
from collections.abc import Iterable

from leadline.domain.leads import Lead
from leadline.domain.users import User
from leadline.exports.columns import COLUMNS, FIELDS, row_maker, safe_cell

# Excel reads UTF-8 only where the file says so.
_MARK = "\ufeff"


class CsvFile:
    """Writes one file, piece by piece. `with_result` adds a column that says what came of each row."""

    media_type = "text/csv"
    suffix = "csv"
    rows_max: int | None = None
    tells = True

    def __init__(self, users: Iterable[User], *, with_result: bool = False) -> None:
        self._row = row_maker(users)
        self._with_result = with_result

    def head(self) -> bytes:
        """The names of the columns."""
        return (_MARK + _line([*COLUMNS, *(["result"] if self._with_result else [])])).encode()

    def rows(self, leads: Iterable[Lead], result: str = "exported") -> bytes:
        """These leads."""
        return "".join(_line([*self._row(lead), *self._said(result)]) for lead in leads).encode()

    def left_out(self, lead_id: object, reason: str) -> bytes:
        """A row that stands for a lead which is not in the file, and says why."""
        return _line([lead_id, *[""] * len(FIELDS), *self._said(reason)]).encode()

    def sentence(self, text: str) -> bytes:
        """A row that tells something of the file."""
        return self.left_out(text, "")

    def end(self) -> bytes:
        """Nothing: the last line is the end."""
        return b""

    def _said(self, result: str) -> list[str]:
        return [result] if self._with_result else []


def _line(values: Iterable[object]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow([safe_cell(value) for value in values])
    return written.getvalue()
