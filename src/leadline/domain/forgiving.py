"""How hooks, forms and files are read: a good e-mail address always makes a lead; what is doubtful is kept and reviewed."""

import re
from collections.abc import Mapping

from leadline.domain.answers import (
    KEYS,
    LINKS,
    WIDTHS,
    Reading,
    as_text,
    company_size_of,
    fill_from_defaults,
    has_other_scheme,
    tidy,
)
from leadline.domain.emails import Email, business_domain, parse_email
from leadline.domain.errors import Fault, Invalid
from leadline.domain.extras import fitted_extra, keep
from leadline.domain.phones import looks_wrong

# Ten times the widest column. The raw submission keeps what is longer.
WHOLE_MAX = 200_000
_EMAIL_TEXT_MAX = 2_000
_EMAILS_MAX = 10

FIRST_NAME_KEYS = ("first_name", "firstName")
LAST_NAME_KEYS = ("last_name", "lastName")

_INVISIBLE = " \t\r\n\u00a0\u200b\u200c\u200d\u2060\ufeff"
_in_brackets = re.compile(r"<([^<>@]*@[^<>]*)>").search
_between = re.compile(r"[,;|]")


def read_forgiving(raw: Mapping[str, object], defaults: Mapping[str, str]) -> tuple[Reading, Email]:
    """Read whatever came. Raises Invalid only for a missing or unusable e-mail address."""
    reading = Reading()
    unknown: dict[str, object] = {}
    for key, value in raw.items():
        name = KEYS.get(key)
        if name is None:
            unknown[key] = value
        elif text := _tidied(reading, name, value):
            if name not in reading.values:
                reading.values[name] = text
            elif text != reading.values[name]:
                keep(reading.extra, key, text)
                reading.needs_review = True
    email = _settle_email(reading, defaults)
    _settle_answers(reading)
    _join_names(reading, unknown)
    fill_from_defaults(reading, defaults)
    _derive(reading, email)
    extra, was_cut = fitted_extra(unknown)
    for key, value in extra.items():
        keep(reading.extra, key, value)
    reading.needs_review = reading.needs_review or was_cut
    return reading, email


def _tidied(reading: Reading, name: str, value: object) -> str:
    repaired: list[Fault] = []
    text = as_text(value, repaired)
    if "\0" in text or repaired:
        reading.needs_review = True
    return tidy(name, text)


def _settle_email(reading: Reading, defaults: Mapping[str, str]) -> Email:
    given = reading.values.get("email", "")
    if not given and "email" in defaults:
        reading.field_sources["email"] = {"source": "endpoint"}
        given = tidy("email", defaults["email"])
    if not given:
        raise Invalid([Fault("/email", "is required")])
    try:
        email = parse_email(given)
    except ValueError as fault:
        email, is_one_of_several = _found_in(given, fault)
        if "<" in given or is_one_of_several:
            keep(reading.extra, "email", given[:WHOLE_MAX])
        reading.needs_review = reading.needs_review or is_one_of_several
    reading.values["email"] = email.typed
    return email


def _found_in(text: str, fault: ValueError) -> tuple[Email, bool]:
    """The first address in `Name <a@b.c>`, `mailto:a@b.c?subject=Hi` or `a@b.c; d@e.f`, and whether there were several parts."""
    text = text[:_EMAIL_TEXT_MAX]
    parts = [part for part in _between.split(text) if "@" in part][:_EMAILS_MAX]
    for part in (text, *parts):
        bracketed = _in_brackets(part)
        bare = (bracketed[1] if bracketed else part).strip(_INVISIBLE)
        if bare[:7].lower() == "mailto:":
            bare = bare[7:].partition("?")[0]
        try:
            return parse_email(bare.strip(_INVISIBLE).rstrip(".,;")), len(parts) > 1
        except ValueError:
            continue
    raise Invalid([Fault("/email", str(fault))])


def _settle_answers(reading: Reading) -> None:
    """Cut what is too long, map the company size, set aside what a column or a reader's browser must not get."""
    for name, text in list(reading.values.items()):
        if name == "email":
            continue
        if name == "company_size":
            fitting = company_size_of(text)
        elif name in LINKS and has_other_scheme(text):
            fitting = None
        else:
            fitting = text
        if fitting is None:
            _set_aside(reading, name, text)
            del reading.values[name]
        else:
            reading.values[name] = _cut(reading, name, fitting)
    if looks_wrong(reading.values.get("phone", "00000")):
        reading.needs_review = True


def _set_aside(reading: Reading, name: str, text: str) -> None:
    keep(reading.extra, name, text[:WHOLE_MAX])
    reading.needs_review = True


def _cut(reading: Reading, name: str, text: str) -> str:
    if len(text) <= WIDTHS[name]:
        return text
    _set_aside(reading, name, text)
    return text[: WIDTHS[name]].rstrip()


def _join_names(reading: Reading, unknown: dict[str, object]) -> None:
    if "contact_name" in reading.values:
        return
    parts = []
    for keys in (FIRST_NAME_KEYS, LAST_NAME_KEYS):
        for key in keys:
            if text := _tidied(reading, "contact_name", unknown.get(key)):
                del unknown[key]
                parts.append(text)
                break
    if parts:
        _set_derived(reading, "contact_name", " ".join(parts))


def _derive(reading: Reading, email: Email) -> None:
    if "contact_name" not in reading.values:
        _set_derived(reading, "contact_name", email.typed.rpartition("@")[0])
    if "company_name" not in reading.values:
        _set_derived(reading, "company_name", business_domain(email) or reading.values["contact_name"])


def _set_derived(reading: Reading, name: str, text: str) -> None:
    reading.values[name] = _cut(reading, name, text)
    reading.field_sources[name] = {"source": "derived"}
    reading.needs_review = True
