"""The numbers on the tabs. They are kept by triggers on `leads`, whatever way a lead is changed (migration 009); here they are
read. `domain.lead_counts` says which cell a lead counts in; the contract suite holds the triggers equal to it."""

from collections.abc import Sequence
from uuid import UUID

from leadline.domain.lead_counts import Cell
from leadline.storage.postgres.lead_tables import OPEN
from leadline.storage.postgres.rows import Connection

_COUNTS = f"""
SELECT category, sum(leads)::bigint, coalesce(sum(leads) FILTER (WHERE is_waiting), 0)::bigint,
  coalesce(sum(leads) FILTER (WHERE needs_review), 0)::bigint
FROM leadline.lead_counts
WHERE {OPEN} AND ($1 OR assigned_to = ANY($2::uuid[]) OR ($3 AND assigned_to IS NULL))
GROUP BY category
"""
ALL_COUNTS = f"SELECT {', '.join(Cell._fields)}, leads FROM leadline.lead_counts WHERE leads <> 0"


async def count_open(connection: Connection, owners: Sequence[UUID | None]) -> dict[str, int]:
    """See `Store.count_open`."""
    counts = {"Hot": 0, "Warm": 0, "Cold": 0, "waiting": 0, "needs_review": 0}
    named = [owner for owner in owners if owner]
    for category, total, waiting, review in await connection.fetch(_COUNTS, not owners, named, None in owners):
        counts[category] = total
        counts["waiting"] += waiting
        counts["needs_review"] += review
    return counts
