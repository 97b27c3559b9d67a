"""A submission: what somebody sent, read into the fields of RULES 1. Pure; every fault at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from leadline.domain.answers import (
    FIELDS,
    KEYS,
    LINKS,
    WIDTHS,
    Reading,
    fault_in,
    fill_from_defaults,
    has_other_scheme,
    listed_size,
)
from leadline.domain.emails import Email, email_class, parse_email
from leadline.domain.errors import Fault, Invalid
from leadline.domain.extras import checked_extra
from leadline.domain.forgiving import read_forgiving
from leadline.domain.leads import COMPANY_SIZES, EmailClass
from leadline.domain.phones import DIGITS_MIN, looks_wrong

__all__ = ["FIELDS", "REQUIRED", "Submission", "parse_submission"]

REQUIRED = ("company_name", "contact_name", "email")

_NO_DEFAULTS: Mapping[str, str] = MappingProxyType({})
_NOT_TEXT = {bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}


@dataclass(slots=True)
class Submission:
    """Texts that fit their columns. `field_sources` names only values that were not given (endpoint, derived)."""

    company_name: str
    contact_name: str
    email: str
    email_key: str
    email_class: EmailClass
    phone: str | None = None
    company_size: str | None = None
    industry: str | None = None
    inquiry_type: str | None = None
    budget_timeline: str | None = None
    current_solution: str | None = None
    message: str | None = None
    company_website: str | None = None
    linkedin_url: str | None = None
    company_revenue: str | None = None
    source: str | None = None
    utm_source: str | None = None
    utm_medium: str | None = None
    utm_campaign: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    field_sources: dict[str, Any] = field(default_factory=dict)
    needs_review: bool = False


def parse_submission(
    raw: Mapping[str, object], *, strict: bool, defaults: Mapping[str, str] = _NO_DEFAULTS
) -> Submission:
    """Read what was sent, or raise Invalid with every fault.

    `strict` is the JSON API: it says what is wrong. Otherwise (hooks, forms, files) only a missing or unusable e-mail
    address is a fault; anything else is mended and marked for review. `defaults` are an endpoint's, for what is blank.
    """
    reading, email = _read_strict(raw, defaults) if strict else read_forgiving(raw, defaults)
    return Submission(
        email_key=email.key,
        email_class=email_class(email.domain),
        extra=reading.extra,
        field_sources=reading.field_sources,
        needs_review=reading.needs_review,
        **reading.values,
    )


def _read_strict(raw: Mapping[str, object], defaults: Mapping[str, str]) -> tuple[Reading, Email]:
    reading = Reading()
    values = reading.values
    unknown: dict[str, object] = {}
    faults: list[Fault] = []
    for key, value in raw.items():
        name = KEYS.get(key)
        if name is None:
            unknown[key] = value
        elif isinstance(value, str):
            text = value.strip()
            if not text:
                continue
            if (len(text) > WIDTHS[name] or not value.isprintable()) and (fault := fault_in(name, value)):
                faults.append(Fault(f"/{key}", fault))
            elif values.setdefault(name, text) != text:
                faults.append(
                    Fault(f"/{key}", f"is given twice with different values, as {_key_of(name, raw)} and {key}")
                )
        elif value is not None:
            faults.append(Fault(f"/{key}", f"must be text, not {_NOT_TEXT.get(type(value), 'this')}"))
    if defaults:
        fill_from_defaults(reading, defaults)
    if unknown:
        reading.extra, unfit = _read_unknown(unknown)
        faults += unfit
    email = _check(values, raw, faults)
    if email is None or faults:
        raise Invalid(faults)
    values["email"] = email.typed
    return reading, email


def _check(values: dict[str, str], raw: Mapping[str, object], faults: list[Fault]) -> Email | None:
    """Look at the answers whose text means something; a field that is faulty already gets no second fault."""
    faulty = {KEYS.get(fault.pointer[1:], "") for fault in faults}

    def add(name: str, detail: str) -> None:
        if name not in faulty:
            faults.append(Fault(f"/{_key_of(name, raw)}", detail))

    for name in REQUIRED:
        if name not in values:
            add(name, "is required")
    email = None
    if text := values.get("email"):
        try:
            email = parse_email(text)
        except ValueError as fault:
            add("email", str(fault))
    if (phone := values.get("phone")) and looks_wrong(phone):
        add("phone", f"must be a phone number: at least {DIGITS_MIN} digits, and no letters but those of an extension")
    if (size := values.get("company_size")) and size not in COMPANY_SIZES:
        if listed := listed_size(size):
            values["company_size"] = listed
        else:
            add("company_size", f"must be one of {', '.join(COMPANY_SIZES)}")
    for name in LINKS:
        if (link := values.get(name)) and has_other_scheme(link):
            add(name, "must be a web address (http or https)")
    return email


def _key_of(name: str, raw: Mapping[str, object]) -> str:
    """The key under which the client wrote a field; its own name where it did not."""
    return next((key for key in raw if KEYS.get(key) == name), name)


def _read_unknown(unknown: dict[str, object]) -> tuple[dict[str, Any], list[Fault]]:
    extra, faults = checked_extra(unknown)
    for key in ("lead_score", "leadScore"):
        score = extra.pop(key, None)
        if score is None:
            continue
        if type(score) is not int or not 0 <= score <= 100:
            faults.append(Fault(f"/{key}", "must be an integer from 0 to 100"))
        if extra.setdefault("lead_score", score) != score:
            faults.append(Fault(f"/{key}", "is given twice with different values, as lead_score and leadScore"))
    return extra, faults
