"""What a person may change of a lead by hand, and what is wrong with a change."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from operator import attrgetter
from typing import Any

from leadline.domain.answers import LINKS, WIDTHS, has_other_scheme
from leadline.domain.emails import email_class, parse_email
from leadline.domain.errors import Conflict, Fault, Invalid
from leadline.domain.leads import COMPANY_SIZES, Lead

EDITABLE = (
    "company_name",
    "contact_name",
    "email",
    "phone",
    "company_size",
    "industry",
    "inquiry_type",
    "budget_timeline",
    "current_solution",
    "message",
    "company_website",
    "linkedin_url",
    "company_revenue",
    "source",
    "utm_source",
    "utm_medium",
    "utm_campaign",
)
_marked = attrgetter(*EDITABLE, "status", "assigned_to", "priority_flag", "is_spam", "needs_review", "is_deleted")
REQUIRED = ("company_name", "contact_name", "email")


class StaleLead(Conflict):
    """Somebody changed the lead since the caller looked. Carries it as it stands."""

    def __init__(self, lead: Lead) -> None:
        super().__init__("somebody changed this lead since you looked; read it again and decide anew")
        self.lead = lead


def etag(lead: Lead) -> str:
    """A short mark of everything a person edits: it stays the same when only the system did something."""
    return hashlib.sha256(repr(_marked(lead)).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def edited(lead: Lead, fields: Mapping[str, Any]) -> Lead:
    """The lead with these fields. A value given by hand is nobody's guess any more, and settles a conflict.
    Raises Invalid with every fault."""
    faults = [fault for name, value in fields.items() for fault in _faults(name, value)]
    if faults:
        raise Invalid(faults)
    values: dict[str, Any] = {name: _cleaned(value) for name, value in fields.items()}
    if "email" in values:
        email = parse_email(values["email"])
        values |= {"email": email.typed, "email_key": email.key, "email_class": email_class(email.domain)}
    sources = {name: source for name, source in lead.field_sources.items() if name not in values}
    return replace(lead, **values, field_sources=sources)


def _cleaned(value: Any) -> Any:
    return value.strip() or None if isinstance(value, str) else value


def _faults(name: str, value: Any) -> list[Fault]:
    pointer = f"/{name}"
    if name not in EDITABLE:
        return [Fault(pointer, "cannot be set")]
    cleaned = _cleaned(value)
    if cleaned is None:
        return [Fault(pointer, "is required")] if name in REQUIRED else []
    if not isinstance(cleaned, str):
        return [Fault(pointer, "must be text or null")]
    if "\0" in cleaned or any(0xD800 <= ord(c) < 0xE000 for c in cleaned):
        return [Fault(pointer, "has characters that cannot be stored")]
    if len(cleaned) > WIDTHS[name]:
        return [Fault(pointer, f"is {len(cleaned)} characters long; at most {WIDTHS[name]} fit")]
    if name == "company_size" and cleaned not in COMPANY_SIZES:
        return [Fault(pointer, f"must be one of {', '.join(COMPANY_SIZES)}")]
    if name in LINKS and has_other_scheme(cleaned):
        return [Fault(pointer, "must be a web address (http or https)")]
    if name == "email":
        return _email_faults(cleaned)
    return []


def _email_faults(text: str) -> list[Fault]:
    try:
        parse_email(text)
    except ValueError as error:
        return [Fault("/email", str(error))]
    return []
