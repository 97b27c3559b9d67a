"""Revision 004 and its rollback lose no endpoint, and the application may not take one away."""

from typing import Any

from leadline.storage.postgres import migrate

BEFORE = "003_rulesets"


async def test_endpoints_survive_the_way_back_and_there_again(url: str, owner: Any) -> None:
    await migrate.upgrade(url)
    await owner.execute(
        "INSERT INTO leadline.endpoints (name, provider, token, sealed_secrets, mapping, is_active)"
        """ VALUES ('one', 'tally', 't', '\\x00ff', '{"Firma": "company_name"}', false), ('two', 'generic', 'u', NULL, '{}', true)"""
    )
    everything = "SELECT to_jsonb(e) FROM leadline.endpoints e ORDER BY name"
    before = await owner.fetch(everything)

    await migrate.downgrade(url, BEFORE)
    assert await owner.fetchval("SELECT to_regclass('leadline.endpoints')") is None
    await migrate.upgrade(url)

    assert len(before) == 2
    assert await owner.fetch(everything) == before
    assert await owner.fetchval("SELECT to_regclass('leadline.endpoints_kept')") is None


async def test_the_app_role_writes_endpoints_and_takes_none_away(url: str, owner: Any) -> None:
    await migrate.upgrade(url)

    for right, expected in (("INSERT", True), ("UPDATE", True), ("DELETE", False), ("TRUNCATE", False)):
        has = await owner.fetchval("SELECT has_table_privilege('leadline_app', 'leadline.endpoints', $1)", right)
        assert has is expected, right
