"""Entities to documents and back. The only place with camelCase: field names, and the groups inside of scoreBreakdown."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from datetime import UTC, datetime
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from leadline.domain.access import ApiKey, Session
from leadline.domain.activities import Activity
from leadline.domain.answers import camel_case
from leadline.domain.endpoints import Endpoint
from leadline.domain.errors import Conflict, Fault, Invalid
from leadline.domain.forms import Form, SpamSettings
from leadline.domain.idempotency import KeptAnswer
from leadline.domain.imports import ImportRun
from leadline.domain.intake import SubmissionRecord
from leadline.domain.invitations import Invitation
from leadline.domain.leads import Lead, is_open, is_visible
from leadline.domain.login_tries import LoginTries
from leadline.domain.notifications import Notification
from leadline.domain.publications import Draft
from leadline.domain.rulesets import RuleSet
from leadline.domain.search import MIN_WORD_LENGTH
from leadline.domain.suppressions import Suppression
from leadline.domain.users import User
from leadline.domain.workers import Worker
from leadline.ports import Refused

T = TypeVar("T")
Data = dict[str, Any]

PREFIX_LENGTH_MAX = 12
NOBODY = "nobody"
# What no query looks into and Firestore has no shape for: arrays within arrays, more than 20 levels, any key.
_AS_JSON = frozenset({"extra", "field_sources", "route_decision"})
_UPPER = re.compile(r"[A-Z]")


class OddDocument(Refused, Conflict):
    """Somebody else wrote this document, or a part of it. The text names its path and the field. A capture that runs into one
    keeps its other rows, as with any refusal; a reader hears of a conflict, not of a fault in the server."""


def snake(name: str) -> str:
    """leadScore -> lead_score; the inverse of `camel_case` where no digit follows an underscore, as in group names."""
    return _UPPER.sub(lambda found: f"_{found[0].lower()}", name)


def document_id(entity_id: UUID) -> str:
    """The id turned round. UUIDv7 begins with the time, so all new documents would go to one server; it ends in chance."""
    return entity_id.hex[::-1]


def entity_id(document: str) -> UUID:
    """The inverse of `document_id`."""
    return UUID(hex=document[::-1])


def key_id(*parts: str) -> str:
    """The document id of a natural key: an address may hold a slash, and need not be readable in a path."""
    return hashlib.sha256(json.dumps(parts).encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class _Field:
    """How one field of an entity stands in its document."""

    name: str
    key: str
    accepts: type[Any]
    choices: tuple[Any, ...]
    is_optional: bool
    default: Any
    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


def _same(value: Any) -> Any:
    return value


def aware(value: datetime) -> datetime:
    """A plain datetime; the client's own kind carries nanoseconds."""
    return datetime.combine(value.date(), value.timetz()).astimezone(UTC)


