"""What a capture must know: the document of each address, which is also its lock, and the document of each event."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from leadline.domain.duplicates import is_within_window
from leadline.domain.errors import Fault
from leadline.domain.intake import SubmissionRecord, event_of
from leadline.domain.leads import Lead
from leadline.ports import IntakeView, LostRace
from leadline.ports.moment import Known
from leadline.storage.firestore.changes import Changes
from leadline.storage.firestore.documents import (
    Data,
    OddDocument,
    aware,
    document_id,
    key_id,
    to_data,
    to_entity,
)
from leadline.storage.firestore.queries import Found
from leadline.storage.firestore.reads import Reads
from leadline.storage.firestore.routing import newest_ruleset
from leadline.storage.firestore.sizes import DOCUMENT_BYTES_MAX, size_of


def email_path(email_key: str) -> str:
    """The document of an address."""
    return f"emailKeys/{key_id(email_key)}"


def event_path(event: tuple[str, str]) -> str:
    """The document of a provider's event."""
    return f"events/{key_id(*event)}"


async def read_view(
    reads: Reads, addresses: Sequence[tuple[str, datetime]], events: Sequence[tuple[str, str]]
) -> IntakeView:
    """See `ports.Tx.intake_view`."""
    wanted = [email_path(key) for key, _ in addresses] + [event_path(event) for event in events]
    documents = await reads.get(wanted)
    near: dict[UUID, Known] = {}
    latest: dict[str, Known] = {}
    for key, at in addresses:
        known = known_leads(key, documents[email_path(key)])
        near |= {k.lead_id: k for k in known if is_within_window(k.created_at, at)}
        if owned := [k for k in known if k.assigned_to]:
            latest[key] = owned[0]
    seen = {event: documents[event_path(event)] for event in events}
    records = [to_entity(SubmissionRecord, row.path, {**row.data, "payload": b""}) for row in seen.values() if row]
    newest = newest_ruleset(await reads.routing())
    return IntakeView(await reads.users(), list(near.values()), list(latest.values()), records, newest)


def known_leads(email_key: str, found: Found | None) -> list[Known]:
    """The leads of an address that are not deleted, newest first. Raises OddDocument for what is no such document."""
    if found is None:
        return []
    try:
        known = [
            Known(
                UUID(i),
                email_key,
                aware(entry["createdAt"]),
                UUID(entry["assignedTo"]) if entry["assignedTo"] else None,
            )
            for i, entry in found.data["leads"].items()
        ]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise OddDocument(f"{found.path} has odd leads: {error or type(error).__name__}") from error
    return sorted(known, key=lambda k: k.created_at, reverse=True)


async def write_keys(reads: Reads, changes: Changes, leads: Sequence[tuple[Data | None, Lead]]) -> None:
    """Bring the documents of the addresses up to date: pairs of the stored document of a lead, if any, and the lead."""
    moved = [(old, lead) for old, lead in leads if old is None or _entry_of(old) != _new_entry(lead)]
    keys = {lead.email_key for _, lead in moved} | {old["emailKey"] for old, _ in moved if old}
    documents = await reads.get([email_path(key) for key in keys])
    entries = {key: dict(row.data["leads"]) if (row := documents[email_path(key)]) else {} for key in keys}
    for old, lead in moved:
        if old:
            entries[old["emailKey"]].pop(str(lead.id), None)
    for _, lead in moved:
        _, entry = _new_entry(lead)
        if entry is not None:
            _refuse_same_day(entries[lead.email_key], lead)
            entries[lead.email_key][str(lead.id)] = entry
    for key in keys:
        put_key(changes, key, documents[email_path(key)], entries[key])


def put_key(changes: Changes, key: str, found: Found | None, entries: dict[str, Any]) -> None:
    """Write, change or delete the document of an address."""
    path = email_path(key)
    if found is None and entries:
        changes.create(path, {"emailKey": key, "leads": entries})
    elif found is not None and entries:
        changes.update(path, {"leads": entries}, found.update_time)
    elif found is not None:
        changes.delete(path, found.update_time)


def _entry_of(data: Data) -> tuple[str, Data | None]:
    """What an address knows of a lead: nothing of a deleted one."""
    entry = {"createdAt": data["createdAt"], "assignedTo": data["assignedTo"]}
    return data["emailKey"], None if data["isDeleted"] else entry


def _new_entry(lead: Lead) -> tuple[str, Data | None]:
    entry = {"createdAt": lead.created_at, "assignedTo": str(lead.assigned_to) if lead.assigned_to else None}
    return lead.email_key, None if lead.is_deleted else entry


def _refuse_same_day(entries: dict[str, Data], lead: Lead) -> None:
    """The second belt that the unique index is on PostgreSQL: only a decision that saw too little runs into it."""
    days = {entry["createdAt"].date() for i, entry in entries.items() if i != str(lead.id)}
    if lead.created_at.date() in days:
        raise LostRace("another lead of this address was created on the same UTC day")


def write_submissions(changes: Changes, records: Sequence[SubmissionRecord]) -> None:
    """Append raw postings, each with the document of its event; the commit fails where another writer kept the event."""
    for record in records:
        data = fitted(record)
        changes.create(f"submissions/{document_id(record.id)}", data)
        event = event_of(record)
        if event and record.replay_of is None:
            if event_path(event) in changes:
                raise LostRace("another writer kept this event")
            changes.create(event_path(event), {k: v for k, v in data.items() if k != "payload"})


def fitted(record: SubmissionRecord) -> Data:
    """The document of a posting. A payload that does not fit is kept cut, and the record says so."""
    path = f"submissions/{document_id(record.id)}"
    data = to_data(record)
    if (size := size_of(path, data)) <= DOCUMENT_BYTES_MAX:
        return data
    length = len(record.payload)
    note = f"the payload was cut to fit a document of Firestore; it had {length} bytes"
    marked = to_data(replace(record, faults=[*record.faults, Fault("", note)]))
    room = length - (size - DOCUMENT_BYTES_MAX) - (len(marked["faults"].encode()) - len(data["faults"].encode()))
    return marked | {"payload": record.payload[: max(room, 0)]}
