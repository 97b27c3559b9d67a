"""A submission as bytes: everything of it, so that it can be captured later as if it came then."""

from dataclasses import MISSING, fields, replace
from typing import Any, get_type_hints

import msgspec

from leadline.domain.idempotency import Once, answer_of_journal
from leadline.domain.intake import Intake


class _Once(msgspec.Struct):
    """What is kept of an idempotency key. How it is answered is known without it."""

    digest: bytes
    fingerprint: bytes
    keeps_refusals: bool


def _stored() -> type[msgspec.Struct]:
    """An Intake with its `once` as it can be stored. A field that later versions add has its default in older entries."""
    types = get_type_hints(Intake, localns={"Once": Any}) | {"once": _Once | None}
    specs: list[Any] = []
    for field in fields(Intake):
        if field.default is not MISSING:
            specs.append((field.name, types[field.name], field.default))
        elif field.default_factory is not MISSING:
            specs.append((field.name, types[field.name], msgspec.field(default_factory=field.default_factory)))
        else:
            specs.append((field.name, types[field.name]))
    return msgspec.defstruct("Stored", specs)


_Stored = _stored()
_decoder = msgspec.msgpack.Decoder(_Stored)


def to_entry(item: Intake) -> bytes:
    """The bytes of an entry."""
    once = item.once and _Once(item.once.digest, item.once.fingerprint, item.once.keeps_refusals)
    values = {field.name: getattr(item, field.name) for field in fields(Intake)} | {"once": once}
    return msgspec.msgpack.encode(_Stored(**values))


def read_entry(data: bytes) -> Intake:
    """The submission. Under its idempotency key stands the answer that its sender was given: the receipt."""
    stored: Any = _decoder.decode(data)
    item = Intake(**{field.name: getattr(stored, field.name) for field in fields(Intake)})
    once: _Once | None = stored.once
    if once is None:
        return item
    answer = answer_of_journal(item.id, is_row=once.keeps_refusals)
    return replace(item, once=Once(once.digest, once.fingerprint, lambda _: answer, once.keeps_refusals))
