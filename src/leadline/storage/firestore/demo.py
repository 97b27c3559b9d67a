"""Removing the demo: more documents than one commit takes, so the trails go first, in steps that can be repeated."""

from leadline.storage.firestore import queries
from leadline.storage.firestore.changes import COMMIT_WRITES_MAX, Changes
from leadline.storage.firestore.documents import NOBODY, Data
from leadline.storage.firestore.intake import email_path, event_path, put_key
from leadline.storage.firestore.queries import Find, Found
from leadline.storage.firestore.reads import Reads

DEMO_LEADS = Find("leads", {"isDemo": True})
_TRAILS = ("activities", "notifications", "submissions")


async def remove(reads: Reads, changes: Changes) -> None:
    """Buffer the end of demo leads, their addresses, and demo users who own nothing else. Their trails are deleted at once: a
    step that was done stays done, and as long as the leads are there the next call finds what is left."""
    leads = await reads.find(DEMO_LEADS)
    await _remove_trails(reads, [lead.data["id"] for lead in leads])
    await _remove_keys(reads, changes, leads)
    for lead in leads:
        changes.delete(lead.path, lead.update_time)
    await _remove_users(reads, changes, {lead.data["id"] for lead in leads})


async def _remove_trails(reads: Reads, lead_ids: list[str]) -> None:
    rows: list[str] = []
    for chunk in queries.chunks(lead_ids):
        for collection in _TRAILS:
            for row in await reads.find(Find(collection, {"leadId": chunk})):
                rows.append(row.path)
                if row.data.get("endpoint") and row.data.get("eventId"):
                    rows.append(event_path((row.data["endpoint"], row.data["eventId"])))
    for paths in queries.chunks(rows, COMMIT_WRITES_MAX):
        step = Changes()
        for path in paths:
            step.delete(path)
        await step.commit(reads.client)


async def _remove_keys(reads: Reads, changes: Changes, leads: list[Found]) -> None:
    ids_of: dict[str, set[str]] = {}
    for lead in leads:
        ids_of.setdefault(lead.data["emailKey"], set()).add(lead.data["id"])
    documents = await reads.get(email_path(key) for key in ids_of)
    for key, ids in ids_of.items():
        if found := documents[email_path(key)]:
            kept: Data = {i: entry for i, entry in found.data["leads"].items() if i not in ids}
            put_key(changes, key, found, kept)


async def _remove_users(reads: Reads, changes: Changes, demo_leads: set[str]) -> None:
    users = await reads.find(Find("users", {"isDemo": True}))
    keys = [row.data["id"] for row in users]
    owners: set[str] = set()
    for chunk in queries.chunks(keys):
        for lead in await reads.find(Find("leads", {"ownerKey": chunk})):
            if lead.data["id"] not in demo_leads:
                owners.add(str(changes.data_of(lead.path).get("ownerKey", lead.data["ownerKey"])))
    for user in users:
        if user.data["id"] in owners - {NOBODY}:
            continue
        changes.delete(user.path, user.update_time)
        for collection in ("sessions", "invitations"):
            for row in await reads.find(Find(collection, {"userId": user.data["id"]})):
                changes.delete(row.path)
