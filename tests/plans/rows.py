"""Rows in number, made inside of the database: two years of a house with fifty reps, three leads of four closed, one of ten Hot,
some of each rarity."""

import asyncpg

from leadline.storage.postgres.lead_tables import leads as lead_table

REPS = 50
BUSY_REP, QUIET_REP = (f"00000000-0000-7000-8000-{number:012}" for number in (1, REPS))
LONG_TRAIL = 60_000
# Half of all postings came in at one endpoint, the first few of two years ago at another.
ENDPOINT, QUIET_ENDPOINT = "main", "fair"

# Ids are UUIDv7 as the application makes them: they ascend with created_at.
_SETUP = """
CREATE FUNCTION pg_temp.h(n bigint, salt int) RETURNS int IMMUTABLE PARALLEL SAFE LANGUAGE sql
  AS $$ SELECT abs(hashint8extended(n, salt) % 10000)::int $$;
CREATE FUNCTION pg_temp.v7(at timestamptz, n bigint, salt int) RETURNS uuid IMMUTABLE PARALLEL SAFE LANGUAGE sql
  AS $$ SELECT (lpad(to_hex(floor(extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text || salt), 1, 3)
    || '8' || substr(md5(n::text || salt), 4, 15))::uuid $$;
CREATE FUNCTION pg_temp.rep(n int) RETURNS uuid IMMUTABLE PARALLEL SAFE LANGUAGE sql
  AS $$ SELECT ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid $$;
"""

_USERS = f"""
INSERT INTO leadline.users (id, full_name, email, email_key, role)
SELECT pg_temp.rep(n), 'Rep ' || n, 'rep' || n || '@company.example.com', 'rep' || n || '@company.example.com', 'rep'
FROM generate_series(1, {REPS}) n
"""

# One lead in twenty comes from an address that wrote before. Two thirds of the Cold ones have no owner; the last rep has very few
# leads, the first very many.
_LEADS = f"""
WITH base AS (
  SELECT n, pg_temp.h(n, 1) a, pg_temp.h(n, 2) b, pg_temp.h(n, 3) c, pg_temp.h(n, 4) d, pg_temp.h(n, 5) e,
    timestamptz '2026-11-24 12:00+00' - (interval '2 years' * (($1::int - n)::float8 / $1::int)) AS at
  FROM generate_series(1, $1::int) n),
scored AS (
  SELECT *, CASE WHEN a < 1000 THEN 'Hot' WHEN a < 4000 THEN 'Warm' ELSE 'Cold' END AS category,
    CASE WHEN a < 1000 THEN 80 + b % 45 WHEN a < 4000 THEN 50 + b % 30 ELSE b % 60 - 10 END AS raw,
    n > 0.87 * $1::int AS is_recent,
    CASE WHEN n % 20 = 0 AND n > $1::int / 2 THEN n / 2 ELSE n END AS person
  FROM base),
told AS (
  SELECT *, CASE
      WHEN is_recent THEN CASE WHEN c < 6000 THEN 'New' WHEN c < 8000 THEN 'Contacted' WHEN c < 9000 THEN 'Qualified' WHEN c < 9700 THEN 'Disqualified' ELSE 'Opportunity' END
      WHEN category = 'Cold' AND c < 1500 THEN 'New'
      WHEN c < 8500 THEN 'Disqualified' WHEN c < 9500 THEN 'Opportunity' WHEN c < 9800 THEN 'Contacted' ELSE 'New' END AS status,
    (CASE WHEN category = 'Cold' THEN d < 3000 ELSE d < 9950 END) AS is_owned
  FROM scored)
INSERT INTO leadline.leads (id, company_name, contact_name, email, email_key, email_class, phone, company_size, industry,
  inquiry_type, budget_timeline, message, lead_score, category, score_breakdown, raw_score, ruleset_version, status, assigned_to,
  priority_flag, last_activity_date, created_at, updated_at, source, utm_source, is_deleted, is_spam, needs_review, waiting_since,
  waiting_reason, route_decision, is_demo, search_words, company_website)
SELECT pg_temp.v7(at, n, 1), 'Company ' || (person % 90000), (ARRAY['Ada','Grace','Alan','Edsger','Barbara','Donald'])[1 + b % 6] || ' Person' || (person % 7000),
  'person' || person || '@firm' || (person % 90000) || '.example.com', 'person' || person || '@firm' || (person % 90000) || '.example.com',
  CASE WHEN e % 10 < 7 THEN 'business' ELSE 'free' END, '+1-555-01' || lpad((n % 100)::text, 2, '0'),
  (ARRAY['1-10','11-50','51-200','201-1000','1000+'])[1 + b % 5], 'Software/SaaS', 'Demo Request', 'Immediate', repeat('We would like to see it. ', 4 + e % 8),
  least(100, greatest(0, raw)), category, '{{"company_size": 20, "industry": 20, "inquiry_type": 30, "budget_timeline": 20, "email_validation": 5}}',
  raw, 1, status, CASE WHEN is_owned THEN pg_temp.rep(CASE WHEN e = 0 THEN {REPS} WHEN e < 3000 THEN 1 ELSE 2 + e % {REPS - 2} END) END,
  d % 100 = 0, at + interval '1 hour', at, at + interval '1 day' * (c % 40), (ARRAY['Webflow Form','API','CSV Import','Web Form'])[1 + c % 4], 'google',
  e % 100 = 1, e % 100 IN (2, 3, 4), e % 25 = 5, CASE WHEN category <> 'Cold' AND NOT is_owned THEN at END,
  CASE WHEN category <> 'Cold' AND NOT is_owned THEN 'no_capacity' END, '{{"how": "turn", "considered": {REPS}, "passed": {{"full": 12, "inactive": 3}}}}',
  n % 2000 = 7, CASE WHEN n <= $1::int - 50 THEN ARRAY['company', (person % 90000)::text, (ARRAY['ada','grace','alan','edsger','barbara','donald'])[1 + b % 6],
  'person' || (person % 7000), 'person' || person, 'firm' || (person % 90000), 'example', 'com'] END,
  CASE WHEN e % 10 < 7 THEN 'https://firm' || (person % 90000) || '.example.com' END
FROM told ORDER BY n
"""

