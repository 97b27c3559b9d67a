"""What an endpoint's mapping makes of its last postings: each label of the last one with its value and field, and what drifted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from leadline.domain.answers import as_text
from leadline.domain.endpoints import Endpoint
from leadline.domain.intake import SubmissionRecord
from leadline.domain.mapping_drift import Drift, Labelled, find_drifts
from leadline.sources import NotALead
from leadline.sources.payloads import Payload, read_payload

VALUE_MAX = 500


@dataclass(frozen=True, slots=True)
class MappedLabel:
    """A label of the last payload, its value, and the field it fills: None where it is kept under its label."""

    label: str
    value: str
    field: str | None


@dataclass(frozen=True, slots=True)
class Mapped:
    """`submission_id` and `received_at` are None where nothing readable came yet."""

    submission_id: UUID | None
    received_at: datetime | None
    labels: tuple[MappedLabel, ...]
    drift: tuple[Drift, ...]


def mapped(endpoint: Endpoint, newest: Sequence[SubmissionRecord]) -> Mapped:
    """The last payload in which there is a form, read by the endpoint as it is now. `newest` are its postings, newest first."""
    read = [(record, payload) for record in newest if (payload := _find(record, endpoint)) is not None]
    drift = find_drifts(
        [Labelled(frozenset(payload.labels), payload.filled, record.lead_id) for record, payload in read]
    )
    if not read:
        return Mapped(None, None, (), ())
    record, payload = read[0]
    labels = tuple(
        MappedLabel(label, as_text(value)[:VALUE_MAX], payload.filled.get(label))
        for label, value in payload.labels.items()
    )
    return Mapped(record.id, record.received_at, labels, tuple(drift))


def drift_notes_of(endpoint: Endpoint, found: Mapped) -> list[str]:
    """A sentence for each label that stopped: what it filled, and how many leads went without."""
    return [
        f'mapping drift at endpoint {endpoint.name}: "{drift.label}" no longer comes and nothing fills {drift.field}, '
        f"{len(drift.lead_ids)} leads went without; see `leadline endpoint show {endpoint.name}`"
        for drift in found.drift
    ]


def _find(record: SubmissionRecord, endpoint: Endpoint) -> Payload | None:
    try:
        return read_payload(record, endpoint)
    except NotALead:
        return None
