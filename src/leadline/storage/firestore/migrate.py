"""Migrations of documents: a version document, and steps that mirror the revisions of PostgreSQL. A step may be repeated: it
changes only documents that it has not changed yet, so a broken run is mended by the next."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from google.cloud.firestore_v1 import DELETE_FIELD, AsyncClient

from leadline.domain.errors import Conflict, NotFound
from leadline.ports import LostRace
from leadline.storage.firestore import queries
from leadline.storage.firestore.changes import COMMIT_WRITES_MAX, Changes
from leadline.storage.firestore.connection import open_client
from leadline.storage.firestore.documents import Data, as_json, from_json
from leadline.storage.firestore.lead_counts import replace_counts
from leadline.storage.firestore.moment import count_leads, moment
from leadline.storage.firestore.queries import Find, Found
from leadline.storage.firestore.store import close_client

T = TypeVar("T")

HEAD = "013_ways_in"
BASE = "base"
VERSION = "version/main"
ATTEMPTS = 10
WEBSITE = "company_website"

# What a step makes of a lead's document: the fields to write, or None where there is nothing to do.
Mend = Callable[[Data], Data | None]


@dataclass(frozen=True, slots=True)
class Revision:
    """One step, and the way back. One that counts the leads writes the counts together with its mark, so that a slower process
    never writes an older count over those that a faster one works with."""

    name: str
    up: Mend
    down: Mend
    counts_leads: bool = False


def add_company_website(lead: Data) -> Data | None:
    """Leads that had one before a rollback get it back; for the others it is the domain of a business address. The seed made
    one up from the company's name; a name is no evidence of a website."""
    if "companyWebsite" in lead:
        return None
    extra, sources = from_json(lead["extra"]), from_json(lead["fieldSources"])
    if WEBSITE in extra:
        kept = extra.pop(WEBSITE)
        return {"companyWebsite": kept, "extra": as_json(extra)}
    if lead["emailClass"] != "business":
        return {"companyWebsite": None}
    derived = sources | {WEBSITE: {"source": "derived"}}
    return {"companyWebsite": f"https://{lead['emailKey'].partition('@')[2]}", "fieldSources": as_json(derived)}


def remove_company_website(lead: Data) -> Data | None:
    """Back to version 1.0: what people entered waits in `extra` for the next upgrade."""
    if "companyWebsite" not in lead:
        return None
    gone: Data = {"companyWebsite": DELETE_FIELD}
    if lead["companyWebsite"] is not None:
        gone["extra"] = as_json(from_json(lead["extra"]) | {WEBSITE: lead["companyWebsite"]})
    return gone


def _nothing(lead: Data) -> None:
    """Collections need no making, and a field that is missing has its default: nothing to do, and nothing to lose."""


REVISIONS = (
    Revision("000_version_1_0", _nothing, _nothing),
    Revision("001_add_company_website", add_company_website, remove_company_website),
    Revision("002_accounts", _nothing, _nothing),
    Revision("003_rulesets", _nothing, _nothing),
    Revision("004_endpoints", _nothing, _nothing),
    Revision("005_idempotency_keys", _nothing, _nothing),
    Revision("006_import_runs", _nothing, _nothing),
    Revision("007_queue", _nothing, _nothing),
    Revision("008_forms", _nothing, _nothing),
    Revision("009_lead_counts", _nothing, _nothing, counts_leads=True),
    Revision("010_lead_counts_order", _nothing, _nothing),
    Revision("011_endpoint_routing", _nothing, _nothing),
    Revision("012_import_undo", _nothing, _nothing),
    Revision(HEAD, _nothing, _nothing),
)
_NAMES = (BASE, *(revision.name for revision in REVISIONS))


async def current_revision(project: str, *, database: str | None = None) -> str | None:
    """The revision a database stands at; None for one that Leadline has never seen."""
    return await _with_client(project, database, _current)


async def upgrade(project: str, revision: str = HEAD, *, database: str | None = None) -> bool:
    """Bring the database up to a revision; False where it stood there already."""
    return await _with_client(project, database, lambda client: _go(client, revision, up=True))


async def downgrade(project: str, revision: str, *, database: str | None = None) -> None:
    """Take the database back to a revision, or to `base`."""
    await _with_client(project, database, lambda client: _go(client, revision, up=False))


async def _with_client(project: str, database: str | None, work: Callable[[AsyncClient], Awaitable[T]]) -> T:
    client = open_client(project, database)
    try:
        return await work(client)
    finally:
        await close_client(client)


async def _current(client: AsyncClient) -> str | None:
    found = (await queries.get(client, [VERSION]))[VERSION]
    return str(found.data["revision"]) if found else None


async def _go(client: AsyncClient, target: str, *, up: bool) -> bool:
    if target not in _NAMES:
        raise NotFound(f"no revision {target}; there are {', '.join(_NAMES)}")
    has_moved = False
    for _ in range(2 * len(REVISIONS)):
        stored = (await queries.get(client, [VERSION]))[VERSION]
        at = _NAMES.index(stored.data["revision"]) if stored else 0
        goal = _NAMES.index(target)
        if at == goal or (at > goal) == up:
            return has_moved
        revision = REVISIONS[at if up else at - 1]
        await _mend(client, revision.up if up else revision.down)
        changes = Changes()
        if revision.counts_leads:
            async with moment(client) as now:
                # What a server of an older version writes after this moment, `doctor --fix` counts.
                replace_counts(changes, await count_leads(now) if up else {})
        has_moved |= await _set_revision(client, stored, _NAMES[at + 1 if up else at - 1], changes)
    raise Conflict("another process migrates the other way")


async def _set_revision(client: AsyncClient, stored: Found | None, name: str, changes: Changes) -> bool:
    """Mark a step as done; False where another process was faster, which may be steps ahead by now."""
    if stored is None:
        changes.create(VERSION, {"revision": name})
    else:
        changes.update(VERSION, {"revision": name}, stored.update_time)
    try:
        await changes.commit(client)
    except LostRace:
        return False
    return True


async def _mend(client: AsyncClient, mend: Mend) -> None:
    """Go through all leads by id, one commit a page; a page that somebody changes meanwhile is done again."""
    if mend is _nothing:
        return
    after: tuple[Any, ...] | None = None
    lost = 0
    while True:
        find = Find("leads", order=(("id", "ASCENDING"),), after=after, limit=COMMIT_WRITES_MAX)
        rows = await queries.run(client, find)
        changes = Changes()
        for row in rows:
            if (data := mend(row.data)) is not None:
                changes.update(row.path, data, row.update_time)
        try:
            if len(changes):
                await changes.commit(client)
        except LostRace:
            lost += 1
            if lost == ATTEMPTS:
                raise
            continue
        lost = 0
        if len(rows) < COMMIT_WRITES_MAX:
            return
        after = (rows[-1].data["id"],)
