"""Rule sets on PostgreSQL: the part of a transaction, and of the reads outside of one, that is about them."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any
from uuid import UUID

import asyncpg

from leadline.domain.errors import NotFound
from leadline.domain.lead_lists import Page, Position
from leadline.domain.publications import Draft, Published
from leadline.domain.rescoring import Standing
from leadline.domain.rulesets import RuleSet
from leadline.storage.postgres.lead_tables import OPEN
from leadline.storage.postgres.rows import Connection

_ACTOR = "actor_kind, actor_name, user_id"
_PUBLISHED = f"rules, published_at, {_ACTOR}, restores, notifies"
_DRAFT = f"id, rules, created_at, updated_at, {_ACTOR}, version"
_STANDING = ", ".join(field.name for field in fields(Standing))

RULESET = "SELECT rules FROM leadline.scoring_rulesets WHERE version = $1"
ALL_RULESETS = f"SELECT {_PUBLISHED} FROM leadline.scoring_rulesets ORDER BY version"
DRAFTS = f"SELECT {_DRAFT} FROM leadline.ruleset_drafts ORDER BY id DESC"
INSERT_RULESET = (
    f"INSERT INTO leadline.scoring_rulesets (version, name, {_PUBLISHED}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
    " ON CONFLICT (version) DO NOTHING"
)
INSERT_DRAFT = f"INSERT INTO leadline.ruleset_drafts ({_DRAFT}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
UPDATE_DRAFT = (
    "WITH u AS (UPDATE leadline.ruleset_drafts SET rules = $2, updated_at = $3, actor_kind = $4, actor_name = $5,"
    " user_id = $6, version = version + 1 WHERE id = $1 AND version = $7 RETURNING 1) SELECT EXISTS (SELECT FROM u)"
)
REMOVE_DRAFT = (
    "WITH d AS (DELETE FROM leadline.ruleset_drafts WHERE id = $1 AND version = $2 RETURNING 1)"
    " SELECT EXISTS (SELECT FROM d)"
)
# Rows that somebody works on are passed over: they will be found again, and nobody waits for anybody.
MOVE_TO_RULESET = """
WITH held AS (
  SELECT l.id FROM unnest($2::uuid[], $3::int[]) AS v (id, version) JOIN leadline.leads l ON l.id = v.id AND l.version = v.version
  WHERE l.ruleset_version < $1 FOR NO KEY UPDATE OF l SKIP LOCKED)
UPDATE leadline.leads SET ruleset_version = $1 FROM held WHERE leads.id = held.id
"""
_STANDINGS = f"""
SELECT {_STANDING} FROM leadline.leads WHERE {OPEN} AND ruleset_version < $1 AND (ruleset_version, id) > ($2, $3)
ORDER BY ruleset_version, id LIMIT $4
"""
_COUNT = f"SELECT count(*) FROM leadline.leads WHERE {OPEN} AND ruleset_version < $1"
_BEFORE_ALL: Position = (-1, UUID(int=0))


def to_published(row: asyncpg.Record) -> Published:
    """A row of `scoring_rulesets`."""
    rules, *rest = row
    return Published(RuleSet.from_json(rules), *rest)


def to_draft(row: asyncpg.Record) -> Draft:
    """A row of `ruleset_drafts`."""
    draft_id, rules, *rest = row
    return Draft(draft_id, RuleSet.from_json(rules), *rest)


def published_values(row: Published) -> tuple[Any, ...]:
    """What INSERT_RULESET takes."""
    rules = row.ruleset
    actor = (row.actor_kind, row.actor_name, row.user_id)
    return rules.version, rules.name, rules.to_json(), row.published_at, *actor, row.restores, row.notifies


def draft_values(draft: Draft) -> tuple[Any, ...]:
    """What INSERT_DRAFT takes."""
    actor = (draft.actor_kind, draft.actor_name, draft.user_id)
    return draft.id, draft.ruleset.to_json(), draft.created_at, draft.updated_at, *actor, draft.version


def edit_values(draft: Draft) -> tuple[Any, ...]:
    """What UPDATE_DRAFT takes."""
    actor = (draft.actor_kind, draft.actor_name, draft.user_id)
    return draft.id, draft.ruleset.to_json(), draft.updated_at, *actor, draft.version


async def get_ruleset(connection: Connection, version: int) -> Published:
    """A published rule set. Raises NotFound."""
    row = await connection.fetchrow(f"SELECT {_PUBLISHED} FROM leadline.scoring_rulesets WHERE version = $1", version)
    if row is None:
        raise NotFound(f"no rule set {version}")
    return to_published(row)


async def list_rulesets(connection: Connection, position: Position | None, limit: int) -> Page[Published]:
    """Published rule sets, newest first."""
    sql = f"SELECT {_PUBLISHED} FROM leadline.scoring_rulesets WHERE version < $1 ORDER BY version DESC LIMIT $2"
    below = position[0] if position else 2**31 - 1
    found = [to_published(row) for row in await connection.fetch(sql, below, limit + 1)]
    return Page(found[:limit], (found[limit - 1].ruleset.version,) if len(found) > limit else None)


async def list_standings(connection: Connection, below: int, position: Position | None, limit: int) -> Page[Standing]:
    """Open leads that an older rule set has scored."""
    rows = await connection.fetch(_STANDINGS, below, *(position or _BEFORE_ALL), limit + 1)
    found = [Standing(*row) for row in rows[:limit]]
    return Page(found, (found[-1].ruleset_version, found[-1].id) if len(rows) > limit else None)


async def count_standings(connection: Connection, below: int) -> int:
    """How many such leads there are."""
    return int(await connection.fetchval(_COUNT, below))


def moved_values(version: int, leads: Sequence[tuple[UUID, int]]) -> tuple[Any, ...]:
    """What MOVE_TO_RULESET takes."""
    return version, [lead_id for lead_id, _ in leads], [stored for _, stored in leads]
