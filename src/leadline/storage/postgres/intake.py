"""The one read of a capture, and the words a worker adds to a lead afterwards."""

from collections.abc import Sequence
from datetime import datetime

from leadline.domain.duplicates import WINDOW
from leadline.domain.intake import SubmissionRecord
from leadline.domain.users import User
from leadline.ports import IntakeView, Known
from leadline.storage.postgres import rows
from leadline.storage.postgres.rows import Connection

# One round trip for four questions: all users; for each address the leads near its time and the newest one with an owner; the
# submissions of known events. idx_unique_email_24h serves the addresses, idx_submissions_event the events.
_VIEW = f"""
SELECT 'user' AS kind, ROW({rows.select(rows.USER)}) AS found FROM leadline.users
UNION ALL
SELECT 'near', ROW(l.id, l.email_key, l.created_at, l.assigned_to)
FROM unnest($1::text[], $2::timestamptz[]) AS k (email_key, at) JOIN leadline.leads l ON l.email_key = k.email_key
WHERE NOT l.is_deleted AND l.created_at > k.at - $3::interval AND l.created_at < k.at + $3::interval
UNION ALL
SELECT 'latest', ROW(l.id, l.email_key, l.created_at, l.assigned_to)
FROM (SELECT DISTINCT unnest($1::text[]) AS email_key) k CROSS JOIN LATERAL (
  SELECT id, email_key, created_at, assigned_to FROM leadline.leads
  WHERE email_key = k.email_key AND NOT is_deleted AND assigned_to IS NOT NULL ORDER BY created_at DESC LIMIT 1) l
UNION ALL
SELECT 'event', ROW(s.id, s.endpoint, s.received_at, s.event_id, s.outcome, s.lead_id)
FROM unnest($4::text[], $5::text[]) AS e (endpoint, event_id)
JOIN leadline.submissions s ON s.endpoint = e.endpoint AND s.event_id = e.event_id AND s.event_id IS NOT NULL AND s.replay_of IS NULL
"""

SET_INDEX = "UPDATE leadline.leads SET search_words = $2, phone_e164 = COALESCE($3, phone_e164) WHERE id = $1"


async def read_view(
    connection: Connection, addresses: Sequence[tuple[str, datetime]], events: Sequence[tuple[str, str]]
) -> IntakeView:
    """See `ports.Tx.intake_view`."""
    keys, times = [a[0] for a in addresses], [a[1] for a in addresses]
    view = IntakeView([])
    for kind, found in await connection.fetch(
        _VIEW, keys, times, WINDOW, [e[0] for e in events], [e[1] for e in events]
    ):
        if kind == "user":
            view.users.append(User(*found))
        elif kind == "event":
            row_id, endpoint, at, event_id, outcome, lead_id = found
            record = SubmissionRecord(
                row_id, "api", b"", outcome, at, lead_id=lead_id, endpoint=endpoint, event_id=event_id
            )
            view.events.append(record)
        else:
            (view.near if kind == "near" else view.latest).append(Known(*found))
    return view
