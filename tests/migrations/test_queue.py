"""Revision 007 and its rollback lose neither who wants no mail, nor when people want to be told, nor what providers said."""

from typing import Any

from leadline.storage.postgres import migrate

BEFORE = "006_import_runs"
LEFT = (
    "SELECT to_jsonb(s) FROM leadline.suppressions s",
    "SELECT to_jsonb(u) FROM leadline.users u ORDER BY id",
    "SELECT to_jsonb(n) FROM leadline.notifications n ORDER BY id",
)


async def test_what_the_queue_knows_survives_the_way_back_and_there_again(url: str, owner: Any) -> None:
    await migrate.upgrade(url)
    await owner.execute(
        "INSERT INTO leadline.suppressions (address, reason) VALUES ('a@b.example.com', 'unsubscribed');"
        " INSERT INTO leadline.users (full_name, email, email_key, quiet_from, quiet_to, digest_at) VALUES"
        " ('A', 'a@c.example.com', 'a@c.example.com', '22:00', '06:30', '08:00'),"
        " ('B', 'b@c.example.com', 'b@c.example.com', NULL, NULL, NULL);"
        " INSERT INTO leadline.notifications (notification_type, recipient, status, status_reason, next_attempt_at, provider_id,"
        " provider_response) VALUES ('email', 'a@c.example.com', 'held', 'quiet_hours', now(), NULL, NULL),"
        " ('email', 'b@c.example.com', 'sent', NULL, NULL, 'p-1', '250 ok'),"
        " ('email', 'c@c.example.com', 'pending', NULL, NULL, NULL, NULL)"
    )
    before = [await owner.fetch(sql) for sql in LEFT]

    await migrate.downgrade(url, BEFORE)
    assert await owner.fetchval("SELECT to_regclass('leadline.suppressions')") is None
    await migrate.upgrade(url)

    assert [await owner.fetch(sql) for sql in LEFT] == before
    assert await owner.fetchval("SELECT to_regclass('leadline.queue_kept')") is None


async def test_the_app_role_takes_no_suppressed_address_out(url: str, owner: Any) -> None:
    await migrate.upgrade(url)

    for table, right, expected in (
        ("suppressions", "INSERT", True),
        ("suppressions", "UPDATE", False),
        ("suppressions", "DELETE", False),
        ("workers", "DELETE", True),
        ("notifications", "UPDATE", True),
        ("notifications", "DELETE", False),
    ):
        has = await owner.fetchval(f"SELECT has_table_privilege('leadline_app', 'leadline.{table}', $1)", right)
        assert has is expected, (table, right)
