"""Revision 003 and its rollback lose no draft and nobody's name, and its index is made again where it was left half made."""

from typing import Any

from leadline.storage.postgres import migrate

BEFORE, AFTER = "002_accounts", "003_rulesets"
EVERYTHING = (
    "SELECT to_jsonb(r) FROM leadline.scoring_rulesets r UNION ALL SELECT to_jsonb(d) FROM leadline.ruleset_drafts d"
)


async def everything(owner: Any) -> set[str]:
    return {row[0] for row in await owner.fetch(EVERYTHING)}


async def filled(url: str, owner: Any) -> None:
    """A rule set of before, one that Ada published to bring it back, and a draft."""
    await migrate.upgrade(url, BEFORE)
    await owner.execute("INSERT INTO leadline.scoring_rulesets (version, name, rules) VALUES (1, 'Default', '{}')")
    await migrate.upgrade(url)
    await owner.execute(
        "INSERT INTO leadline.scoring_rulesets (version, name, rules, actor_kind, actor_name, user_id, restores, notifies)"
        " VALUES (2, 'Default', '{}', 'user', 'Ada', gen_random_uuid(), 1, true)"
    )
    await owner.execute(
        "INSERT INTO leadline.ruleset_drafts (rules, created_at, actor_name, version)"
        """ VALUES ('{"name": "Draft"}', '2026-11-24 09:00:00.123456Z', 'Ada', 3)"""
    )


async def test_drafts_and_names_survive_the_way_back_and_there_again(url: str, owner: Any) -> None:
    await filled(url, owner)
    before = await everything(owner)

    await migrate.downgrade(url, BEFORE)
    await migrate.upgrade(url)

    assert len(before) == 3
    assert await everything(owner) == before
    assert await owner.fetchval("SELECT to_regclass('leadline.rulesets_kept')") is None


async def test_rule_sets_of_before_are_the_systems(url: str, owner: Any) -> None:
    await filled(url, owner)

    row = await owner.fetchrow(
        "SELECT actor_kind, actor_name, restores, notifies FROM leadline.scoring_rulesets WHERE version = 1"
    )

    assert tuple(row) == ("system", None, None, False)


async def test_the_app_role_writes_drafts_and_changes_no_rule_set(url: str, owner: Any) -> None:
    await filled(url, owner)
    await owner.execute("SET ROLE leadline_app")

    await owner.execute("UPDATE leadline.ruleset_drafts SET version = 4")
    await owner.execute("DELETE FROM leadline.ruleset_drafts")

    for right in ("UPDATE", "DELETE", "TRUNCATE"):
        assert not await owner.fetchval("SELECT has_table_privilege('leadline.scoring_rulesets', $1)", right)


async def test_an_index_that_was_left_half_made_is_made_again(url: str, owner: Any) -> None:
    await migrate.upgrade(url, AFTER)
    await owner.execute("UPDATE leadline.alembic_version SET version_num = $1", BEFORE)
    await owner.execute(
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'leadline.idx_leads_ruleset'::regclass"
    )

    await migrate.upgrade(url, AFTER)

    assert await owner.fetchval(
        "SELECT indisvalid FROM pg_index WHERE indexrelid = 'leadline.idx_leads_ruleset'::regclass"
    )
    assert await migrate.current_revision(url) == AFTER
