"""What the sources share in reading a body: its JSON, the short texts and times in it, labels that come twice."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from leadline.sources import Unreadable

EVENT_ID_MAX = 200
FORM_NAME_MAX = 255
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def load_object(body: bytes) -> dict[str, Any]:
    """The JSON object in a body. Raises Unreadable for anything else."""
    value = load_json(body)
    if not isinstance(value, dict):
        raise Unreadable("The body is not a JSON object.")
    return value


def load_json(body: bytes) -> Any:
    """The JSON in a body. Raises Unreadable. Broken bytes become U+FFFD: a good e-mail address among them still makes a lead."""
    try:
        return json.loads(body.decode("utf-8-sig", errors="replace"), parse_int=_integer)
    except (ValueError, RecursionError):
        raise Unreadable("The body is not JSON.") from None


def header(headers: Mapping[str, str], name: str) -> str:
    """A header by its lower-case name, or nothing."""
    if name in headers:
        return headers[name]
    return next((value for key, value in headers.items() if key.lower() == name), "")


def short(value: object, length_max: int = EVENT_ID_MAX) -> str | None:
    """A text for a narrow column, or nothing: an id that was cut would be another id."""
    is_fit = isinstance(value, str) and value.isprintable() and 0 < len(value) <= length_max
    return str(value) if is_fit else None


def moment(value: object) -> datetime | None:
    """A time in UTC, from ISO 8601 or from milliseconds since 1970; None where it is neither."""
    try:
        if isinstance(value, int) and not isinstance(value, bool):
            return _EPOCH + timedelta(milliseconds=value)
        time = datetime.fromisoformat(str(value))
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def objects(value: object) -> list[dict[str, Any]]:
    """The objects in a list; nothing where it is none."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def labelled(pairs: Iterable[tuple[object, object]]) -> dict[str, object]:
    """Answers by label. A label that comes again is numbered, as form builders do it: "Email", "Email 2".

    A blank answer gives way to a later one under the same label."""
    fields: dict[str, object] = {}
    numbers: dict[str, int] = {}
    for label, value in pairs:
        name = label.strip() if isinstance(label, str) else ""
        name = name or "answer"
        if fields.get(name, "") in (None, "", []):
            fields[name] = value
        elif value not in (None, "", []) and value != fields[name]:
            fields[_numbered(name, fields, numbers)] = value
    return fields


def _numbered(name: str, taken: Mapping[str, object], numbers: dict[str, int]) -> str:
    """The name with its next free number. `numbers` remembers where to go on: a body with one label ten thousand times would
    otherwise be counted through from two each time."""
    number = numbers.get(name, 2)
    while f"{name} {number}" in taken:
        number += 1
    numbers[name] = number + 1
    return f"{name} {number}"


def _integer(digits: str) -> int | str:
    """Python refuses to read thousands of digits; a text of them harms nobody."""
    return int(digits) if len(digits) <= 100 else digits
