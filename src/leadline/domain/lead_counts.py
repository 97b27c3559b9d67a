"""How many leads there are of each sort: the cell that a lead counts in, what a change of leads adds to which cell, and the numbers
that are read off the cells. Stores keep the counts by these rules, each in its own words, in the transaction that changes the leads."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from leadline.domain.findings import FIX, Finding
from leadline.domain.leads import CATEGORIES, OPEN_STATUSES, Category, Lead, Status, is_visible


class Cell(NamedTuple):
    """One sort of visible leads."""

    assigned_to: UUID | None
    category: Category
    status: Status
    is_waiting: bool
    needs_review: bool


def cell_of(lead: Lead) -> Cell | None:
    """The cell that a lead counts in: none while it is deleted or spam."""
    if not is_visible(lead):
        return None
    return Cell(lead.assigned_to, lead.category, lead.status, lead.waiting_since is not None, lead.needs_review)


def deltas(moves: Iterable[tuple[Cell | None, Cell | None]]) -> dict[Cell, int]:
    """What leads that moved from one cell to another add to each. None is where a lead comes from that is new, and where one goes
    that leaves. Cells that nothing is added to are left out."""
    sums: Counter[Cell] = Counter()
    for before, after in moves:
        if before != after:
            if before is not None:
                sums[before] -= 1
            if after is not None:
                sums[after] += 1
    return {cell: number for cell, number in sums.items() if number}


def recounted(leads: Iterable[Lead]) -> Counter[Cell]:
    """The counts as the leads themselves make them."""
    return Counter(cell for lead in leads if (cell := cell_of(lead)) is not None)


def added(counts: Mapping[Cell, int], changes: Mapping[Cell, int]) -> dict[Cell, int]:
    """The counts after a change; a cell that has none left is left out."""
    sums = dict(counts) | {cell: counts.get(cell, 0) + number for cell, number in changes.items()}
    return {cell: number for cell, number in sums.items() if number}


def open_counts(counts: Mapping[Cell, int], owners: Sequence[UUID | None]) -> dict[str, int]:
    """The numbers on the tabs: open leads by category, those that wait, those that need a review. Empty owners: everybody's."""
    totals = dict.fromkeys((*CATEGORIES, "waiting", "needs_review"), 0)
    for cell, number in counts.items():
        if cell.status in OPEN_STATUSES and (not owners or cell.assigned_to in owners):
            totals[cell.category] += number
            totals["waiting"] += number * cell.is_waiting
            totals["needs_review"] += number * cell.needs_review
    return totals


def drift(kept: Mapping[Cell, int], counted: Mapping[Cell, int]) -> dict[Cell, int]:
    """What must be added to the kept counts to make them those of a recount. It stays the same whatever is counted meanwhile,
    for every act adds to both sides alike."""
    lacking = {cell: counted.get(cell, 0) - kept.get(cell, 0) for cell in (*kept, *counted)}
    return {cell: number for cell, number in lacking.items() if number}


def drift_findings(kept: Mapping[Cell, int], counted: Mapping[Cell, int]) -> Iterator[Finding]:
    """Each cell whose count is wrong."""
    for cell in drift(kept, counted):
        owner = f"user {cell.assigned_to}" if cell.assigned_to else "nobody"
        traits = [
            name for name, has in (("waiting", cell.is_waiting), ("in need of a review", cell.needs_review)) if has
        ]
        sort = " and ".join(traits) or "neither waiting nor in need of a review"
        what = (
            f"{cell.category} leads of {owner} in {cell.status}, {sort}, are kept as {kept.get(cell, 0)}, and a recount says"
            f" {counted.get(cell, 0)}"
        )
        yield Finding("counters", f"lead_counts/{cell.assigned_to or 'nobody'}", what, FIX)
