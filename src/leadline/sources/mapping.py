"""From a form's labels to the keys `parse_submission` knows: the endpoint's own mapping first, then sensible defaults."""

import string
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from leadline.domain.answers import KEYS, as_text, company_size_of
from leadline.domain.forgiving import FIRST_NAME_KEYS, LAST_NAME_KEYS
from leadline.domain.phones import looks_wrong
from leadline.sources.labels import LABELS, PARTS

_RESERVED = frozenset({*KEYS, *FIRST_NAME_KEYS, *LAST_NAME_KEYS})
_ASCII_NOISE = str.maketrans("", "", string.punctuation + string.whitespace + "".join(map(chr, range(32))) + "\x7f")
_OWN, _LISTED, _NUMBERED, _PART = range(4)

_LOOKS_RIGHT: dict[str, Callable[[str], bool]] = {
    "email": lambda text: "@" in text,
    "phone": lambda text: not looks_wrong(text),
    "company_size": lambda text: company_size_of(text) is not None,
    "linkedin_url": lambda text: "." in text,
    "company_website": lambda text: "." in text,
}


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A label that may fill a field. The lowest `order` does."""

    label: str
    order: tuple[int, ...]


def label_key(label: str) -> str:
    """What of a label counts: letters and digits, without case and accents. "E-Mail", "e mail" and "Email*" are one."""
    if label.isascii():
        return label.lower().translate(_ASCII_NOISE)
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", label).casefold()))


def _keys(labels: str) -> list[str]:
    return [label_key(label) for label in labels.split(";")]


_BY_KEY = {key: (field, rank) for field, labels in LABELS.items() for rank, key in enumerate(_keys(labels))}
_PART_KEYS = {field: _keys(parts) for field, parts in PARTS.items()}


def is_known_label(label: str) -> bool:
    """Whether a label is one of those that fill a field by themselves."""
    key = label_key(label)
    return key in _BY_KEY or key.rstrip(string.digits) in _BY_KEY


def to_fields(labels: Mapping[str, object], mapping: Mapping[str, str] | None = None) -> dict[str, object]:
    """The answers under field names; what fits no field stays under its label, and a second answer for one field too.

    `mapping` (label to field) is the endpoint's and wins over the defaults. It may also name a key that is no field: the
    answer is then kept under that name. An empty name leaves the answer under its label.
    """
    chosen = matched(labels, mapping)
    fields = {field: labels[label] for field, label in chosen.items()}
    used = set(chosen.values())
    for label in labels:
        if label not in used:
            fields[_free_key(label, fields)] = labels[label]
    return fields


def matched(labels: Mapping[str, object], mapping: Mapping[str, str] | None = None) -> dict[str, str]:
    """Which label fills which field."""
    own = {label_key(label): (field, rank) for rank, (label, field) in enumerate((mapping or {}).items())}
    candidates: dict[str, list[_Candidate]] = {}
    for position, (label, value) in enumerate(labels.items()):
        text = as_text(value).strip()
        if text and (found := _field_for(label, text, own)):
            field, order = found
            # An address in the second e-mail field is better than "n/a" in the first.
            is_poor = field == "email" and "@" not in text
            candidates.setdefault(field, []).append(_Candidate(label, (is_poor, *order, position)))
    chosen = {field: min(found, key=lambda c: c.order).label for field, found in candidates.items()}
    _settle_names(chosen)
    return chosen


def _field_for(label: str, text: str, own: dict[str, tuple[str, int]]) -> tuple[str, tuple[int, int]] | None:
    key = label_key(label)
    if key in own:
        field, rank = own[key]
        return (field, (_OWN, rank)) if field else None
    if key in _BY_KEY:
        field, rank = _BY_KEY[key]
        return field, (_LISTED, rank)
    # Webflow numbers the fields of a copied form: "Email 2".
    unnumbered = key.rstrip(string.digits)
    if unnumbered in _BY_KEY:
        field, rank = _BY_KEY[unnumbered]
        return field, (_NUMBERED, rank)
    for field, parts in _PART_KEYS.items():
        if any(part in key for part in parts) and _LOOKS_RIGHT[field](text):
            return field, (_PART, 0)
    return None


def _settle_names(chosen: dict[str, str]) -> None:
    """Say what a bare "Name", "Nom" or "Nombre" means beside the other names of the form."""
    for bare, partner, meaning in (("name", "first_name", "last_name"), ("nombre", "last_name", "first_name")):
        label = chosen.pop(bare, None)
        if label is None:
            continue
        if partner in chosen and meaning not in chosen:
            chosen[meaning] = label
        else:
            chosen.setdefault("contact_name", label)


def _free_key(label: str, taken: Mapping[str, object]) -> str:
    """The label as its designer wrote it (Webflow sends "." as U+FF0E), if it would not be read as something else."""
    key = label.replace("．", ".")
    while key in _RESERVED or key in taken:
        key += " (other)"
    return key
