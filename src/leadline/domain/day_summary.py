"""What became of the postings of one UTC day: each counted once, under the last word on it, and what was lost."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from leadline.domain.intake import OUTCOMES, Outcome, SubmissionRecord

ACCEPTED: frozenset[Outcome] = frozenset({"created", "duplicate"})


@dataclass(slots=True)
class DaySummary:
    """The figures of a day. `outcomes` add up to `received`; `lost` are postings that were accepted and whose lead is not there.
    Without `is_whole` only the newest postings were counted."""

    day: date
    received: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    lost: list[UUID] = field(default_factory=list)
    is_whole: bool = True

    def line(self) -> str:
        """The figures in one line."""
        told = [f"{name} {self.outcomes[name]}" for name in OUTCOMES]
        return f"{self.day}: received {self.received}, {', '.join(told)}, lost {len(self.lost)}"


def bounds_of(day: date) -> tuple[datetime, datetime]:
    """From when to when a day goes."""
    start = datetime.combine(day, time(), UTC)
    return start, start + timedelta(days=1)


def leads_named(rows: Iterable[SubmissionRecord]) -> set[UUID]:
    """The leads that must be there."""
    return {row.lead_id for row in rows if row.lead_id is not None and row.outcome in ACCEPTED}


def summarize(day: date, rows: Iterable[SubmissionRecord], leads: set[UUID]) -> DaySummary:
    """The figures of these postings, of which `leads` are there, archived ones too. What settles a posting stands for it."""
    last: dict[UUID, SubmissionRecord] = {}
    settles: dict[UUID, UUID] = {}
    summary = DaySummary(day)
    # A settling row bears the time of its posting, so the two come in any order; posting by posting, then what settles them.
    ordered = sorted(rows, key=lambda row: (row.replay_of is not None, row.id))
    for row in ordered:
        if row.replay_of is None:
            settles[row.id] = row.id
            last[row.id] = row
        if row.outcome in ACCEPTED and row.lead_id not in leads:
            summary.lost.append(row.id)
    left = [row for row in ordered if row.replay_of is not None]
    while left:
        known = [row for row in left if row.replay_of in settles]
        if not known:
            break
        for row in known:
            settles[row.id] = settles[row.replay_of]  # type: ignore[index]
            last[settles[row.id]] = row
        left = [row for row in left if row.id not in settles]
    summary.received = len(last)
    summary.outcomes.update(row.outcome for row in last.values())
    return summary
