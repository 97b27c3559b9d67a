"""A stored payload read anew, by the way it came in: its labels with their answers, and the field that each fills."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from leadline.domain.answers import KEYS
from leadline.domain.intake import SubmissionRecord, WayIn
from leadline.sources import Unreadable, webflow
from leadline.sources.mapping import matched, to_fields


@dataclass(frozen=True, slots=True)
class Payload:
    """What a posting holds. `labels` are as they were sent; `fields` goes into `parse_submission`; `filled` says which field a
    label fills."""

    labels: Mapping[str, object]
    fields: Mapping[str, object]
    filled: Mapping[str, str]


def read_payload(record: SubmissionRecord) -> Payload:
    """Raises NotALead for a payload without a form in it, Unreadable for one that cannot be read at all."""
    read = _READERS.get(record.way_in)
    if read is None:
        return _read_keys(record.payload)
    labels = read(record.payload)
    return Payload(labels, to_fields(labels), {label: field for field, label in matched(labels).items()})


def _read_keys(payload: bytes) -> Payload:
    """JSON whose keys are fields already."""
    try:
        sent = json.loads(payload.decode("utf-8-sig", errors="replace"))
    except (ValueError, RecursionError):
        raise Unreadable("The body is not JSON.") from None
    if not isinstance(sent, dict):
        raise Unreadable("The body is not a JSON object.")
    return Payload(sent, sent, {key: KEYS[key] for key in sent if key in KEYS})


_READERS: Mapping[WayIn, Callable[[bytes], Mapping[str, object]]] = {
    "webflow": lambda payload: webflow.read(payload).fields
}
