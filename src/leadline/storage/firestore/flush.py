"""The write half of a transaction: buffered rows become documents, with what must be read for them read first."""

from collections import defaultdict
from dataclasses import replace
from typing import Any
from uuid import UUID

from google.cloud.firestore_v1 import DELETE_FIELD

from leadline.domain.leads import Lead
from leadline.domain.search import INDEXED
from leadline.ports import LostRace
from leadline.storage.checks import check_lead, check_submission
from leadline.storage.firestore import (
    access,
    accounts,
    demo,
    endpoints,
    idempotency,
    imports,
    intake,
    lead_counts,
    notifications,
    rules,
)
from leadline.storage.firestore.changes import Changes
from leadline.storage.firestore.documents import (
    COLLECTIONS,
    Data,
    document_id,
    index_data,
    lead_data,
    to_data,
    to_entity,
)
from leadline.storage.firestore.reads import Reads
from leadline.storage.firestore.routing import take_turn


class Buffers:
    """What the transaction wants written, in the order it said so."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Any]] = defaultdict(list)
        self.removes_demo = False

    def add(self, name: str, rows: Any) -> None:
        """Keep rows under the name of their kind."""
        self.rows[name].extend(rows)


async def flush(reads: Reads, buffers: Buffers, *, routing: bool) -> None:
    """Commit everything that is buffered, in one go."""
    changes = Changes()
    rows = buffers.rows
    for record in rows["submissions"]:
        check_submission(record)
    intake.write_submissions(changes, rows["submissions"])
    claims = await accounts.write_users(reads, changes, rows["users"], rows["changed_users"])
    await accounts.write_counters(reads, changes, rows["user_changes"], rows["users"])
    await _write_leads(reads, changes, buffers)
    await _write_index(reads, changes, rows["index"])
    for row in (*rows["activities"], *rows["notifications"]):
        changes.create(f"{COLLECTIONS[type(row)]}/{document_id(row.id)}", to_data(row))
    await notifications.write_notifications(reads, changes, rows["changed_notifications"])
    await notifications.write_suppressions(reads, changes, rows["suppressions"])
    await access.write_sessions(reads, changes, rows["sessions"], rows["revoked"])
    await access.write_invitations(
        reads, changes, rows["invitations"], rows["used_invitations"], rows["revoked_invitations"]
    )
    await access.write_login_tries(reads, changes, rows["login_tries"])
    await access.revoke_api_keys(reads, changes, rows["revoked_keys"])
    await accounts.write_once(reads, changes, access.api_key_documents(rows["api_keys"]))
    await rules.write_drafts(reads, changes, rows["drafts"], rows["changed_drafts"], rows["removed_drafts"])
    await endpoints.write_endpoints(reads, changes, rows["endpoints"], rows["changed_endpoints"])
    await imports.write_import_runs(reads, changes, rows["import_runs"], rows["changed_import_runs"])
    await idempotency.write_answers(reads, changes, rows["answers"], rows["removed_answers"])
    await rules.move_leads(reads, changes, rows["moved_leads"])
    if buffers.removes_demo:
        await demo.remove(reads, changes)
    lead_counts.write_counts(reads, changes)
    if not len(changes) and not rows["rulesets"]:
        return
    if routing or claims or rows["rulesets"]:
        take_turn(changes, await reads.routing())
    if rows["rulesets"]:
        await rules.publish(reads, changes, rows["rulesets"])
    _verify_held(reads, changes)
    changes.check_sizes(is_divisible=len(rows["submissions"]) > 1)
    await changes.commit(reads.client)


async def _write_leads(reads: Reads, changes: Changes, buffers: Buffers) -> None:
    new, changed = buffers.rows["new_leads"], buffers.rows["changed_leads"]
    if not new and not changed:
        return
    for lead in (*new, *changed):
        check_lead(lead)
    await _check_owners(reads, [*new, *changed], {user.id for user in buffers.rows["users"]})
    stored = await reads.get(f"leads/{document_id(lead.id)}" for lead in changed)
    pairs: list[tuple[Data | None, Lead]] = [(None, lead) for lead in new]
    for lead in new:
        changes.create(f"leads/{document_id(lead.id)}", lead_data(lead) | {"needsIndex": True})
    for lead in changed:
        path = f"leads/{document_id(lead.id)}"
        found = stored[path]
        if found is None or found.data["version"] != lead.version or path in changes:
            raise LostRace("another writer changed the same lead")
        changes.update(path, _changed_data(found.data, lead), found.update_time)
        pairs.append((found.data, lead))
    await intake.write_keys(reads, changes, pairs)


def _changed_data(stored: Data, lead: Lead) -> Data:
    """The fields of a changed lead. A change of what the indexing worker reads sends the lead back to it."""
    data = lead_data(replace(lead, version=lead.version + 1))
    if "isOpen" in stored and "isOpen" not in data:
        data["isOpen"] = DELETE_FIELD
    before = to_entity(Lead, "leads", stored)
    if any(getattr(before, name) != getattr(lead, name) for name in INDEXED):
        data |= {"needsIndex": True, "searchPrefixes": DELETE_FIELD}
    return data


async def _check_owners(reads: Reads, leads: list[Lead], new_users: set[UUID]) -> None:
    owners = {lead.assigned_to for lead in leads if lead.assigned_to} - new_users
    found = await reads.get(accounts.user_path(owner) for owner in owners) if owners else {}
    if not all(found.values()):
        raise LostRace("an owner is no user, or no longer")


async def _write_index(reads: Reads, changes: Changes, rows: list[tuple[UUID, list[str], str | None]]) -> None:
    found = await reads.get(f"leads/{document_id(lead_id)}" for lead_id, _, _ in rows) if rows else {}
    for lead_id, words, phone_e164 in rows:
        row = found[f"leads/{document_id(lead_id)}"]
        if row is not None:
            data = index_data(words) | {"phoneE164": phone_e164, "needsIndex": DELETE_FIELD}
            changes.update(row.path, data, row.update_time)


def _verify_held(reads: Reads, changes: Changes) -> None:
    """Leads that a decision hung on and did not change must be unchanged at the commit: a write of what is there says so."""
    for path in reads.held:
        found = reads.seen(path)
        if path not in changes and found is not None:
            changes.update(path, {"id": found.data["id"]}, found.update_time)


def refuse_reading_after_writing(buffers: Buffers) -> None:
    """Raises RuntimeError once anything was written."""
    if buffers.removes_demo or any(buffers.rows.values()):
        raise RuntimeError("a transaction reads first and writes then: Firestore forbids a read after a write")
