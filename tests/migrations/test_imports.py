"""The revision of imports and its rollback lose no run, and the application may not take one away."""

from typing import Any

from leadline.storage.postgres import migrate

BEFORE = "005_idempotency_keys"


async def test_imports_survive_the_way_back_and_there_again(url: str, owner: Any) -> None:
    await migrate.upgrade(url)
    await owner.execute(
        "INSERT INTO leadline.import_runs (name, file, mapping, columns, rows, done, created)"
        """ VALUES ('leads.csv', 'ab', '{"Firma": "company_name"}', '["Firma", "Email"]', 7, 5, 5)"""
    )
    everything = "SELECT to_jsonb(r) FROM leadline.import_runs r ORDER BY id"
    before = await owner.fetch(everything)

    await migrate.downgrade(url, BEFORE)
    assert await owner.fetchval("SELECT to_regclass('leadline.import_runs')") is None
    await migrate.upgrade(url)

    assert len(before) == 1
    assert await owner.fetch(everything) == before
    assert await owner.fetchval("SELECT to_regclass('leadline.import_runs_kept')") is None


async def test_the_app_role_writes_imports_and_takes_none_away(url: str, owner: Any) -> None:
    await migrate.upgrade(url)

    for right, expected in (("INSERT", True), ("UPDATE", True), ("DELETE", False), ("TRUNCATE", False)):
        has = await owner.fetchval("SELECT has_table_privilege('leadline_app', 'leadline.import_runs', $1)", right)
        assert has is expected, right
