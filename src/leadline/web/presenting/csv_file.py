"""Leads as CSV for a spreadsheet, where no value can become a formula."""

import csv
import io
from collections.abc import Iterable
from datetime import datetime
from operator import attrgetter

from leadline.domain.leads import Lead
from leadline.domain.spreadsheets import safe_text
from leadline.domain.users import User

# Under the names of the table, so that a column is found again in the API.
COLUMNS = (
    "id",
    "created_at",
    "company_name",
    "contact_name",
    "email",
    "phone",
    "company_size",
    "industry",
    "inquiry_type",
    "budget_timeline",
    "lead_score",
    "category",
    "status",
    "priority_flag",
    "needs_review",
    "waiting_since",
    "first_contacted_at",
    "last_activity_date",
    "source",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "company_website",
    "linkedin_url",
    "company_revenue",
    "current_solution",
    "message",
)
# Excel reads UTF-8 only where the file says so.
_MARK = "\ufeff"
_values = attrgetter(*COLUMNS)


class CsvFile:
    """Writes one file, piece by piece. `with_result` adds a column that says what came of each row."""

    def __init__(self, users: Iterable[User], *, with_result: bool = False) -> None:
        self._names = {user.id: user.full_name for user in users}
        self._with_result = with_result

    def head(self) -> bytes:
        """The names of the columns."""
        return (_MARK + _line([*COLUMNS, "owner", *(["result"] if self._with_result else [])])).encode()

    def rows(self, leads: Iterable[Lead], result: str = "exported") -> bytes:
        """These leads."""
        return "".join(_line([*_values(lead), self._owner(lead), *self._said(result)]) for lead in leads).encode()

    def left_out(self, lead_id: object, reason: str) -> bytes:
        """A row that stands for a lead which is not in the file, and says why."""
        return _line([lead_id, *[""] * len(COLUMNS), *self._said(reason)]).encode()

    def _owner(self, lead: Lead) -> str:
        return self._names.get(lead.assigned_to, "A former user") if lead.assigned_to else ""

    def _said(self, result: str) -> list[str]:
        return [result] if self._with_result else []


def safe_cell(value: object) -> str:
    """A value as text. An apostrophe before what would be a formula makes a spreadsheet read it as the text it is."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if not isinstance(value, str):
        return str(value)
    return safe_text(value)


def _line(values: Iterable[object]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow([safe_cell(value) for value in values])
    return written.getvalue()
