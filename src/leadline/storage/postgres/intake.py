"""The one read of a capture, and the words a worker adds to a lead afterwards."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from leadline.domain.duplicates import WINDOW
from leadline.domain.errors import Fault
from leadline.domain.intake import SubmissionRecord
from leadline.domain.users import User
from leadline.ports import IntakeView
from leadline.ports.moment import Known
from leadline.storage.postgres import rows
from leadline.storage.postgres.rows import Connection

# One round trip for five questions: the newest rule set; all users; for each address the leads near its time and the newest one with an owner,
# archived ones too; the submissions of known events. The indexes on email_key and idx_submissions_event serve them. The bounds
# of the window come from Python: a PostgreSQL interval of a day has 23 or 25 hours where the session's time zone says so.
# Users stand in columns of their own, and what the other questions find in those after them: a record inside of a column
# takes the driver twice as long to read.
_NO_USER = ", ".join("NULL" for _ in rows.USER)
_NOT_FOUND = (
    "NULL::uuid, NULL::text, NULL::text, NULL::timestamptz, NULL::uuid, NULL::text, NULL::text, NULL::text, NULL::text"
)
_KNOWN = "l.id, l.email_key, NULL, l.created_at, l.assigned_to, NULL, NULL, NULL, NULL"
_FOUND_FROM = 1 + len(rows.USER)
# OFFSET 0 keeps each address and each event a look-up of its own: joined, a plan made while the table was empty would read all of it for ever.
# An event is asked for as a range in its order: idx_submissions_event alone has that order. While the table was empty any other index on
# the endpoint cost the same, and a plan made then would read every row of an import for each of its rows.
_VIEW = f"""
SELECT 'user' AS kind, {rows.select(rows.USER)}, {_NOT_FOUND} FROM leadline.users
UNION ALL
SELECT 'ruleset', {_NO_USER}, NULL, (SELECT max(version) FROM leadline.scoring_rulesets)::text, NULL, NULL, NULL, NULL, NULL, NULL, NULL
UNION ALL
SELECT 'near', {_NO_USER}, {_KNOWN}
FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) AS k (email_key, after, before) CROSS JOIN LATERAL (
  SELECT id, email_key, created_at, assigned_to FROM leadline.leads
  WHERE email_key = k.email_key AND NOT is_deleted AND created_at > k.after AND created_at < k.before OFFSET 0) l
UNION ALL
SELECT 'latest', {_NO_USER}, {_KNOWN}
FROM (SELECT DISTINCT unnest($1::text[]) AS email_key) k CROSS JOIN LATERAL (
  (SELECT id, email_key, created_at, assigned_to FROM leadline.leads
   WHERE email_key = k.email_key AND NOT is_deleted AND assigned_to IS NOT NULL ORDER BY created_at DESC LIMIT 1)
  UNION ALL
  (SELECT id, email_key, created_at, assigned_to FROM leadline.leads_archive
   WHERE email_key = k.email_key AND NOT is_deleted AND assigned_to IS NOT NULL ORDER BY created_at DESC LIMIT 1)
  ORDER BY created_at DESC LIMIT 1) l
UNION ALL
SELECT 'event', {_NO_USER}, s.id, s.way_in, s.outcome, s.received_at, s.lead_id, s.endpoint, s.event_id, s.request_id, s.faults::text
FROM unnest($4::text[], $5::text[]) AS e (endpoint, event_id) CROSS JOIN LATERAL (
  SELECT id, way_in, outcome, received_at, lead_id, endpoint, event_id, request_id, faults FROM leadline.submissions
  WHERE endpoint = e.endpoint AND event_id >= e.event_id AND event_id <= e.event_id AND event_id IS NOT NULL AND replay_of IS NULL
  ORDER BY event_id LIMIT 1) s
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
    view, newest = IntakeView([]), None
    for row in await connection.fetch(_VIEW, keys, after, before, *named):
        if row[0] == "user":
            view.users.append(User(*row[1:_FOUND_FROM]))
        elif row[0] == "ruleset":
            newest = row[_FOUND_FROM + 1]
        elif row[0] == "event":
            view.events.append(_to_event(row[_FOUND_FROM:]))
        else:
            lead_id, email_key, _, created_at, assigned_to, *_ = row[_FOUND_FROM:]
            known = Known(lead_id, email_key, created_at, assigned_to)
            (view.near if row[0] == "near" else view.latest).append(known)
    return replace(view, ruleset_version=int(newest) if newest else None)


def _to_event(found: Sequence[Any]) -> SubmissionRecord:
    """The columns of the last question; faults as text, because the other questions have no type for theirs."""
    row_id, way_in, outcome, at, lead_id, endpoint, event_id, request_id, faults = found
    kept = msgspec.json.decode(faults, type=list[Fault]) if faults else []
    return SubmissionRecord(row_id, way_in, b"", outcome, at, lead_id, endpoint, event_id, request_id, kept)
