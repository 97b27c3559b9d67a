"""What a repeated submission does to the lead that is there already (RULES 3)."""

from dataclasses import dataclass, replace
from typing import Any

from leadline.domain.answers import KEYS
from leadline.domain.extras import fitted_extra
from leadline.domain.leads import Lead
from leadline.domain.phones import looks_wrong
from leadline.domain.submission import FIELDS, Submission

_COMPARED = tuple(
    name for name in FIELDS if name not in ("email", "source", "message", "utm_source", "utm_medium", "utm_campaign")
)
_FILLED = tuple(name for name in FIELDS if name != "email")


@dataclass(frozen=True, slots=True)
class Merge:
    """The lead after a repeat: which fields it filled, and where the two disagree (field -> the later value)."""

    lead: Lead
    filled: dict[str, str]
    conflicts: dict[str, str]


def merge(lead: Lead, repeat: Submission, *, may_fill: bool) -> Merge:
    """Fill blanks and derived values of the lead from a repeat, where `may_fill` (a public form may only after review);
    mark the lead for review where both say something else. A given value is never overwritten."""
    filled: dict[str, str] = {}
    conflicts: dict[str, str] = {}
    for name in _FILLED:
        later, have = getattr(repeat, name), getattr(lead, name)
        if later is None or name in repeat.field_sources or later == have:
            continue
        if have is None or _is_derived(lead, name):
            (filled if may_fill else conflicts)[name] = later
        elif name in _COMPARED and _plain(later) != _plain(have):
            conflicts[name] = later
    sources = _sources(lead, filled, conflicts)
    brings_doubt = bool(filled) and _is_doubtful(repeat)
    needs_review = bool(conflicts) or brings_doubt or (lead.needs_review and not _was_only_derived(lead, sources))
    extra = _joined(lead.extra, repeat.extra) if may_fill else lead.extra
    # Filled fields are texts of `FIELDS`; the checker cannot see which.
    given: dict[str, Any] = dict(filled)
    merged = replace(lead, **given, field_sources=sources, extra=extra, needs_review=needs_review)
    return Merge(merged, filled, conflicts)


def _is_derived(lead: Lead, name: str) -> bool:
    source: Any = lead.field_sources.get(name)
    return isinstance(source, dict) and source.get("source") == "derived"


def _plain(text: str) -> str:
    return "".join(text.casefold().split())


def _sources(lead: Lead, filled: dict[str, str], conflicts: dict[str, str]) -> dict[str, Any]:
    """Field sources after the merge: a filled value is given now; a conflict is kept beside the field until it is reviewed."""
    sources = {name: source for name, source in lead.field_sources.items() if name not in filled}
    for name, later in conflicts.items():
        sources[name] = {**sources.get(name, {}), "conflict": later}
    return sources


def _joined(extra: dict[str, Any], later: dict[str, Any]) -> dict[str, Any]:
    """What the lead has and what came with the repeat, where both fit: a lead must not grow with each repeat."""
    joined, was_cut = fitted_extra({**extra, **{key: value for key, value in later.items() if key not in extra}})
    return extra if was_cut else joined


def _was_only_derived(lead: Lead, sources: dict[str, Any]) -> bool:
    """Whether the only doubt about the lead was derived values, all of which have been given since."""
    had = {name for name, source in lead.field_sources.items() if isinstance(source, dict) and "conflict" not in source}
    return bool(had) and not sources and not _has_odd_values(lead)


def _is_doubtful(repeat: Submission) -> bool:
    """Whether a repeat needs a review for more than its derived values, which fill nothing."""
    has_derived = any(source == {"source": "derived"} for source in repeat.field_sources.values())
    return repeat.needs_review and (not has_derived or _has_odd_values(repeat))


def _has_odd_values(read: Lead | Submission) -> bool:
    """A phone number that can be none, or a field whose whole value had to be set aside in `extra`."""
    return (read.phone is not None and looks_wrong(read.phone)) or any(key in KEYS for key in read.extra)
