"""The PostgreSQL of a run: one server, the floor's database and Leadline's in it, both with 50 reps and 100,000 leads."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from leadline.embedded import choose_way
from leadline.embedded.cluster import APP, DATABASE, OWNER, prepare
from leadline.embedded.server import SETTINGS, start

HERE = Path(__file__).parent
FLOOR = "floor"
# Of shared_buffers and max_wal_size the bench's README speaks; the rest is what `leadline serve` runs with.
SERVER_SETTINGS = SETTINGS | {"shared_buffers": "1GB", "max_wal_size": "8GB"}
LEADS = 100_000

# The floor's reps and leads in Leadline's tables, under the same seed: Hot and Warm ones owned in turn, Cold ones by nobody.
LOAD = f"""
INSERT INTO leadline.users (full_name, email, email_key, max_active_leads)
SELECT 'Rep ' || i, 'rep' || i || '@company.com', 'rep' || i || '@company.com', 1000000000 FROM generate_series(1, 50) i;
SELECT setseed(0.42);
INSERT INTO leadline.leads (company_name, contact_name, email, email_key, email_class, lead_score, raw_score, category, ruleset_version,
  status, assigned_to, created_at, updated_at, source, search_words)
SELECT 'Company ' || i, 'Contact ' || i, key, key, 'business', s, s, category, 1,
  (ARRAY['New', 'Contacted', 'Qualified', 'Disqualified', 'Opportunity'])[1 + floor(random() * 5)::int],
  CASE WHEN category <> 'Cold' THEN reps[1 + i % 50] END, at, at, 'API', ARRAY['company', i::text, 'contact', 'l' || i, 'c' || i, 'example', 'com']
FROM (SELECT i, s, 'l' || i || '@c' || i || '.example.com' AS key, now() - random() * interval '700 days' AS at,
        CASE WHEN s >= 80 THEN 'Hot' WHEN s >= 50 THEN 'Warm' ELSE 'Cold' END AS category
      FROM (SELECT i, CASE WHEN r < .1 THEN 80 + floor(random() * 21) WHEN r < .4 THEN 50 + floor(random() * 30) ELSE floor(random() * 50) END::int AS s
            FROM (SELECT i, random() AS r FROM generate_series(1, {LEADS}) i) x) y) z,
     (SELECT array_agg(id ORDER BY email) AS reps FROM leadline.users) u;
UPDATE leadline.users u SET current_lead_count = c.open, total_leads_assigned = c.total
FROM (SELECT assigned_to, count(*) AS total, count(*) FILTER (WHERE status IN ('New', 'Contacted', 'Qualified')) AS open
      FROM leadline.leads WHERE assigned_to IS NOT NULL GROUP BY 1) c WHERE c.assigned_to = u.id;
"""

BOOKS = """
SELECT (SELECT count(*) FROM leadline.leads) AS leads,
  (SELECT count(*) FROM leadline.submissions WHERE outcome = 'duplicate') AS duplicates,
  (SELECT count(*) FROM leadline.submissions WHERE outcome NOT IN ('created', 'duplicate')) AS refused,
  (SELECT sum(current_lead_count)::bigint FROM leadline.users) AS counted,
  (SELECT count(*) FROM leadline.leads WHERE assigned_to IS NOT NULL AND status IN ('New', 'Contacted', 'Qualified')
     AND NOT is_deleted AND NOT is_spam) AS recounted,
  (SELECT max(turns) - min(turns) FROM (SELECT total_leads_assigned - last_value AS turns FROM bench_start JOIN leadline.users USING (id)) t) AS spread
"""
REMEMBER = (
    "CREATE TABLE bench_start AS SELECT id, total_leads_assigned AS last_value FROM leadline.users WHERE role = 'rep'"
)
UNINDEXED = "SELECT EXISTS (SELECT FROM leadline.leads WHERE search_words IS NULL)"


@dataclass(frozen=True)
class Databases:
    """Where the databases are, and the programs that came with them."""

    programs: Path
    port: int
    pid: int
    passwords: dict[str, str]

    def url(self, role: str, database: str) -> str:
        return f"postgresql://{role}:{self.passwords[role]}@127.0.0.1:{self.port}/{database}"

    @property
    def owner(self) -> str:
        return self.url(OWNER, DATABASE)

    @property
    def app(self) -> str:
        return self.url(APP, DATABASE)

    @property
    def floor(self) -> str:
        return self.url(OWNER, FLOOR)


@contextmanager
def databases(folder: Path) -> Iterator[Databases]:
    """The server, with the floor's database loaded. Stopped at the end."""
    way = choose_way(folder)
    passwords = prepare(folder, way)
    server = start(folder / "data", way, SERVER_SETTINGS)
    try:
        found = Databases(way.binaries, server.port, server.pid, passwords)
        script(found.owner, f"CREATE DATABASE {FLOOR}")
        *statements, vacuum = (HERE / "floor-schema.sql").read_text().rsplit("VACUUM", 1)
        script(found.floor, *statements, f"VACUUM{vacuum}")
        yield found
    finally:
        server.stop()


def load(found: Databases) -> None:
    """Fill Leadline's database, which is migrated already."""
    script(found.owner, LOAD, REMEMBER, "VACUUM ANALYZE", "CHECKPOINT")


def script(url: str, *statements: str) -> None:
    """Run statements."""

    async def run() -> None:
        connection = await asyncpg.connect(url)
        for statement in statements:
            await connection.execute(statement)
        await connection.close()

    asyncio.run(run())


def row(url: str, sql: str) -> asyncpg.Record:
    """The one row of a query."""

    async def run() -> Any:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchrow(sql)
        finally:
            await connection.close()

    return asyncio.run(run())
