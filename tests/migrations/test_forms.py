"""Revision 008 and its rollback lose no form of ours and no setting against spam."""

from typing import Any

from leadline.storage.postgres import migrate

BEFORE = "007_queue"


async def test_forms_survive_the_way_back_and_there_again(url: str, owner: Any) -> None:
    await migrate.upgrade(url)
    await owner.execute(
        "INSERT INTO leadline.endpoints (name, provider, token, form, spam)"
        """ VALUES ('ours', 'form', 't', '{"title": "Talk"}', '{"honeypot": true}'), ('tally', 'tally', 'u', NULL, '{"links_max": 2}'),"""
        """ ('plain', 'generic', 'v', NULL, '{}')"""
    )
    everything = "SELECT to_jsonb(e) FROM leadline.endpoints e ORDER BY name"
    before = await owner.fetch(everything)

    await migrate.downgrade(url, BEFORE)
    left = [row["name"] for row in await owner.fetch("SELECT name FROM leadline.endpoints ORDER BY name")]
    await migrate.upgrade(url)

    assert left == ["plain", "tally"]
    assert await owner.fetch(everything) == before
    assert await owner.fetchval("SELECT to_regclass('leadline.forms_kept')") is None
