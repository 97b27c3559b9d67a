"""What `leadline doctor` asks of Firestore: documents that somebody else wrote, or that no longer say what they are found by."""

from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from google.cloud.firestore_v1 import AsyncClient

from leadline.domain.access import ApiKey, Session
from leadline.domain.endpoints import Endpoint
from leadline.domain.findings import Finding
from leadline.domain.idempotency import KeptAnswer
from leadline.domain.intake import SubmissionRecord
from leadline.domain.invitations import Invitation
from leadline.domain.leads import Lead
from leadline.domain.login_tries import LoginTries
from leadline.storage.firestore import queries
from leadline.storage.firestore.access import api_key_path, invitation_path, session_path, tries_path
from leadline.storage.firestore.connection import reading
from leadline.storage.firestore.documents import (
    COLLECTIONS,
    Data,
    OddDocument,
    document_id,
    keys_of,
    lead_data,
    to_entity,
)
from leadline.storage.firestore.endpoints import endpoint_path
from leadline.storage.firestore.idempotency import answer_path
from leadline.storage.firestore.intake import email_path, event_path, known_leads
from leadline.storage.firestore.queries import Found
from leadline.storage.firestore.routing import NEWEST_RULESET, ROUTING, read_routing
from leadline.storage.firestore.rules import to_published

PAGE = 500
TRAIL_NOTE = (
    "the trail: Firestore knows no right to add without a right to change, so whoever has this service account can rewrite it;"
    " firestore.rules keep everybody else out"
)
_DERIVED = ("isOpen", "isVisible", "isWaiting", "ownerKey")
_ONLY_LEADS = {*_DERIVED, "needsIndex", "searchPrefixes"}
_REMOVE = "see who writes to this database beside Leadline; then mend the document or delete it"


async def odd_documents(client: AsyncClient) -> AsyncIterator[Finding]:
    """A finding for each document that no list shows, or that is found by something else than what it says. Reads everything,
    as of one moment."""
    routing, at = await read_routing(client)
    if routing is not None and not _is_count(routing.data.get("commits")):
        yield _finding(ROUTING, f"has odd commits: {routing.data.get('commits')!r}")
    for kind, collection in COLLECTIONS.items():
        async for rows in _pages(client, collection, at):
            for row in rows:
                for found in _look_at(kind, row):
                    yield found
            if kind is Lead:
                async for found in _unknown_addresses(client, rows, at):
                    yield found
    versions = [0]
    async for rows in _pages(client, "scoringRulesets", at):
        for row in rows:
            try:
                versions.append(to_published(row.path, row.data).ruleset.version)
            except OddDocument as odd:
                yield _finding(row.path, str(odd))
    if routing is not None and routing.data.get(NEWEST_RULESET, versions[-1]) not in versions:
        yield _finding(ROUTING, f"names rule set {routing.data[NEWEST_RULESET]!r}, which was never published")
    async for rows in _pages(client, "emailKeys", at):
        async for found in _look_at_addresses(client, rows, at):
            yield found
    async for rows in _pages(client, "events", at):
        for row in rows:
            for found in _look_at_event(row):
                yield found


def _look_at(kind: type[Any], row: Found) -> Iterator[Finding]:
    """One document of an entity, by itself."""
    try:
        entity: Any = to_entity(kind, row.path, row.data)
    except OddDocument as odd:
        yield _finding(row.path, str(odd))
        return
    if row.path != (path := _path_of(entity)):
        yield _finding(row.path, f"holds what belongs in {path}")
    if strange := sorted(set(row.data) - keys_of(kind) - (_ONLY_LEADS if kind is Lead else set())):
        yield _finding(row.path, f"has fields that this Leadline does not know: {', '.join(strange)}")
    if kind is Lead:
        wanted = lead_data(entity)
        if wrong := [name for name in _DERIVED if row.data.get(name) != wanted.get(name)]:
            said = ", ".join(f"{name} {row.data.get(name)!r} in place of {wanted.get(name)!r}" for name in wrong)
            yield _finding(row.path, f"stands in the wrong lists: {said}")


