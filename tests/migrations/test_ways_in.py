"""Revision 013: its index is made whole, and no endpoint is routed otherwise than before."""

from typing import Any

from leadline.storage.postgres import migrate

BEFORE, AFTER = "012_import_undo", "013_ways_in"
INSERT = "INSERT INTO leadline.endpoints (name, provider, token) VALUES ($1, 'tally', 't')"
ROUTINGS = "SELECT name, routing FROM leadline.endpoints ORDER BY name"


async def test_old_endpoints_keep_their_routing_and_new_ones_do_as_the_house(url: str, owner: Any) -> None:
    await migrate.upgrade(url, BEFORE)
    await owner.execute(INSERT, "before")

    await migrate.upgrade(url, AFTER)
    await owner.execute(INSERT, "later")
    rows = [tuple(row) for row in await owner.fetch(ROUTINGS)]
    await migrate.downgrade(url, BEFORE)
    await migrate.upgrade(url, AFTER)

    assert rows == [("before", "hot_and_warm"), ("later", "house")]
    assert [tuple(row) for row in await owner.fetch(ROUTINGS)] == rows


async def test_an_index_that_was_left_half_made_is_made_again(url: str, owner: Any) -> None:
    valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'leadline.idx_submissions_endpoint'::regclass"
    await migrate.upgrade(url, AFTER)
    await owner.execute("UPDATE leadline.alembic_version SET version_num = $1", BEFORE)
    await owner.execute(
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'leadline.idx_submissions_endpoint'::regclass"
    )

    await migrate.upgrade(url, AFTER)

    assert await owner.fetchval(valid)
