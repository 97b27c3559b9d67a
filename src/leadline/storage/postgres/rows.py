"""Entities to rows and back. A row is selected in the order of the dataclass's fields, so reading one is a call."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, TypeAlias

import asyncpg
import msgspec

from leadline.domain.access import ApiKey, Session
from leadline.domain.activities import Activity
from leadline.domain.endpoints import Endpoint
from leadline.domain.errors import Fault
from leadline.domain.forms import Form, SpamSettings
from leadline.domain.idempotency import KeptAnswer
from leadline.domain.imports import ImportRun
from leadline.domain.intake import SubmissionRecord
from leadline.domain.invitations import Invitation
from leadline.domain.leads import Lead
from leadline.domain.notifications import Notification
from leadline.domain.users import User

Connection: TypeAlias = "asyncpg.Connection[Any]"


def _names(entity: type[Any]) -> tuple[str, ...]:
    return tuple(f.name for f in fields(entity))


LEAD = _names(Lead)
USER = _names(User)
ACTIVITY = _names(Activity)
NOTIFICATION = _names(Notification)
SUBMISSION = _names(SubmissionRecord)
SESSION = _names(Session)
API_KEY = _names(ApiKey)
INVITATION = _names(Invitation)
ENDPOINT = _names(Endpoint)
KEPT_ANSWER = _names(KeptAnswer)
IMPORT_RUN = _names(ImportRun)


def select(columns: Sequence[str], alias: str = "") -> str:
    """The select list of an entity."""
    return ", ".join(f"{alias}.{c}" if alias else c for c in columns)


def to_submission(row: asyncpg.Record) -> SubmissionRecord:
    """A row of `submissions`, its faults as values again."""
    values = dict(zip(SUBMISSION, row, strict=True))
    values["faults"] = [Fault(**f) for f in values["faults"] or []]
    return SubmissionRecord(**values)


def to_api_key(row: asyncpg.Record) -> ApiKey:
    """A row of `api_keys`."""
    values = dict(zip(API_KEY, row, strict=True))
    values["scopes"] = tuple(values["scopes"])
    return ApiKey(**values)


def to_endpoint(row: asyncpg.Record) -> Endpoint:
    """A row of `endpoints`, its settings as values again."""
    values = dict(zip(ENDPOINT, row, strict=True))
    values["form"] = None if values["form"] is None else Form.from_json(values["form"])
    values["spam"] = SpamSettings.from_json(values["spam"])
    return Endpoint(**values)


def from_submission(record: SubmissionRecord) -> tuple[Any, ...]:
    """The values of a row. Faults as JSON text: asyncpg would take a list inside of an array for another dimension of it."""
    faults = msgspec.json.encode(record.faults).decode() if record.faults else None
    return tuple(faults if name == "faults" else getattr(record, name) for name in SUBMISSION)


async def set_codecs(connection: Connection) -> None:
    """JSON by msgspec, addresses as text."""
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        encoder=lambda value: msgspec.json.encode(value).decode(),
        decoder=msgspec.json.decode,
    )
    await connection.set_type_codec("inet", schema="pg_catalog", encoder=str, decoder=str)
