"""Revision 005 and its rollback lose no answer, and the application takes out what has expired."""

from typing import Any

from leadline.storage.postgres import migrate

BEFORE = "004_endpoints"


async def test_answers_survive_the_way_back_and_there_again(url: str, owner: Any) -> None:
    await migrate.upgrade(url)
    await owner.execute(
        "INSERT INTO leadline.idempotency_keys (digest, fingerprint, expires_at, submission_id, status, body, lead_id)"
        """ VALUES ('\\x00ff', '\\x01', now(), gen_random_uuid(), 201, '\\x7b7d', gen_random_uuid()),
        ('\\x02', '\\x', now(), gen_random_uuid(), 422, '\\x', NULL)"""
    )
    everything = "SELECT to_jsonb(k) FROM leadline.idempotency_keys k ORDER BY digest"
    before = await owner.fetch(everything)

    await migrate.downgrade(url, BEFORE)
    assert await owner.fetchval("SELECT to_regclass('leadline.idempotency_keys')") is None
    await migrate.upgrade(url)

    assert len(before) == 2
    assert await owner.fetch(everything) == before
    assert await owner.fetchval("SELECT to_regclass('leadline.idempotency_keys_kept')") is None


async def test_the_app_role_writes_answers_and_takes_them_out(url: str, owner: Any) -> None:
    await migrate.upgrade(url)

    for right, expected in (("INSERT", True), ("UPDATE", True), ("DELETE", True), ("TRUNCATE", False)):
        has = await owner.fetchval("SELECT has_table_privilege('leadline_app', 'leadline.idempotency_keys', $1)", right)
        assert has is expected, right
