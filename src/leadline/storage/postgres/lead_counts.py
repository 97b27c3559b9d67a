"""The numbers on the tabs. They are kept by triggers on `leads`, whatever way a lead is changed (migration 009); here they are
read, held against a recount, and counted anew."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from leadline.domain.findings import FIX, Finding
from leadline.storage.postgres.lead_tables import OPEN, VISIBLE
from leadline.storage.postgres.rows import Connection

_COUNTS = f"""
SELECT category, sum(leads)::bigint, coalesce(sum(leads) FILTER (WHERE is_waiting), 0)::bigint,
  coalesce(sum(leads) FILTER (WHERE needs_review), 0)::bigint
FROM leadline.lead_counts
WHERE {OPEN} AND ($1 OR assigned_to = ANY($2::uuid[]) OR ($3 AND assigned_to IS NULL))
GROUP BY category
"""
# One statement, so that both sides are of one moment.
_DRIFT = f"""
SELECT assigned_to, category, status, is_waiting, needs_review, sum(kept)::bigint AS kept, sum(counted)::bigint AS counted
FROM (
  SELECT assigned_to, category, status, is_waiting, needs_review, leads AS kept, 0 AS counted FROM leadline.lead_counts
  UNION ALL
  SELECT assigned_to, category, status, waiting_since IS NOT NULL, needs_review, 0, count(*)
  FROM leadline.leads WHERE {VISIBLE} GROUP BY 1, 2, 3, 4, 5
) AS cells
GROUP BY 1, 2, 3, 4, 5 HAVING sum(kept) <> sum(counted) ORDER BY 1, 2, 3, 4, 5
"""


async def count_open(connection: Connection, owners: Sequence[UUID | None]) -> dict[str, int]:
    """See `Store.count_open`."""
    counts = {"Hot": 0, "Warm": 0, "Cold": 0, "waiting": 0, "needs_review": 0}
    named = [owner for owner in owners if owner]
    for category, total, waiting, review in await connection.fetch(_COUNTS, not owners, named, None in owners):
        counts[category] = total
        counts["waiting"] += waiting
        counts["needs_review"] += review
    return counts


async def look_at_counts(connection: Connection) -> list[Finding]:
    """A finding for each cell whose kept count is not the number of its leads."""
    return [
        Finding(
            "counters",
            "lead_counts",
            f"{row['kept']} leads are kept as {', '.join(_cell(row))}, and a recount says {row['counted']}",
            FIX,
        )
        for row in await connection.fetch(_DRIFT)
    ]


def _cell(row: asyncpg.Record) -> list[str]:
    owner = f"of {row['assigned_to']}" if row["assigned_to"] else "of nobody"
    marks = [name for name in ("is_waiting", "needs_review") if row[name]]
    return [row["category"], row["status"], owner, *marks]
