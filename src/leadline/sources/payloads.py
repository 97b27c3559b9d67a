"""A stored payload read anew, by the way it came in: its labels with their answers, and the field that each fills."""

from collections.abc import Mapping
from dataclasses import dataclass

from leadline.domain.answers import KEYS
from leadline.domain.intake import SubmissionRecord
from leadline.sources.mapping import matched, to_fields
from leadline.sources.providers import SOURCES
from leadline.sources.reading import load_object


@dataclass(frozen=True, slots=True)
class Payload:
    """What a posting holds. `labels` are as they were sent; `fields` goes into `parse_submission`; `filled` says which field a
    label fills."""

    labels: Mapping[str, object]
    fields: Mapping[str, object]
    filled: Mapping[str, str]


def read_payload(record: SubmissionRecord, mapping: Mapping[str, str] | None = None) -> Payload:
    """`mapping` is the endpoint's own. Raises NotALead for a payload without a form in it, Unreadable for one that cannot be read
    at all."""
    read = _READERS.get(record.way_in)
    if read is None:
        return _read_keys(record.payload)
    labels = read(record.payload).fields
    filled = {label: field for field, label in matched(labels, mapping).items()}
    return Payload(labels, to_fields(labels, mapping), filled)


def _read_keys(payload: bytes) -> Payload:
    """JSON whose keys are fields already."""
    sent = load_object(payload)
    return Payload(sent, sent, {key: KEYS[key] for key in sent if key in KEYS})


_READERS = {source.way_in: source.read for source in SOURCES.values()}
