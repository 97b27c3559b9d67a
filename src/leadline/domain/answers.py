"""Single answers of a submission: which keys name which field, how wide a field is, and what a text in it means."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from leadline.domain.errors import Fault
from leadline.domain.extras import json_safe
from leadline.domain.leads import COMPANY_SIZES

# The seed's column widths; company_size has the closed list besides.
WIDTHS: dict[str, int] = {
    "company_name": 255,
    "contact_name": 255,
    "email": 255,
    "phone": 50,
    "company_size": 50,
    "industry": 100,
    "inquiry_type": 100,
    "budget_timeline": 50,
    "current_solution": 20_000,
    "message": 20_000,
    "company_website": 500,
    "linkedin_url": 500,
    "company_revenue": 50,
    "source": 100,
    "utm_source": 100,
    "utm_medium": 100,
    "utm_campaign": 100,
}
FIELDS: tuple[str, ...] = tuple(WIDTHS)
MULTILINE = frozenset({"message", "current_solution"})
LINKS = ("company_website", "linkedin_url")


def camel_case(name: str) -> str:
    """company_name -> companyName."""
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))


# Every key a client may write, to its field.
KEYS: dict[str, str] = {name: name for name in FIELDS} | {camel_case(name): name for name in FIELDS}

_control = re.compile(r"[\x00-\x1f\x7f]+")
_control_in_lines = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+")
_surrogate = re.compile(r"[\ud800-\udfff]")

_scheme = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE).match
# A host with a dot and its port look like a scheme; no scheme that runs anything has a dot.
_host_and_port = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+:\d{1,5}(?:[/?#]|\Z)", re.IGNORECASE).match

_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
_BOUNDS = (10, 50, 200, 1000)
_number = re.compile(r"(\d{1,3}(?:[.,'’ \u00a0\u202f]\d{3})+(?!\d)|\d+)(\s?k\b)?", re.IGNORECASE)
_idle_decimals = re.compile(r"\.0{1,2}(?!\d)")
_no_count = re.compile(r"[$€£¥%]|\d[.,]\d{1,2}(?!\d)|^\s*-")
_open_ended = re.compile(r"\+|[>≥]|\b(?:more|over|above|at least|mehr|über|ab|plus de|más de)\b", re.IGNORECASE).search
_below = re.compile(r"<|\b(?:less|fewer|under|below|weniger|unter|moins|menos)\b", re.IGNORECASE).search


@dataclass(slots=True)
class Reading:
    """What was read so far: texts by field, what fits no field, where a value came from if it was not given."""

    values: dict[str, str] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    field_sources: dict[str, Any] = field(default_factory=dict)
    needs_review: bool = False


def fault_in(name: str, text: str) -> str | None:
    """What is wrong with a text as such, for a client that can be told; None if nothing is.

    Blanks around it do not count, but a line break after a line is a fault: it has no place in an address or a name.
    """
    length = len(text.strip())
    if length > WIDTHS[name]:
        return f"must be at most {WIDTHS[name]} characters long; this has {length}"
    if text.isprintable():
        return None
    if _surrogate.search(text):
        return "must be text; this has half of a surrogate pair"
    found = (_control_in_lines if name in MULTILINE else _control).search(text)
    return f"must not contain the control character U+{ord(found[0][0]):04X}" if found else None


def tidy(name: str, text: str) -> str:
    """The text without what no column or line can hold: NUL goes, other control characters become a space."""
    if not text.isprintable():
        text = _surrogate.sub("\ufffd", text.replace("\0", ""))
        text = (_control_in_lines if name in MULTILINE else _control).sub(" ", text)
    return text.strip()


def as_text(value: object, repaired: list[Fault] | None = None) -> str:
    """Any JSON value as a person would write it down; what had to be mended inside a list or object goes to `repaired`.

    Forms send numbers for phones, lists for ticked boxes, nulls for nothing.
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return _text_of(json_safe(value, "", repaired))


def _text_of(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, list):
        return ", ".join(_text_of(item) for item in value if item is not None)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def has_other_scheme(link: str) -> bool:
    """Whether a link leads elsewhere than to the web (`javascript:`, `data:`, `file:` ...). Bare domains do not."""
    scheme = _scheme(link)
    return scheme is not None and scheme[1].lower() not in ("http", "https") and not _host_and_port(link)


def listed_size(text: str) -> str | None:
    """The company size of the closed list that is written here, spaces and kinds of dash aside."""
    compact = "".join(text.split()).translate(_DASHES)
    return compact if compact in COMPANY_SIZES else None


def company_size_of(text: str) -> str | None:
    """The company size that a number or a range of employees falls into; None if the text is no such thing.

    A range counts by its upper end ("50 - 200 employees" is 51-200), an open one by what lies above it ("500+" is
    201-1000), "under 50" by what lies below.
    """
    if len(text) > WIDTHS["company_size"]:
        return None
    text = text.translate(_DASHES)
    if listed := listed_size(text):
        return listed
    text = _idle_decimals.sub("", text)
    numbers = [_count(match) for match in _number.finditer(text)]
    if not 1 <= len(numbers) <= 2 or _no_count.search(text):
        return None
    employees = max(numbers)
    if len(numbers) == 1:
        employees += 1 if _open_ended(text) else -1 if _below(text) else 0
    if employees < 1:
        return None
    return COMPANY_SIZES[sum(employees > bound for bound in _BOUNDS)]


def _count(match: re.Match[str]) -> int:
    return int("".join(filter(str.isdecimal, match[1]))) * (1000 if match[2] else 1)


def fill_from_defaults(reading: Reading, defaults: Mapping[str, str]) -> None:
    """Put an endpoint's defaults where nothing was given. A default that no column can hold is left out."""
    for name, text in defaults.items():
        if name not in WIDTHS or name in reading.values:
            continue
        value: str | None = tidy(name, as_text(text))[: WIDTHS[name]].rstrip()
        if value and name == "company_size":
            value = company_size_of(value)
        if value and not (name in LINKS and has_other_scheme(value)):
            reading.values[name] = value
            reading.field_sources[name] = {"source": "endpoint"}
