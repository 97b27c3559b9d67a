"""Rule sets on Firestore: their documents, and the part of a transaction and of the reads outside of one that is about them."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from google.cloud.firestore_v1 import AsyncClient

from leadline.domain.errors import NotFound
from leadline.domain.lead_lists import Page, Position
from leadline.domain.leads import OPEN_STATUSES
from leadline.domain.publications import Draft, Published
from leadline.domain.rescoring import Standing
from leadline.domain.rulesets import RuleSet
from leadline.ports import LostRace
from leadline.storage.firestore import queries
from leadline.storage.firestore.accounts import write_once
from leadline.storage.firestore.changes import Changes
from leadline.storage.firestore.documents import Data, OddDocument, document_id, to_data, to_entity
from leadline.storage.firestore.queries import Find, Found, Order
from leadline.storage.firestore.reads import Reads
from leadline.storage.firestore.routing import NEWEST_RULESET, ROUTING, newest_ruleset
from leadline.storage.firestore.trail import entity_of

log = logging.getLogger("leadline.firestore")

# One commit writes each lead of a page.
STANDINGS_MAX = 300
NEWEST_FIRST: Order = (("version", "DESCENDING"),)
OLDEST_SCORED: Order = (("rulesetVersion", "ASCENDING"), ("id", "ASCENDING"))


def ruleset_path(version: int) -> str:
    """The document of a published rule set."""
    return f"scoringRulesets/{version}"


def draft_path(draft: Draft) -> str:
    """The document of a draft."""
    return f"rulesetDrafts/{document_id(draft.id)}"


def standings_below(version: int) -> Find:
    """Open leads that an older rule set has scored."""
    ranges = (("rulesetVersion", "<", version),)
    return Find("leads", {"status": OPEN_STATUSES}, ranges=ranges, order=OLDEST_SCORED)


def published_data(row: Published) -> Data:
    """A published rule set; version and name stand beside its rules for whoever looks at the console."""
    data = to_data(row)
    return data | {"version": row.ruleset.version, "name": row.ruleset.name, "rules": data.pop("ruleset")}


def to_published(path: str, data: Mapping[str, Any]) -> Published:
    """The published rule set of a document."""
    try:
        return to_entity(Published, path, {**data, "ruleset": data.get("rules")})
    except OddDocument as odd:
        raise OddDocument(f"{path} is no rule set: {str(odd).removeprefix(f'{path} ')}") from odd


def rulesets_of(rows: Sequence[Found]) -> list[Published]:
    """The rule sets of documents; one that somebody else wrote is left out with a warning."""
    published = []
    for row in rows:
        try:
            published.append(to_published(row.path, row.data))
        except OddDocument as odd:
            log.warning("left out: %s", odd)
    return published


async def get_ruleset(client: AsyncClient, version: int) -> Published:
    """A published rule set. Raises NotFound."""
    path = ruleset_path(version)
    found = (await queries.get(client, [path]))[path]
    if found is None:
        raise NotFound(f"no rule set {version}")
    return to_published(path, found.data)


async def list_rulesets(client: AsyncClient, position: Position | None, limit: int) -> Page[Published]:
    """Published rule sets, newest first; where somebody else's documents stand among them, read on until the page is full."""
    after = tuple(position) if position else None
    good: list[Published] = []
    while len(good) <= limit:
        rows = await queries.run(client, Find("scoringRulesets", order=NEWEST_FIRST, after=after, limit=limit + 1))
        good += rulesets_of(rows)
        if len(rows) <= limit:
            break
        after = (rows[-1].data["version"],)
    return Page(good[:limit], (good[limit - 1].ruleset.version,) if len(good) > limit else None)


async def list_drafts(client: AsyncClient) -> list[Draft]:
    """Every draft, the newest first."""
    rows = await queries.run(client, Find("rulesetDrafts"))
    drafts = [draft for row in rows if (draft := entity_of(Draft, row)) is not None]
    return sorted(drafts, key=lambda draft: draft.id, reverse=True)


async def list_standings(client: AsyncClient, below: int, position: Position | None, limit: int) -> Page[Standing]:
    """Open leads that an older rule set has scored."""
    find = standings_below(below)
    after = (position[0], str(position[1])) if position else None
    size = min(limit, STANDINGS_MAX)
    rows = await queries.run(client, Find(find.collection, find.equal, ranges=find.ranges, order=find.order, after=after, limit=size + 1))  # fmt: skip
    found = [standing for row in rows[:size] if (standing := entity_of(Standing, row)) is not None]
    last = rows[size - 1].data if len(rows) > size else None
    return Page(found, (last["rulesetVersion"], UUID(last["id"])) if last else None)


async def count_standings(client: AsyncClient, below: int) -> int:
    """How many such leads there are."""
    return await queries.count(client, standings_below(below))


async def read_ruleset(reads: Reads, version: int) -> RuleSet | None:
    """A published rule set."""
    path = ruleset_path(version)
    found = (await reads.get([path]))[path]
    return to_published(path, found.data).ruleset if found else None


async def read_drafts(reads: Reads) -> list[Draft]:
    """Every draft."""
    return [to_entity(Draft, row.path, row.data) for row in await reads.find(Find("rulesetDrafts"))]


async def publish(reads: Reads, changes: Changes, published: Sequence[Published]) -> None:
    """New rule sets, and in the routing document which one scores. The caller has taken its turn there."""
    await write_once(
        reads, changes, {ruleset_path(row.ruleset.version): published_data(row) for row in published[::-1]}
    )
    routing = await reads.routing()
    newest = max([row.ruleset.version for row in published] + [newest_ruleset(routing) or 0])
    changes.update(ROUTING, {NEWEST_RULESET: newest}, routing.update_time if routing else None)


async def write_drafts(
    reads: Reads, changes: Changes, new: Sequence[Draft], edited: Sequence[Draft], removed: Sequence[Draft]
) -> None:
    """New drafts, and what became of others."""
    for draft in new:
        changes.create(draft_path(draft), to_data(draft))
    stored = await reads.get([draft_path(draft) for draft in (*edited, *removed)]) if edited or removed else {}
    for draft in (*edited, *removed):
        found = stored[draft_path(draft)]
        if found is None or found.data["version"] != draft.version:
            raise LostRace("another writer changed the same draft")
        if draft in edited:
            changes.update(found.path, to_data(draft) | {"version": draft.version + 1}, found.update_time)
        else:
            changes.delete(found.path, found.update_time)


async def move_leads(reads: Reads, changes: Changes, moved: Sequence[tuple[int, UUID, int]]) -> None:
    """Rows of (rule set, lead, the lead's version): leads that score the same by a newer rule set. What changed is left alone."""
    paths = {f"leads/{document_id(lead_id)}": (version, stored) for version, lead_id, stored in moved}
    for path, found in (await reads.get(paths)).items() if paths else ():
        version, stored = paths[path]
        if found and found.data["version"] == stored and found.data["rulesetVersion"] < version:
            changes.update(path, {"rulesetVersion": version}, found.update_time)
