"""The migrations make one and the same database every time, and it is the one that the code describes."""

import asyncio
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from leadline.storage.postgres import migrate
from leadline.storage.postgres import migrations as folder
from leadline.storage.postgres.tables import metadata
from tests.migrations.databases import at, catalogue

FIRST = "000_version_1_0"
ALEMBIC = "alembic_version"


def without_alembic(lines: set[str]) -> set[str]:
    return {line for line in lines if ALEMBIC not in line}


async def test_up_down_and_up_again_make_the_same_database(url: str, owner: Any) -> None:
    await migrate.upgrade(url)
    first = await catalogue(owner)
    await migrate.downgrade(url, "base")
    await migrate.upgrade(url)

    assert await catalogue(owner) == first


async def test_down_to_1_0_is_what_up_to_1_0_makes(url: str, owner: Any) -> None:
    await migrate.upgrade(url, FIRST)
    first = await catalogue(owner)
    await migrate.upgrade(url)
    await migrate.downgrade(url, FIRST)
    back = await catalogue(owner)

    assert {part: {line for line in lines if "_kept" not in line} for part, lines in back.items()} == first


async def test_down_to_the_base_leaves_nothing_but_the_empty_list_of_revisions(url: str, owner: Any) -> None:
    await migrate.upgrade(url)
    await migrate.downgrade(url, "base")
    left = await catalogue(owner)

    assert {part: without_alembic(lines) for part, lines in left.items() if part != "grants"} == {
        "columns": set(),
        "constraints": set(),
        "indexes": set(),
        "functions": set(),
        "triggers": set(),
    }
    assert not [line for line in left["grants"] if "leadline_app" in line]
    assert await migrate.current_revision(url) is None


async def test_the_metadata_and_the_migrations_describe_the_same_tables(url: str, owner: Any) -> None:
    await migrate.upgrade(url)
    migrated = await catalogue(owner)
    other = await described_only(url, owner)

    for part in ("columns", "constraints", "indexes"):
        assert without_alembic(migrated[part]) == other[part]


async def described_only(url: str, owner: Any) -> dict[str, set[str]]:
    """The catalogue of a second database, made from the metadata alone."""
    name = f"{url.rsplit('/', 1)[1]}_described"
    await owner.execute(f"CREATE DATABASE {name}")
    described = await asyncpg.connect(at(url, name))
    try:
        await described.execute("CREATE SCHEMA leadline")
        engine = create_async_engine(
            "postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(at(url, name)), poolclass=NullPool
        )
        async with engine.begin() as connection:
            await connection.run_sync(metadata.create_all)
        await engine.dispose()
        return await catalogue(described)
    finally:
        await described.close()
        await owner.execute(f"DROP DATABASE {name} WITH (FORCE)")


async def test_1_0_has_no_company_website_and_1_1_has_one_on_live_and_archived_leads(url: str, owner: Any) -> None:
    tables = (
        "SELECT table_name FROM information_schema.columns WHERE table_schema = 'leadline'"
        " AND column_name = 'company_website' ORDER BY 1"
    )
    await migrate.upgrade(url, FIRST)
    before = await owner.fetch(tables)
    await migrate.upgrade(url)

    assert before == []
    assert [row["table_name"] for row in await owner.fetch(tables)] == ["leads", "leads_archive"]


def test_the_head_is_the_newest_revision_file() -> None:
    files = sorted(path.stem for path in (Path(folder.__path__[0]) / "versions").glob("[0-9]*.py"))

    assert files[-1] == migrate.HEAD


async def test_a_second_upgrade_does_nothing(url: str, owner: Any) -> None:
    assert [await migrate.upgrade(url), await migrate.upgrade(url)] == [True, False]
    assert await migrate.current_revision(url) == migrate.HEAD


async def test_of_three_upgrades_at_once_one_works_and_none_fails(url: str, owner: Any) -> None:
    assert sorted(await asyncio.gather(*(migrate.upgrade(url) for _ in range(3)))) == [False, False, True]


async def test_a_database_of_a_newer_leadline_is_left_alone(url: str, owner: Any) -> None:
    await migrate.upgrade(url)
    await owner.execute("UPDATE leadline.alembic_version SET version_num = '999_from_the_future'")
    before = await catalogue(owner)

    outcome = await asyncio.gather(migrate.upgrade(url), return_exceptions=True)

    assert "a newer one may" in str(outcome[0])
    assert await catalogue(owner) == before
