"""What must be true of what hangs on leads and users: submissions, messages, sessions, keys."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from leadline.domain.access import SCOPES, ApiKey, Session
from leadline.domain.activities import Activity
from leadline.domain.findings import Finding
from leadline.domain.intake import SubmissionRecord
from leadline.domain.notifications import Notification

HASH_BYTES = 32

_MAKES_A_LEAD = ("created", "duplicate")


def submission_findings(record: SubmissionRecord, leads: set[UUID]) -> Iterator[Finding]:
    """Whether a posting names a lead that is there, just where its outcome says so."""
    if record.outcome in _MAKES_A_LEAD and record.lead_id not in leads:
        what = f"is {record.outcome} and names lead {record.lead_id}, which is not there"
        cure = "its payload is kept: post it again, or restore the lead from a backup"
        yield Finding("submissions", f"submissions/{record.id}", what, cure)
    if record.outcome not in _MAKES_A_LEAD and record.lead_id is not None:
        what = f"is {record.outcome} and names lead {record.lead_id}"
        yield Finding("submissions", f"submissions/{record.id}", what, "restore the row from a backup")


def creation_findings(lead_id: UUID, records: Iterable[SubmissionRecord]) -> Iterator[Finding]:
    """Each lead was made by one posting."""
    number = sum(record.outcome == "created" for record in records)
    if number != 1:
        what = f"was made by {number} submissions in place of one"
        yield Finding("submissions", f"leads/{lead_id}", what, "restore its submissions from a backup")


def activity_findings(entry: Activity, leads: set[UUID]) -> Iterator[Finding]:
    """An entry of a trail is about a lead that is there."""
    if entry.lead_id not in leads:
        what = f"is about lead {entry.lead_id}, which is not there"
        yield Finding("orphans", f"activities/{entry.id}", what, "restore the lead from a backup")


def notification_findings(
    message: Notification, leads: set[UUID], waiting: Mapping[UUID, datetime]
) -> Iterator[Finding]:
    """A message is about a lead that is there, and managers are told once that a lead waits. `waiting` has the leads that wait
    and since when."""
    where = f"notifications/{message.id}"
    if message.lead_id is not None and message.lead_id not in leads:
        what = f"is about lead {message.lead_id}, which is not there"
        yield Finding("orphans", where, what, "restore the lead from a backup, or delete the message")
    since = waiting.get(message.lead_id) if message.lead_id else None
    if since is not None and message.template_name == "lead_waiting" and message.created_at > since:
        what = f"tells a second time that lead {message.lead_id} waits, which it does since {since}"
        yield Finding("waiting", where, what, "report this: a bug")


def session_findings(session: Session, users: Mapping[UUID, Any]) -> Iterator[Finding]:
    """A session of a user who is there and may sign in, under a hash."""
    where = f"sessions/{session.token_hash.hex()[:8]}..."
    cure = "revoke it: deactivate the user, or delete the row"
    user = users.get(session.user_id)
    if user is None:
        yield Finding("access", where, f"is of user {session.user_id}, who is not there", cure)
    elif not user.is_active and session.revoked_at is None:
        yield Finding("access", where, f"is open, and {user.full_name} is not active", cure)
    if len(session.token_hash) != HASH_BYTES:
        yield Finding("access", where, f"has a hash of {len(session.token_hash)} bytes", cure)
    if session.seen_at < session.created_at:
        yield Finding("access", where, f"was seen {session.seen_at}, before it began {session.created_at}", cure)


def key_findings(key: ApiKey) -> Iterator[Finding]:
    """A key under a hash, with scopes that there are."""
    if len(key.key_hash) != HASH_BYTES:
        yield Finding("access", f"api_keys/{key.id}", f"has a hash of {len(key.key_hash)} bytes", "make another key")
    if unknown := [scope for scope in key.scopes if scope not in SCOPES]:
        what = f"has scopes that there are not: {', '.join(unknown)}"
        yield Finding("access", f"api_keys/{key.id}", what, "make another key and revoke this one")