_TRAIL = """
INSERT INTO leadline.activities (id, lead_id, action_type, new_value, description, created_at)
SELECT pg_temp.v7(created_at, row_number() OVER (), 2), id, 'lead_created', '{"score":' || lead_score || '}', 'Lead created with score ' || lead_score, created_at
FROM leadline.leads
"""

# One lead with a very long trail: a page far down must not read what stands above it.
_LONG_TRAIL = f"""
INSERT INTO leadline.activities (id, lead_id, action_type, description, created_at)
SELECT pg_temp.v7(at, n, 3), (SELECT id FROM leadline.leads WHERE assigned_to IS NOT NULL ORDER BY id DESC LIMIT 1), 'note_added', 'Left a message', at
FROM generate_series(1, {LONG_TRAIL}) n, LATERAL (SELECT timestamptz '2026-11-24 12:00+00' + n * interval '1 second' AS at) t
"""

_SUBMISSIONS = f"""
INSERT INTO leadline.submissions (id, way_in, endpoint, event_id, payload, outcome, lead_id, received_at)
SELECT pg_temp.v7(created_at, n, 4), 'api', CASE WHEN n <= 120 THEN '{QUIET_ENDPOINT}' WHEN b < 5000 THEN '{ENDPOINT}' END, CASE WHEN b < 5000 THEN 'event-' || id END,
  convert_to(repeat('{{"email": "x"}} ', 12), 'UTF8'),
  CASE WHEN b < 9600 THEN 'created' WHEN b < 9800 THEN 'duplicate' WHEN b < 9950 THEN 'spam' WHEN b < 9990 THEN 'rejected' ELSE 'quarantined' END,
  CASE WHEN b < 9950 THEN id END, created_at
FROM (SELECT *, pg_temp.h(hashtext(id::text), 6) b, row_number() OVER (ORDER BY id) n FROM leadline.leads) l
"""

_NOTIFICATIONS = """
INSERT INTO leadline.notifications (id, lead_id, user_id, notification_type, template_name, recipient, subject, body, status, created_at)
SELECT pg_temp.v7(created_at, row_number() OVER (), 5), id, assigned_to, 'email', 'lead_assigned', 'rep@company.example.com', 'A lead', repeat('Text ', 40),
  CASE WHEN b < 9800 THEN 'sent' WHEN b < 9900 THEN 'failed' WHEN b < 9940 THEN 'held' WHEN b < 9980 THEN 'suppressed' ELSE 'pending' END, created_at
FROM (SELECT *, pg_temp.h(hashtext(id::text), 7) b FROM leadline.leads) l WHERE assigned_to IS NOT NULL
"""

# One lead in ten has a like in the archive.
_NAMES = ", ".join(column.name for column in lead_table.columns)
_ARCHIVE = f"""
INSERT INTO leadline.leads_archive ({_NAMES}, archived_at) SELECT {_NAMES}, updated_at + interval '90 days' FROM leadline.leads
WHERE pg_temp.h(hashtext(id::text), 8) < 1000
"""

_SESSIONS = """
INSERT INTO leadline.sessions (token_hash, user_id, created_at, seen_at)
SELECT sha256((u.id::text || n)::bytea), u.id, now(), now() FROM leadline.users u, generate_series(1, 400) n
"""

_INVITATIONS = """
INSERT INTO leadline.invitations (token_hash, user_id, created_at, expires_at)
SELECT sha256((u.id::text || -n)::bytea), u.id, now(), now() + interval '7 days' FROM leadline.users u, generate_series(1, 100) n
"""

# A week of posts under a key; none has expired, as after a run of the worker.
_ANSWERS = """
INSERT INTO leadline.idempotency_keys (digest, fingerprint, expires_at, submission_id, status, body)
SELECT sha256(n::text::bytea), sha256('same'), now() + n * interval '30 seconds', gen_random_uuid(), 201, '{}'
FROM generate_series(1, 20000) n
"""


async def fill(connection: "asyncpg.Connection[asyncpg.Record]", leads: int) -> None:
    """So many leads with their trail, submissions and notifications, and statistics about them."""
    for statement in (_SETUP, _USERS):
        await connection.execute(statement)
    await connection.execute(_LEADS, leads)
    for statement in (_TRAIL, _LONG_TRAIL, _SUBMISSIONS, _NOTIFICATIONS, _ARCHIVE, _SESSIONS, _INVITATIONS, _ANSWERS):
        await connection.execute(statement)
    await connection.execute("VACUUM (ANALYZE)")
