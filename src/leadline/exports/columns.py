"""The columns of an exported file, and what stands in them. Under the names of the table, so that a column is found again in the API."""

from collections.abc import Callable, Iterable
from datetime import datetime
from operator import attrgetter
from typing import Any

from leadline.domain.leads import Lead
from leadline.domain.spreadsheets import safe_text
from leadline.domain.users import User

FIELDS = (
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
COLUMNS = (*FIELDS, "owner")
_values = attrgetter(*FIELDS)


def row_maker(users: Iterable[User]) -> Callable[[Lead], list[Any]]:
    """What makes the row of a lead, its owner by name."""
    names = {user.id: user.full_name for user in users}

    def row(lead: Lead) -> list[Any]:
        owner = names.get(lead.assigned_to, "A former user") if lead.assigned_to else ""
        return [*_values(lead), owner]

    return row


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
