"""What fits no field of a lead: kept as JSON that every store can hold, and bounded."""

import json
import math
import re
from collections.abc import Mapping
from itertools import islice
from typing import Any

from leadline.domain.errors import Fault

EXTRA_MAX_BYTES = 64 * 1024
EXTRA_MAX_KEYS = 200
EXTRA_MAX_DEPTH = 32
KEY_MAX = 200

_unstorable = re.compile(r"[\x00\ud800-\udfff]")
_DEEPER = "…"


def pointer_to(key: str, parent: str = "") -> str:
    """The JSON pointer to a member (RFC 6901). What no store can hold is replaced: faults are stored too."""
    return f"{parent}/{_unstorable.sub('�', key).replace('~', '~0').replace('/', '~1')}"


def json_safe(value: object, pointer: str = "", repaired: list[Fault] | None = None) -> Any:
    """The value as JSON that any store takes, whatever it was; the first thing that had to be mended goes to `repaired`.

    NaN, the infinities and integers beyond 64 bits become text without a word: JSON has no place for them.
    """
    return _safe(value, pointer, [] if repaired is None else repaired, 0)


def _safe(value: object, pointer: str, repaired: list[Fault], depth: int) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _safe_text(value, pointer, repaired)
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else _digits(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else json.dumps(value)
    if not isinstance(value, (Mapping, list, tuple)):
        return _safe_text(str(value), pointer, repaired)
    if depth == EXTRA_MAX_DEPTH:
        _note(repaired, pointer, f"must not be nested deeper than {EXTRA_MAX_DEPTH} levels")
        return _DEEPER
    if isinstance(value, Mapping):
        members: dict[str, Any] = {}
        for key, member in value.items():
            place = pointer_to(str(key), pointer)
            keep(members, _safe_text(str(key), place, repaired), _safe(member, place, repaired, depth + 1))
        return members
    return [_safe(item, f"{pointer}/{n}", repaired, depth + 1) for n, item in enumerate(value)]


def _safe_text(text: str, pointer: str, repaired: list[Fault]) -> str:
    if text.isprintable() or not _unstorable.search(text):
        return text
    _note(repaired, pointer, "must not contain a NUL character or half of a surrogate pair")
    return _unstorable.sub("�", text.replace("\0", ""))


def _digits(number: int) -> str:
    try:
        return str(number)
    except ValueError:  # Python writes no more than 4,300 decimal digits
        return hex(number)


def _note(repaired: list[Fault], pointer: str, detail: str) -> None:
    if not repaired:
        repaired.append(Fault(pointer, detail))


def _size_bytes(value: object) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode())


def keep(extra: dict[str, Any], name: str, value: object) -> None:
    """Keep a value under a name, or under the next free one: nothing overwrites what is there."""
    free, number = name, len(extra) + 1
    while free in extra:
        free, number = f"{name} {number}", number + 1
    extra[free] = value


def checked_extra(unknown: Mapping[str, object]) -> tuple[dict[str, Any], list[Fault]]:
    """The unknown keys of a client that can be told, with what is wrong about them (one fault a key)."""
    if len(unknown) > EXTRA_MAX_KEYS:
        return {}, [Fault("", f"must not have more than {EXTRA_MAX_KEYS} unknown keys; this has {len(unknown)}")]
    extra: dict[str, Any] = {}
    faults: list[Fault] = []
    for key, value in unknown.items():
        repaired: list[Fault] = []
        safe_key = _safe_text(key, pointer_to(key), repaired)
        extra[safe_key] = json_safe(value, pointer_to(key), repaired)
        faults += repaired
    if _size_bytes(extra) > EXTRA_MAX_BYTES:
        return {}, [Fault("", f"must not have more than {EXTRA_MAX_BYTES} bytes of JSON under unknown keys")]
    return extra, faults


def fitted_extra(unknown: Mapping[str, object]) -> tuple[dict[str, Any], bool]:
    """The unknown keys of a form or file, mended and cut to fit, and whether anything was.

    What is cut away stays readable in the raw submission.
    """
    extra: dict[str, Any] = {}
    repaired: list[Fault] = []
    room = EXTRA_MAX_BYTES
    for key, value in islice(unknown.items(), EXTRA_MAX_KEYS):
        name = _safe_text(key, "", repaired)[:KEY_MAX]
        safe = json_safe(value, "", repaired)
        room -= _size_bytes(name) + 4  # the colon, the comma and the blanks after them
        if room <= 2 or len(key) > KEY_MAX:
            _note(repaired, "", "cut")
        if room <= 2:
            break
        if _size_bytes(safe) > room:
            _note(repaired, "", "cut")
            safe = _cut(safe if isinstance(safe, str) else json.dumps(safe, ensure_ascii=False), room)
        room -= _size_bytes(safe)
        keep(extra, name, safe)
    return extra, bool(repaired) or len(unknown) > EXTRA_MAX_KEYS


def _cut(text: str, size_max: int) -> str:
    size = _size_bytes(text)
    while size > size_max:
        text = text[: len(text) * size_max // size]
        size = _size_bytes(text)
    return text
