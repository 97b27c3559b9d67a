"""The one read of a capture, and the words a worker adds to a lead afterwards."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from leadline.domain.duplicates import WINDOW
from leadline.domain.errors import Fault
from leadline.domain.intake import SubmissionRecord
from leadline.domain.users import User
from leadline.ports import IntakeView, Known
from leadline.storage.postgres import rows
from leadline.storage.postgres.rows import Connection

# One round trip for four questions: all users; for each address the leads near its time and the newest one with an owner,
# archived ones too; the submissions of known events. The indexes on email_key and idx_submissions_event serve them. The bounds
# of the window come from Python: a PostgreSQL interval of a day has 23 or 25 hours where the session's time zone says so.
_VIEW = f"""
SELECT 'user' AS kind, ROW({rows.select(rows.USER)}) AS found FROM leadline.users
UNION ALL
SELECT 'near', ROW(l.id, l.email_key, l.created_at, l.assigned_to)
FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) AS k (email_key, after, before)
JOIN leadline.leads l ON l.email_key = k.email_key
WHERE NOT l.is_deleted AND l.created_at > k.after AND l.created_at < k.before
UNION ALL
SELECT 'latest', ROW(l.id, l.email_key, l.created_at, l.assigned_to)
FROM (SELECT DISTINCT unnest($1::text[]) AS email_key) k CROSS JOIN LATERAL (
  (SELECT id, email_key, created_at, assigned_to FROM leadline.leads
   WHERE email_key = k.email_key AND NOT is_deleted AND assigned_to IS NOT NULL ORDER BY created_at DESC LIMIT 1)
  UNION ALL
  (SELECT id, email_key, created_at, assigned_to FROM leadline.leads_archive
   WHERE email_key = k.email_key AND NOT is_deleted AND assigned_to IS NOT NULL ORDER BY created_at DESC LIMIT 1)
  ORDER BY created_at DESC LIMIT 1) l
UNION ALL
SELECT 'event', ROW(s.id, s.way_in, s.outcome, s.received_at, s.lead_id, s.endpoint, s.event_id, s.request_id, s.faults::text)
FROM unnest($4::text[], $5::text[]) AS e (endpoint, event_id)
JOIN leadline.submissions s ON s.endpoint = e.endpoint AND s.event_id = e.event_id AND s.event_id IS NOT NULL AND s.replay_of IS NULL
"""

# Words are letters and digits, so a blank parts them; an array of arrays would have to be rectangular.
SET_INDEX = """
UPDATE leadline.leads l SET search_words = string_to_array(v.words, ' '), phone_e164 = v.phone_e164
FROM unnest($1::uuid[], $2::text[], $3::text[]) AS v (id, words, phone_e164) WHERE l.id = v.id
"""


async def read_view(
    connection: Connection, addresses: Sequence[tuple[str, datetime]], events: Sequence[tuple[str, str]]
) -> IntakeView:
    """See `ports.Tx.intake_view`."""
    keys, times = [key for key, _ in addresses], [at for _, at in addresses]
    after, before = [at - WINDOW for at in times], [at + WINDOW for at in times]
    named = ([endpoint for endpoint, _ in events], [event_id for _, event_id in events])
    view = IntakeView([])
    for kind, found in await connection.fetch(_VIEW, keys, after, before, *named):
        if kind == "user":
            view.users.append(User(*found))
        elif kind == "event":
            view.events.append(_to_event(found))
        else:
            (view.near if kind == "near" else view.latest).append(Known(*found))
    return view


def _to_event(found: Sequence[Any]) -> SubmissionRecord:
    """Inside of a record the driver knows no JSON, so the faults come as text."""
    row_id, way_in, outcome, at, lead_id, endpoint, event_id, request_id, faults = found
    kept = msgspec.json.decode(faults, type=list[Fault]) if faults else []
    return SubmissionRecord(row_id, way_in, b"", outcome, at, lead_id, endpoint, event_id, request_id, kept)
