"""What an undo knows survives the way back of its revision and there again."""

from typing import Any

from leadline.storage.postgres import migrate

BEFORE = "011_endpoint_routing"


async def test_the_source_and_the_undo_of_an_import_are_kept(url: str, owner: Any) -> None:
    await migrate.upgrade(url)
    await owner.execute(
        "INSERT INTO leadline.import_runs (name, file, columns, source, undo_rows, deleted, given_back, kept_count, kept) VALUES"
        """ ('a.csv', 'ab', '[]', 'Fair 2026', 9, 5, 1, 1, '{"x": "Ann has worked on it since"}'),"""
        " ('b.csv', 'cd', '[]', NULL, 0, 0, 0, 0, '{}')"
    )
    everything = "SELECT to_jsonb(r) FROM leadline.import_runs r ORDER BY name"
    before = await owner.fetch(everything)

    await migrate.downgrade(url, BEFORE)
    await migrate.upgrade(url)

    assert len(before) == 2
    assert await owner.fetch(everything) == before
    assert await owner.fetchval("SELECT to_regclass('leadline.import_undo_kept')") is None
