"""What made no lead: a row for each posting, its answers with what they would become, and the form that releases it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from leadline.domain.answers import KEYS, MULTILINE, WIDTHS, as_text
from leadline.domain.endpoints import Endpoint
from leadline.domain.errors import Fault
from leadline.domain.forgiving import FIRST_NAME_KEYS, LAST_NAME_KEYS
from leadline.domain.intake import DEFAULT_SOURCES, Outcome, SubmissionRecord
from leadline.domain.leads import COMPANY_SIZES
from leadline.sources import NotALead
from leadline.sources.payloads import Payload, read_payload
from leadline.web.presenting.lead_forms import Input
from leadline.web.presenting.lead_page import LABELS
from leadline.web.presenting.words import Moment, aged, dated

State = Literal["waits", "released", "spam"]

TABS: Mapping[Outcome, str] = {"quarantined": "Quarantined", "spam": "Spam", "rejected": "Rejected"}
ANSWERS_MAX = 100
ANSWER_MAX = 2_000
RAW_MAX = 8_000
WHO_MAX = 80
# What a rep needs to begin; everything else that was sent goes along as it is.
OFFERED = (
    "email",
    "contact_name",
    "company_name",
    "phone",
    "company_size",
    "industry",
    "inquiry_type",
    "budget_timeline",
    "message",
)
_REQUIRED = frozenset({"email"})


@dataclass(frozen=True, slots=True)
class Row:
    """A posting in the list. `lead_id` is the lead that a release made of it."""

    id: UUID
    when: Moment
    source: str
    who: str
    reason: str
    state: State
    lead_id: UUID | None


@dataclass(frozen=True, slots=True)
class Answer:
    """A label with its answer, and what it becomes: the name of a field, or None for what is kept beside the fields."""

    label: str
    value: str
    becomes: str | None


@dataclass(frozen=True, slots=True)
class Posting:
    """A posting by itself. `raw` is shown where nothing can be read in it."""

    when: Moment
    source: str
    reasons: tuple[str, ...]
    answers: tuple[Answer, ...]
    raw: str | None


def row(record: SubmissionRecord, settled: SubmissionRecord | None, now: datetime) -> Row:
    """A posting with what became of it."""
    return Row(
        id=record.id,
        when=aged(record.received_at, now),
        source=source_of(record),
        who=_who(find_payload(record)),
        reason="; ".join(reasons(record.faults)),
        state=state_of(record, settled),
        lead_id=settled.lead_id if settled else None,
    )


def state_of(record: SubmissionRecord, settled: SubmissionRecord | None) -> State:
    """Whether somebody still has to look. A row that confirms spam is settled by being there."""
    if settled is not None and settled.outcome != "rejected":
        return "released" if settled.lead_id else "spam"
    return "spam" if record.outcome == "spam" and record.replay_of else "waits"


def posting(record: SubmissionRecord, payload: Payload | None, now: datetime) -> Posting:
    """The posting as its page shows it."""
    raw = record.payload[:RAW_MAX].decode("utf-8", "replace") if payload is None else None
    answers = _answers(payload) if payload else ()
    return Posting(
        dated(record.received_at, now), source_of(record), tuple(reasons(record.faults)), tuple(answers), raw
    )


def find_payload(record: SubmissionRecord, endpoint: Endpoint | None = None) -> Payload | None:
    """What can be read in a posting, as its endpoint reads it; None where that is nothing."""
    try:
        return read_payload(record, endpoint)
    except NotALead:
        return None


def source_of(record: SubmissionRecord) -> str:
    """The way in, with the endpoint where it has a name."""
    return f"{DEFAULT_SOURCES[record.way_in]}, {record.endpoint}" if record.endpoint else DEFAULT_SOURCES[record.way_in]


def reasons(faults: Iterable[Fault]) -> list[str]:
    """Why it made no lead, in sentences."""
    found = []
    for fault in faults:
        name = fault.pointer.strip("/")
        label = LABELS.get(KEYS.get(name, name), name)
        found.append(f"{label} {fault.detail}" if label else fault.detail)
    return found


def inputs(payload: Payload | None, typed: Mapping[str, str]) -> tuple[Input, ...]:
    """The fields that a release offers: as they were typed, else as they were read."""
    sent = sent_texts(payload)
    return tuple(_input(name, typed.get(name, sent.get(name, ""))) for name in OFFERED)


def sent_texts(payload: Payload | None) -> dict[str, str]:
    """The answers by field, as texts; the contact's name also where it came in two parts."""
    texts: dict[str, str] = {}
    if payload is None:
        return texts
    for key, value in payload.fields.items():
        if (name := KEYS.get(key)) and (text := as_text(value).strip()):
            texts.setdefault(name, text)
    parts = [_first(payload.fields, keys) for keys in (FIRST_NAME_KEYS, LAST_NAME_KEYS)]
    if name := " ".join(filter(None, parts)):
        texts.setdefault("contact_name", name)
    return texts


def _first(fields: Mapping[str, object], keys: Iterable[str]) -> str:
    return next((text for key in keys if (text := as_text(fields.get(key)).strip())), "")


def _input(name: str, value: str) -> Input:
    options = {"": "Not known"} | {size: size for size in COMPANY_SIZES} if name == "company_size" else None
    if options and value and value not in options:
        # What was sent is offered as it is: reading it anew maps it to the closed list.
        options[value] = value
    return Input(name, LABELS[name], value, WIDTHS[name], name in MULTILINE, name in _REQUIRED, options)


def _answers(payload: Payload) -> Iterable[Answer]:
    for label, value in list(payload.labels.items())[:ANSWERS_MAX]:
        filled = payload.filled.get(label)
        becomes = LABELS.get(filled, filled.replace("_", " ").capitalize()) if filled else None
        yield Answer(label, _cut(as_text(value), ANSWER_MAX), becomes)


def _who(payload: Payload | None) -> str:
    """What tells one posting from another: the address where there is one, else the first answer."""
    if payload is None:
        return "Cannot be read"
    texts = sent_texts(payload)
    named = [texts[name] for name in ("contact_name", "company_name", "email") if name in texts]
    answers = named or [text for value in payload.labels.values() if (text := as_text(value).strip())]
    return _cut(", ".join(named) if named else answers[0], WHO_MAX) if answers else "Empty"


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"
