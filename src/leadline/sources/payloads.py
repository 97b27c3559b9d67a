"""A payload read by the way it came in and by its endpoint: when a hook brings it, and whenever it is read anew."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from leadline.domain.answers import KEYS
from leadline.domain.doubt import link_doubt
from leadline.domain.endpoints import Endpoint
from leadline.domain.errors import Fault, Invalid
from leadline.domain.intake import Intake, SubmissionRecord, WayIn
from leadline.domain.submission import parse_submission
from leadline.sources import NotALead
from leadline.sources.mapping import matched, to_fields
from leadline.sources.providers import SOURCES
from leadline.sources.reading import load_object


@dataclass(frozen=True, slots=True)
class Payload:
    """What a posting holds. `labels` are as they were sent; `fields` goes into `parse_submission` with `defaults`; `filled` says
    which field a label fills."""

    labels: Mapping[str, object]
    fields: Mapping[str, object]
    filled: Mapping[str, str]
    defaults: Mapping[str, str] = field(default_factory=dict)


def read_payload(record: SubmissionRecord, endpoint: Endpoint | None = None) -> Payload:
    """A stored payload as its endpoint reads it today. Raises NotALead for one without a form in it, Unreadable for one that cannot
    be read at all."""
    source = _BY_WAY.get(record.way_in)
    if source is None:
        return _read_keys(record.payload)
    labels = source.read(record.payload).fields
    mapping = endpoint.mapping if endpoint else None
    filled = {label: name for name, label in matched(labels, mapping).items()}
    return Payload(labels, to_fields(labels, mapping), filled, _defaults(record.way_in, endpoint))


def read_into(item: Intake, endpoint: Endpoint | None) -> None:
    """The submission in a payload, or the reason why it makes no lead: the one reading of hooks, reconciling and replays."""
    source = _BY_WAY.get(item.way_in)
    item.routes_all = endpoint.routes_all if endpoint else None
    try:
        if source is None:
            item.submission = parse_submission(load_object(item.payload), strict=item.way_in == "api")
            return
        sent = source.read(item.payload)
        item.event_id = sent.event_id
        fields = to_fields(sent.fields, endpoint.mapping if endpoint else None)
        item.submission = parse_submission(fields, strict=False, defaults=_defaults(item.way_in, endpoint))
        if endpoint is not None and (doubt := link_doubt(item.submission, endpoint.spam)):
            item.submission, item.faults = None, [doubt]
    except NotALead as reason:
        item.faults = [Fault("", str(reason))]
    except Invalid as error:
        item.faults = error.faults


def _defaults(way_in: WayIn, endpoint: Endpoint | None) -> dict[str, str]:
    """What stands where nothing was given: the provider's, and the endpoint's over them."""
    defaults = dict(_BY_WAY[way_in].defaults)
    if endpoint is not None:
        defaults |= endpoint.defaults
        if endpoint.source:
            defaults["source"] = endpoint.source
    return defaults


def _read_keys(payload: bytes) -> Payload:
    """JSON whose keys are fields already."""
    sent = load_object(payload)
    return Payload(sent, sent, {key: KEYS[key] for key in sent if key in KEYS})


_BY_WAY = {source.way_in: source for source in SOURCES.values()}
