"""Revision 002 and its rollback lose nothing that people chose or were sent."""

from typing import Any
from uuid import UUID

from leadline.storage.postgres import migrate

BEFORE = "001_add_company_website"
EVERYTHING = (
    "SELECT to_jsonb(u) FROM leadline.users u UNION ALL SELECT to_jsonb(a) FROM leadline.api_keys a"
    " UNION ALL SELECT to_jsonb(i) FROM leadline.invitations i"
)


async def everything(owner: Any) -> set[str]:
    return {row[0] for row in await owner.fetch(EVERYTHING)}


async def add_user(owner: Any, number: int, time_zone: str) -> None:
    email = f"rep{number}@company.example"
    await owner.execute(
        "INSERT INTO leadline.users (id, full_name, email, email_key, time_zone) VALUES ($1, 'Rep', $2, $2, $3)",
        UUID(int=number), email, time_zone,
    )  # fmt: skip


async def filled(url: str, owner: Any) -> None:
    """Two users, one with a zone and a link, and two keys, one of which was used."""
    await migrate.upgrade(url)
    await add_user(owner, 1, "Europe/Berlin")
    await add_user(owner, 2, "UTC")
    await owner.execute(
        "INSERT INTO leadline.invitations VALUES (decode('00ff5c', 'hex'), $1, '2026-11-24 09:00:00.123456Z',"
        " '2026-12-01 09:00Z', '2026-11-25 09:00Z', NULL)",
        UUID(int=1),
    )
    await owner.execute(
        "INSERT INTO leadline.api_keys (name, prefix, key_hash, scopes, last_used_at) VALUES"
        " ('used', 'll_a', 'a', '{users}', '2026-11-24 09:00:00.000001Z'), ('unused', 'll_b', 'b', '{users}', NULL)"
    )


async def test_what_people_chose_and_were_sent_survives_the_way_back_and_there_again(url: str, owner: Any) -> None:
    await filled(url, owner)
    before = await everything(owner)

    await migrate.downgrade(url, BEFORE)
    await migrate.upgrade(url)

    assert len(before) == 5
    assert await everything(owner) == before
    assert await owner.fetchval("SELECT to_regclass('leadline.accounts_kept')") is None


async def test_what_went_meanwhile_stays_away(url: str, owner: Any) -> None:
    await filled(url, owner)
    await migrate.downgrade(url, BEFORE)
    await owner.execute("DELETE FROM leadline.users; DELETE FROM leadline.api_keys")

    await migrate.upgrade(url)

    assert await everything(owner) == set()


async def test_users_of_before_have_the_zone_utc(url: str, owner: Any) -> None:
    await migrate.upgrade(url, BEFORE)
    await owner.execute("INSERT INTO leadline.users (full_name, email, email_key) VALUES ('Ann', 'a@b.co', 'a@b.co')")

    await migrate.upgrade(url)

    assert await owner.fetchval("SELECT time_zone FROM leadline.users") == "UTC"


async def test_the_app_role_forgets_login_tries_and_no_invitation(url: str, owner: Any) -> None:
    await filled(url, owner)
    await owner.execute("SET ROLE leadline_app")

    await owner.execute("INSERT INTO leadline.login_tries VALUES (1, 1, now())")
    await owner.execute("DELETE FROM leadline.login_tries")
    await owner.execute("UPDATE leadline.invitations SET revoked_at = now()")

    assert not await owner.fetchval("SELECT has_table_privilege('leadline.invitations', 'DELETE')")