def as_json(value: Any) -> str:
    """The text of what stands as JSON in a document."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Any:
    """What `as_json` wrote."""
    return json.loads(text)


def _faults_text(faults: list[Fault]) -> str:
    return as_json([[fault.pointer, fault.detail] for fault in faults])


def _read_ruleset(text: str) -> RuleSet:
    try:
        return RuleSet.from_json(json.loads(text))
    except Invalid as error:
        raise ValueError(str(error)) from error


_KINDS: dict[Any, tuple[type[Any], Callable[[Any], Any], Callable[[Any], Any]]] = {
    UUID: (str, str, UUID),
    datetime: (datetime, _same, aware),
    bytes: (bytes, _same, bytes),
    bool: (bool, _same, _same),
    int: (int, _same, _same),
    Form: (str, lambda form: as_json(asdict(form)), lambda text: Form.from_json(json.loads(text))),
    SpamSettings: (str, lambda spam: as_json(asdict(spam)), lambda text: SpamSettings.from_json(json.loads(text))),
}
_NAMED: dict[str, tuple[type[Any], Callable[[Any], Any], Callable[[Any], Any]]] = {
    "score_breakdown": (
        dict,
        lambda points: {camel_case(name): value for name, value in points.items()},
        lambda points: {snake(name): int(value) for name, value in points.items()},
    ),
    "faults": (str, _faults_text, lambda text: [Fault(*pair) for pair in json.loads(text)]),
    "scopes": (list, list, tuple),
    "columns": (list, list, list),
    "mapping": (str, as_json, json.loads),
    "defaults": (str, as_json, json.loads),
    "kept": (str, as_json, json.loads),
    # Its rules may hold any words as keys.
    "ruleset": (str, lambda ruleset: as_json(ruleset.to_json()), _read_ruleset),
    **dict.fromkeys(_AS_JSON, (str, as_json, json.loads)),
}


_known: dict[type[Any], tuple[_Field, ...]] = {}


def _fields(entity: type[Any]) -> tuple[_Field, ...]:
    """The fields of an entity, worked out once."""
    if entity not in _known:
        _known[entity] = _fields_of(entity)
    return _known[entity]


def _fields_of(entity: type[Any]) -> tuple[_Field, ...]:
    hints = get_type_hints(entity)
    found = []
    for spec in fields(entity):
        hint = hints[spec.name]
        is_optional = get_origin(hint) in (UnionType, Union) and type(None) in get_args(hint)
        kind = next(k for k in get_args(hint) if k is not type(None)) if is_optional else hint
        choices = get_args(kind) if get_origin(kind) is Literal else ()
        accepts, write, read = _NAMED.get(spec.name) or _KINDS.get(kind) or (str, _same, _same)
        default: Any = spec.default
        if spec.default_factory is not MISSING:
            default = spec.default_factory()
        found.append(_Field(spec.name, camel_case(spec.name), accepts, choices, is_optional, default, write, read))
    return tuple(found)


def keys_of(kind: type[Any]) -> set[str]:
    """The fields that a document of this entity has."""
    return {spec.key for spec in _fields(kind)}


def to_data(entity: Any) -> Data:
    """The fields of an entity's document."""
    data = {}
    for spec in _fields(type(entity)):
        value = getattr(entity, spec.name)
        data[spec.key] = None if value is None else spec.write(value)
    return data


def to_entity(kind: type[T], path: str, data: Mapping[str, Any]) -> T:
    """The entity of a document. A field that a newer version added may be missing and has its default then; anything else that
    is not as we write it raises OddDocument."""
    values = {}
    for spec in _fields(kind):
        value = data.get(spec.key, MISSING)
        if value is MISSING:
            value = spec.default
            if value is MISSING:
                raise OddDocument(f"{path} has no {spec.key}")
            values[spec.name] = value.copy() if isinstance(value, dict | list) else value
        elif value is None and spec.is_optional:
            values[spec.name] = None
        elif not isinstance(value, spec.accepts) or (spec.accepts is int and isinstance(value, bool)):
            raise OddDocument(f"{path} has an odd {spec.key}: {type(value).__name__}")
        elif spec.choices and value not in spec.choices:
            raise OddDocument(f"{path} has an unknown {spec.key}: {value[:50]!r}")
        else:
            try:
                values[spec.name] = spec.read(value)
            except (ValueError, TypeError, OverflowError) as error:
                raise OddDocument(f"{path} has an odd {spec.key}: {error}") from error
    return kind(**values)


def lead_data(lead: Lead) -> Data:
    """A lead's document: its fields, and what its lists are found by. `isOpen` is there only where it is true, so that closed
    leads take no room in the indexes of the work lists."""
    data = to_data(lead)
    data |= {"isVisible": is_visible(lead), "isWaiting": lead.waiting_since is not None}
    data["ownerKey"] = str(lead.assigned_to) if lead.assigned_to else NOBODY
    if is_open(lead) and is_visible(lead):
        data["isOpen"] = True
    return data


def index_data(words: list[str]) -> Data:
    """What a search finds a lead by: every beginning of its words, of 2 to 12 letters."""
    lengths = range(MIN_WORD_LENGTH, PREFIX_LENGTH_MAX + 1)
    prefixes = {word[:length] for word in words for length in lengths if length <= len(word)}
    return {"searchPrefixes": sorted(prefixes)}


COLLECTIONS: dict[type[Any], str] = {
    Lead: "leads",
    User: "users",
    Activity: "activities",
    Notification: "notifications",
    SubmissionRecord: "submissions",
    Session: "sessions",
    ApiKey: "apiKeys",
    Invitation: "invitations",
    LoginTries: "loginTries",
    Draft: "rulesetDrafts",
    Endpoint: "endpoints",
    KeptAnswer: "idempotencyKeys",
    ImportRun: "importRuns",
    Suppression: "suppressions",
    Worker: "workers",
}