async def _unknown_addresses(client: AsyncClient, rows: list[Found], at: datetime) -> AsyncIterator[Finding]:
    """Leads that the document of their address does not know, so that a repeat would make a second one."""
    leads = [lead for row in rows if (lead := _lead_of(row)) is not None and not lead.is_deleted]
    documents = await queries.get(client, (email_path(lead.email_key) for lead in leads), at)
    for lead in leads:
        path = email_path(lead.email_key)
        try:
            known = {k.lead_id: k for k in known_leads(lead.email_key, documents[path])}
        except OddDocument:
            continue
        entry = known.get(lead.id)
        if entry is None or (entry.created_at, entry.assigned_to) != (lead.created_at, lead.assigned_to):
            yield _finding(path, f"does not know lead {lead.id} of {lead.created_at} and its owner {lead.assigned_to}")


async def _look_at_addresses(client: AsyncClient, rows: list[Found], at: datetime) -> AsyncIterator[Finding]:
    """Documents of addresses that are none, or name leads that are not of theirs."""
    named: list[tuple[str, str, UUID]] = []
    for row in rows:
        key = row.data.get("emailKey")
        if not isinstance(key, str) or row.path != email_path(key):
            yield _finding(row.path, f"has the emailKey {key!r}, which does not belong there")
            continue
        try:
            named += [(row.path, key, known.lead_id) for known in known_leads(key, row)]
        except OddDocument as odd:
            yield _finding(row.path, str(odd))
    leads = await queries.get(client, (f"leads/{document_id(lead_id)}" for _, _, lead_id in named), at)
    for path, key, lead_id in named:
        found = leads[f"leads/{document_id(lead_id)}"]
        if found is None or found.data.get("emailKey") != key or found.data.get("isDeleted") is not False:
            yield _finding(path, f"names lead {lead_id}, which is no lead of this address")


def _look_at_event(row: Found) -> Iterator[Finding]:
    try:
        record = to_entity(SubmissionRecord, row.path, {**row.data, "payload": b""})
    except OddDocument as odd:
        yield _finding(row.path, str(odd))
        return
    if row.path != event_path((record.endpoint or "", record.event_id or "")):
        yield _finding(row.path, f"holds the event {record.endpoint}/{record.event_id}, which does not belong there")


def _path_of(entity: Any) -> str:
    match entity:
        case Session():
            return session_path(entity.token_hash)
        case Invitation():
            return invitation_path(entity.token_hash)
        case ApiKey():
            return api_key_path(entity.key_hash)
        case LoginTries():
            return tries_path(entity.slot)
        case Endpoint():
            return endpoint_path(entity.name)
        case KeptAnswer():
            return answer_path(entity.digest)
    return f"{COLLECTIONS[type(entity)]}/{document_id(entity.id)}"


def _lead_of(row: Found) -> Lead | None:
    try:
        return to_entity(Lead, row.path, row.data)
    except OddDocument:
        return None


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _finding(path: str, what: str) -> Finding:
    return Finding("documents", path, what.removeprefix(f"{path} "), _REMOVE)


async def _pages(client: AsyncClient, collection: str, at: datetime) -> AsyncIterator[list[Found]]:
    """Every document by its path: one that lacks the field of an order stands in no other list."""
    after: Any = None
    while True:
        query: Any = client.collection(collection).order_by("__name__").limit(PAGE)
        if after is not None:
            query = query.start_after({"__name__": after})
        async with reading():
            documents = [document async for document in query.stream(read_time=at)]
        yield [Found(d.reference.path, _data_of(d.to_dict()), d.update_time) for d in documents]
        if len(documents) < PAGE:
            return
        after = documents[-1].reference


def _data_of(found: Data | None) -> Data:
    return found or {}
