"""docs/schema.md names all that the seed has and all that the database has, and what it calls left out is not there."""

import re
from pathlib import Path
from typing import Any

import pytest

from leadline.storage.postgres import migrate
from tests.migrations import seed_names

DOCUMENT = (Path(__file__).parents[2] / "docs" / "schema.md").read_text()
# All that stands between two backquotes on one line.
NAMED = set(re.findall(r"`([^`\n]+)`", DOCUMENT))
LEFT_OUT = set(re.findall(r"^\| `(\w+)` \| left out", DOCUMENT, re.MULTILINE))
KEPT = set(re.findall(r"^\| `(idx_\w+|chk_\w+)` \| (?:kept|changed)", DOCUMENT, re.MULTILINE))


@pytest.fixture
async def database(url: str, owner: Any) -> Any:
    await migrate.upgrade(url)
    return owner


async def names(database: Any, sql: str) -> set[str]:
    return {row[0] for row in await database.fetch(sql)}


async def columns(database: Any) -> set[str]:
    return await names(
        database,
        "SELECT table_name || '.' || column_name FROM information_schema.columns"
        " WHERE table_schema = 'leadline' AND table_name <> 'alembic_version'",
    )


async def indexes(database: Any) -> set[str]:
    """Those that are not there for a primary key."""
    return await names(
        database,
        "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
        " WHERE c.relnamespace = 'leadline'::regnamespace AND NOT i.indisprimary",
    )


def test_the_document_has_a_row_for_everything_in_the_seed() -> None:
    things = [*seed_names.COLUMNS, *seed_names.CONSTRAINTS, *seed_names.INDEXES]
    without = [name for name in things if f"\n| `{name}` |" not in DOCUMENT]
    types = [name for name in seed_names.ACTIVITY_TYPES if f"\n| `{name}`" not in DOCUMENT]

    assert without == []
    assert types == []


async def test_every_column_of_the_seed_is_in_the_database(database: Any) -> None:
    assert set(seed_names.COLUMNS) - await columns(database) == set()


async def test_the_document_names_every_table_and_column_of_ours(database: Any) -> None:
    ours = await columns(database)
    archived = {name for name in ours if name.replace("leads_archive.", "leads.") in ours - {name}}
    tables = {name.split(".")[0] for name in ours}

    assert tables - NAMED == set()
    assert ours - archived - NAMED == set()


async def test_the_document_names_every_index_and_check_of_ours_and_none_that_it_calls_left_out(database: Any) -> None:
    there = await indexes(database)
    checks = await names(
        database, "SELECT conname FROM pg_constraint WHERE connamespace = 'leadline'::regnamespace AND contype = 'c'"
    )

    assert {name for name in there | checks if not name.endswith("_archive")} - NAMED == set()
    assert there & LEFT_OUT == set()
    assert KEPT - there - checks == set()


async def test_the_document_speaks_of_no_index_that_nobody_has(database: Any) -> None:
    spoken_of = {name for name in NAMED if name.startswith("idx_")}

    assert spoken_of - await indexes(database) == LEFT_OUT
