"""Who may do what in a migrated database."""

from typing import Any
from uuid import UUID

import asyncpg
import pytest

from leadline.storage.postgres import migrate
from tests.migrations.databases import add_lead, at

PLAIN, PASSWORD = "plain_owner", "only-here"
TRAIL = ("activities", "submissions")
FORBIDDEN = [
    *(f"{verb} leadline.{table}" for table in TRAIL for verb in ("DELETE FROM", "TRUNCATE", "DROP TABLE")),
    "UPDATE leadline.activities SET description = 'never happened'",
    "UPDATE leadline.submissions SET outcome = 'spam'",
    "UPDATE leadline.scoring_rulesets SET name = 'other rules'",
    "DELETE FROM leadline.leads",
    "DELETE FROM leadline.users",
    "UPDATE leadline.alembic_version SET version_num = '000_version_1_0'",
    "DELETE FROM leadline.alembic_version",
    "INSERT INTO leadline.alembic_version VALUES ('999')",
    "ALTER TABLE leadline.leads DISABLE TRIGGER ALL",
    "DROP TABLE leadline.leads",
    "DROP SCHEMA leadline CASCADE",
    "CREATE TABLE leadline.mine (id int)",
    "CREATE FUNCTION leadline.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
]


async def test_the_app_role_cannot_rewrite_the_trail_nor_the_schema(url: str, owner: Any) -> None:
    await migrate.upgrade(url)
    await owner.execute("SET ROLE leadline_app")

    for statement in FORBIDDEN:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await owner.execute(statement)


async def test_the_app_role_can_take_a_lead_in_and_write_the_trail(url: str, owner: Any) -> None:
    await migrate.upgrade(url)
    await owner.execute("SET ROLE leadline_app")
    lead = await add_lead(owner, 1, "ann@acme.example", "business")
    await owner.execute("INSERT INTO leadline.activities (lead_id, action_type) VALUES ($1, 'lead_created')", lead)
    await owner.execute(
        "INSERT INTO leadline.submissions (way_in, payload, outcome, lead_id) VALUES ('api', '{}', 'created', $1)", lead
    )
    await owner.execute("UPDATE leadline.leads SET status = 'Contacted'")

    for table in ("leads", *TRAIL):
        assert await owner.fetchval(f"SELECT count(*) FROM leadline.{table}") == 1


async def test_the_app_role_cannot_take_a_real_leads_trail_out_as_demo(url: str, owner: Any) -> None:
    await migrate.upgrade(url)
    real = await add_lead(owner, 1, "ann@acme.example", "business")
    demo = await add_lead(owner, 2, "demo@acme.example", "business", is_demo=True)
    for lead in (real, demo):
        await owner.execute("INSERT INTO leadline.activities (lead_id, action_type) VALUES ($1, 'lead_created')", lead)
    await owner.execute("SET ROLE leadline_app")

    with pytest.raises(asyncpg.PostgresError):
        await owner.execute("UPDATE leadline.leads SET is_demo = TRUE")
    await owner.execute("SELECT leadline.remove_demo()")

    assert await owner.fetchval("SELECT array_agg(lead_id) FROM leadline.activities") == [UUID(int=1)]


async def plain_owner(url: str, owner: Any, *more: str) -> str:
    """The URL of a login that owns the database and is no superuser."""
    database = url.rsplit("/", 1)[1]
    await owner.execute(f"CREATE ROLE {PLAIN} LOGIN CREATEROLE PASSWORD '{PASSWORD}'")
    await owner.execute(f"ALTER DATABASE {database} OWNER TO {PLAIN}")
    for statement in more:
        await owner.execute(statement)
    return at(url, database, user=PLAIN, password=PASSWORD)


async def becomes_the_app(url: str) -> bool:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SET ROLE leadline_app")
    except asyncpg.InsufficientPrivilegeError:
        return False
    else:
        await connection.execute("SELECT FROM leadline.leads")
        return True
    finally:
        await connection.close()


async def test_an_owner_that_is_no_superuser_migrates_and_then_becomes_the_app_role(url: str, owner: Any) -> None:
    plain = await plain_owner(url, owner)
    await migrate.upgrade(plain)

    assert await becomes_the_app(plain)

    await migrate.downgrade(plain, "base")
    await migrate.upgrade(plain)

    assert await becomes_the_app(plain)


async def test_the_app_role_may_be_there_already_and_be_granted_by_an_administrator(url: str, owner: Any) -> None:
    made = ("CREATE ROLE leadline_app NOLOGIN", f"GRANT leadline_app TO {PLAIN}")
    plain = await plain_owner(url, owner, *made, f"ALTER ROLE {PLAIN} NOCREATEROLE")
    await migrate.upgrade(plain)

    assert await becomes_the_app(plain)


async def test_the_app_role_may_be_there_already_with_nothing_but_the_right_to_grant_it(url: str, owner: Any) -> None:
    made = ("CREATE ROLE leadline_app NOLOGIN", f"GRANT leadline_app TO {PLAIN} WITH ADMIN OPTION")
    newer = owner.get_server_version().major >= 16
    plain = await plain_owner(url, owner, *made, *([f"GRANT leadline_app TO {PLAIN} WITH SET FALSE"] if newer else []))
    await migrate.upgrade(plain)

    assert await becomes_the_app(plain)


async def test_where_the_app_role_belongs_to_somebody_else_the_migration_goes_through_all_the_same(
    url: str, owner: Any
) -> None:
    made = ("CREATE ROLE leadline_app NOLOGIN", f"ALTER ROLE {PLAIN} NOCREATEROLE")
    plain = await plain_owner(url, owner, *made)

    assert await migrate.upgrade(plain)
    assert not await becomes_the_app(plain)


async def test_what_supabase_exposes_reads_nothing_of_ours(url: str, owner: Any) -> None:
    for role in ("anon", "authenticated"):
        await owner.execute(f"CREATE ROLE {role} NOLOGIN")
        await owner.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
        for kind in ("TABLES", "FUNCTIONS", "SEQUENCES"):
            await owner.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON {kind} TO {role}")
    await migrate.upgrade(url)
    tables = [row[0] for row in await owner.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'leadline'")]

    for role in ("anon", "authenticated"):
        await owner.execute(f"SET ROLE {role}")
        for statement in [*(f"SELECT FROM leadline.{table}" for table in tables), "SELECT leadline.remove_demo()"]:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await owner.execute(statement)
        await owner.execute("RESET ROLE")
    assert await owner.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0
