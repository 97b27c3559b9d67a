"""What PostgreSQL's columns refuse, for the stores that have none: every store keeps the same rows, so that each can be copied."""

from collections.abc import Mapping
from typing import Any

from leadline.domain.answers import WIDTHS
from leadline.domain.intake import SubmissionRecord
from leadline.domain.leads import CATEGORIES, COMPANY_SIZES, STATUSES, Lead
from leadline.ports import Refused

_LEAD_WIDTHS: Mapping[str, int] = WIDTHS | {"email_key": 255, "phone_e164": 20, "enrichment_status": 50}
_SUBMISSION_WIDTHS: Mapping[str, int] = {"endpoint": 100, "event_id": 255, "request_id": 100}
INTEGER_MAX = 2**31 - 1


def check_lead(lead: Lead) -> None:
    """Raises Refused for a lead that no store takes."""
    _check_texts(lead, _LEAD_WIDTHS)
    for name in ("extra", "field_sources", "route_decision"):
        _check_json(name, getattr(lead, name))
    if not 0 <= lead.lead_score <= 100 or lead.category not in CATEGORIES or lead.status not in STATUSES:
        raise Refused("score, category or status is outside its range")
    if abs(lead.raw_score) > INTEGER_MAX:
        raise Refused("raw_score does not fit its column")
    if lead.company_size is not None and lead.company_size not in COMPANY_SIZES:
        raise Refused(f"company_size {lead.company_size!r} is not in the closed list")


def check_submission(record: SubmissionRecord) -> None:
    """Raises Refused for a posting whose marks no store takes."""
    _check_texts(record, _SUBMISSION_WIDTHS)


def _check_texts(entity: Any, widths: Mapping[str, int]) -> None:
    for name, width in widths.items():
        value = getattr(entity, name)
        if value is None:
            continue
        if not isinstance(value, str):
            raise Refused(f"{name} is no text")
        if len(value) > width:
            raise Refused(f"{name} does not fit its column")
        _check_text(name, value)


def _check_json(name: str, value: Any) -> None:
    if isinstance(value, str):
        _check_text(name, value)
    elif isinstance(value, Mapping):
        for key, member in value.items():
            _check_text(name, key)
            _check_json(name, member)
    elif isinstance(value, list):
        for member in value:
            _check_json(name, member)


def _check_text(name: str, value: str) -> None:
    if "\0" in value:
        raise Refused(f"{name} holds a NUL, which no text may")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise Refused(f"{name} is no text: half of a surrogate pair") from error
