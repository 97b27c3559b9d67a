"""Revision 009 counts what is there, keeps count of whatever changes, and nobody but its triggers writes the numbers."""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from leadline.storage.postgres import migrate
from tests.migrations.databases import add_lead

BEFORE = "008_forms"
CELLS = (
    "SELECT category, status, is_waiting, needs_review, leads FROM leadline.lead_counts WHERE leads <> 0"
    " ORDER BY 1, 2, 3, 4"
)


async def cells(owner: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await owner.fetch(CELLS)]


async def some_leads(owner: Any, first: int = 1) -> list[UUID]:
    """Five leads, of which one is deleted and one is spam."""
    hidden: list[dict[str, Any]] = [{"is_deleted": True}, {"is_spam": True}]
    own: list[dict[str, Any]] = [{"category": "Hot"}, {"category": "Hot", "needs_review": True}, {}]
    return [
        await add_lead(owner, first + number, f"lead{first + number}@firm.example.com", "business", **more)
        for number, more in enumerate(own + hidden)
    ]


COUNTED = [("Cold", "New", False, False, 1), ("Hot", "New", False, False, 1), ("Hot", "New", False, True, 1)]


async def test_leads_that_are_there_are_counted_by_the_upgrade(url: str, owner: Any) -> None:
    await migrate.upgrade(url, BEFORE)
    await some_leads(owner)
    await migrate.upgrade(url)

    assert await cells(owner) == COUNTED


async def test_whatever_changes_leads_changes_the_counts_with_them(url: str, owner: Any) -> None:
    await migrate.upgrade(url)
    ids = await some_leads(owner)
    assert await cells(owner) == COUNTED

    await owner.execute("UPDATE leadline.leads SET status = 'Contacted' WHERE category = 'Hot' AND NOT is_spam")
    await owner.execute("UPDATE leadline.leads SET is_deleted = false, waiting_since = now() WHERE is_deleted")
    await owner.execute("UPDATE leadline.leads SET is_spam = true WHERE id = $1", ids[0])
    await owner.execute("UPDATE leadline.leads SET message = 'a note', search_words = '{a}'")
    assert await cells(owner) == [
        ("Cold", "New", False, False, 1), ("Cold", "New", True, False, 1), ("Hot", "Contacted", False, True, 1)
    ]  # fmt: skip

    await owner.execute("DELETE FROM leadline.leads WHERE category = 'Cold'")
    assert await cells(owner) == [("Hot", "Contacted", False, True, 1)]
    await owner.execute("TRUNCATE leadline.leads CASCADE")
    assert await cells(owner) == []


async def test_what_is_rolled_back_is_not_counted(url: str, owner: Any) -> None:
    await migrate.upgrade(url)
    transaction = owner.transaction()
    await transaction.start()
    await some_leads(owner)
    await transaction.rollback()

    assert await cells(owner) == []


async def test_the_app_role_has_the_leads_counted_anew(url: str, owner: Any) -> None:
    await migrate.upgrade(url)
    await some_leads(owner)
    await owner.execute("UPDATE leadline.lead_counts SET leads = 7 WHERE category = 'Cold'")
    await owner.execute("SET ROLE leadline_app")
    await owner.execute("SELECT leadline.recount_leads()")

    assert await cells(owner) == COUNTED


async def test_a_lead_that_is_written_while_the_upgrade_waits_is_counted_once(url: str, owner: Any) -> None:
    await migrate.upgrade(url, BEFORE)
    await some_leads(owner)
    posting = await asyncpg.connect(url)
    await posting.execute("BEGIN")
    await add_lead(posting, 9, "late@firm.example.com", "business", category="Warm")
    migrating = asyncio.create_task(migrate.upgrade(url))
    waits = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'leadline.leads'::regclass)"
    while not await owner.fetchval(waits) and not migrating.done():
        await asyncio.sleep(0.01)
    await posting.execute("COMMIT")
    await posting.close()
    await migrating

    assert await cells(owner) == [*COUNTED, ("Warm", "New", False, False, 1)]


async def test_the_app_role_reads_the_counts_and_writes_none(url: str, owner: Any) -> None:
    await migrate.upgrade(url)
    await owner.execute("SET ROLE leadline_app")

    assert await cells(owner) == []
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await owner.execute("UPDATE leadline.lead_counts SET leads = 0")


async def test_who_moves_several_leads_takes_their_cells_in_one_order(url: str, owner: Any) -> None:
    await migrate.upgrade(url)
    # Written first and so changed first, but in the later cell.
    later = await add_lead(owner, 1, "w@firm.example.com", "business", category="Warm")
    sooner = await add_lead(owner, 2, "c@firm.example.com", "business", category="Cold")
    holder, mover = await asyncpg.connect(url), await asyncpg.connect(url)
    cell = "SELECT FROM leadline.lead_counts WHERE category = $1 FOR UPDATE"
    await holder.execute("BEGIN")
    await holder.execute(cell.replace("$1", "'Cold'"))
    moving = asyncio.create_task(
        mover.execute("UPDATE leadline.leads SET status = 'Contacted' WHERE id = ANY($1::uuid[])", [later, sooner])
    )
    waits = f"SELECT cardinality(pg_blocking_pids({mover.get_server_pid()})) > 0"
    while not await owner.fetchval(waits):
        await asyncio.sleep(0.01)

    # The mover waits for the first cell, and holds none that comes after it.
    await holder.execute(f"{cell.replace('$1', repr('Warm'))} NOWAIT")
    await holder.execute("COMMIT")
    await moving
    for connection in (holder, mover):
        await connection.close()
