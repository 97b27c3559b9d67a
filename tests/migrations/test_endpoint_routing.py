"""The routing of an endpoint survives its revision's way back and there again."""

from typing import Any

from leadline.storage.postgres import migrate

BEFORE = "010_lead_counts_order"


async def test_which_endpoints_route_all_is_kept(url: str, owner: Any) -> None:
    await migrate.upgrade(url)
    await owner.execute(
        "INSERT INTO leadline.endpoints (name, provider, token, routing)"
        " VALUES ('every', 'tally', 't', 'all'), ('plain', 'generic', 'u', 'hot_and_warm')"
    )

    await migrate.downgrade(url, BEFORE)
    await migrate.upgrade(url)

    rows = await owner.fetch("SELECT name, routing FROM leadline.endpoints ORDER BY name")
    assert [tuple(row) for row in rows] == [("every", "all"), ("plain", "hot_and_warm")]
    assert await owner.fetchval("SELECT to_regclass('leadline.endpoint_routing_kept')") is None
