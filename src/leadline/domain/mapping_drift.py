"""Mapping drift: a label that filled a field in one posting after another, and came no more. Somebody renamed it in the form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

# So many postings without a label make a drift, of those before at least EARLIER_MIN must be there, most of them with the label.
LAST = 5
EARLIER_MIN = 5
EARLIER_MAX = 20
POSTINGS = LAST + EARLIER_MAX


@dataclass(frozen=True, slots=True)
class Labelled:
    """A posting as drift sees it: the labels that came, the field that each of them fills, and the lead."""

    labels: frozenset[str]
    filled: Mapping[str, str]
    lead_id: UUID | None


@dataclass(frozen=True, slots=True)
class Drift:
    """A label that stopped, the field it filled, and the leads that went without."""

    label: str
    field: str
    lead_ids: tuple[UUID, ...]


def find_drifts(postings: Sequence[Labelled]) -> list[Drift]:
    """The labels that stopped, of an endpoint's postings newest first. A field that another label fills now has lost nothing, and
    a label that came now and then only is no habit."""
    last, earlier = postings[:LAST], postings[LAST:POSTINGS]
    if len(last) < LAST or len(earlier) < EARLIER_MIN:
        return []
    still_here = {label for posting in last for label in posting.labels}
    still_filled = {name for posting in last for name in posting.filled.values()}
    used: dict[str, str] = {}
    for posting in earlier:
        for label, name in posting.filled.items():
            used.setdefault(label, name)
    return [
        Drift(label, name, _without(postings, label))
        for label, name in used.items()
        if label not in still_here and name not in still_filled and _is_habit(label, earlier)
    ]


def _is_habit(label: str, earlier: Sequence[Labelled]) -> bool:
    return 2 * sum(label in posting.labels for posting in earlier) > len(earlier)


def _without(postings: Sequence[Labelled], label: str) -> tuple[UUID, ...]:
    """The leads since the label came last, newest first."""
    leads: list[UUID] = []
    for posting in postings:
        if label in posting.labels:
            break
        if posting.lead_id is not None:
            leads.append(posting.lead_id)
    return tuple(leads)
