"""The trail of a lead: the closed list of what can be in it, and one constructor per kind, which writes its sentence.

Every constructor takes the new id and the lead's id first, who did it and when last. What may be written when is not decided here.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args
from uuid import UUID

from leadline.domain.leads import Category, Lead, Status
from leadline.domain.users import User

# fmt: off
ActionType = Literal[
    "lead_created", "score_updated", "status_changed", "assigned", "note_added", "email_sent", "enrichment_completed",
    "priority_flagged",  # the seed's eight end here
    "duplicate_submission", "edited", "attempt_logged", "engagement", "category_changed", "qualified_bant", "reviewed",
    "marked_spam", "unmarked_spam", "deleted", "restored", "archived", "unarchived", "notification_failed",
    "slack_sent", "sms_sent", "webhook_sent", "erased",
]
# fmt: on
ACTION_TYPES: tuple[ActionType, ...] = get_args(ActionType)

ActorKind = Literal["user", "api_key", "provider", "system"]

# What a person or the lead does (RULES 6). Creation is not in it: `created_at` stands for that.
MOVES_LAST_ACTIVITY: frozenset[ActionType] = frozenset(
    {"note_added", "attempt_logged", "status_changed", "qualified_bant", "engagement", "duplicate_submission", "edited"}
)

_ASSIGNED_WORDS = {
    "turn": "Assigned to {} by turn",
    "returning_owner": "Assigned to {}, who had an earlier lead from this address",
    "hand": "Assigned to {} by hand",
    "file": "Assigned to {}, as the imported file has it",
    "claim": "Claimed by {}",
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it, and from where. `name` is the person's, the key's or the provider's."""

    kind: ActorKind
    name: str
    user_id: UUID | None = None
    ip_address: str | None = None
    user_agent: str | None = None


SYSTEM = Actor("system", "Leadline")


@dataclass(slots=True)
class Activity:
    """One entry of the trail, under the seed's column names. The two values are canonical JSON text or None."""

    id: UUID
    lead_id: UUID
    user_id: UUID | None
    action_type: ActionType
    old_value: str | None
    new_value: str | None
    description: str
    created_at: datetime
    ip_address: str | None = None
    user_agent: str | None = None
    actor_kind: ActorKind = "system"
    actor_name: str | None = None


def moves_last_activity(activity: Activity) -> bool:
    """Whether `last_activity_date` follows this entry. The system's own doings never move it."""
    return activity.action_type in MOVES_LAST_ACTIVITY and activity.actor_kind != "system"


def _plain(value: object) -> str:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")


# One encoder for all: json.dumps with options builds a new one at each call, which takes longer than the encoding.
_encode = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(", ", ": "), default=_plain
).encode


def canonical_json(value: object) -> str:
    """The one text of a value, written as the seed writes it: {"score": 85}. Equal values make equal texts."""
    return _encode(value)


def record(
    action_type: ActionType,
    id: UUID,
    lead_id: UUID,
    description: str,
    actor: Actor,
    at: datetime,
    *,
    old: Mapping[str, Any] | None = None,
    new: Mapping[str, Any] | None = None,
) -> Activity:
    """Any entry. The constructors below are this with a sentence; write one rather than calling it from outside."""
    return Activity(
        id,
        lead_id,
        actor.user_id,
        action_type,
        None if old is None else canonical_json(old),
        None if new is None else canonical_json(new),
        description,
        at,
        actor.ip_address,
        actor.user_agent,
        actor.kind,
        actor.name,
    )


def lead_created(id: UUID, lead: Lead, actor: Actor, at: datetime) -> Activity:
    source = f" by {lead.source}" if lead.source else ""
    sentence = f"Came in{source} with a score of {lead.lead_score}, {lead.category}"
    return record("lead_created", id, lead.id, sentence, actor, at, new={"score": lead.lead_score})


def score_updated(id: UUID, lead_id: UUID, old: int, new: int, why: str, actor: Actor, at: datetime) -> Activity:
    """`why` ends the sentence: "rule set 2 was published", "pricing page visit"."""
    sentence = f"Score went from {old} to {new}: {why}"
    return record("score_updated", id, lead_id, sentence, actor, at, old={"score": old}, new={"score": new})


def category_changed(id: UUID, lead_id: UUID, old: Category, new: Category, actor: Actor, at: datetime) -> Activity:
    sentence = f"Went from {old} to {new}"
    return record("category_changed", id, lead_id, sentence, actor, at, old={"category": old}, new={"category": new})


def status_changed(
    id: UUID, lead_id: UUID, old: Status, new: Status, actor: Actor, at: datetime, *, reason: str | None = None
) -> Activity:
    """The reason of a disqualification is part of the sentence and of the new value."""
    sentence = f"Changed status from {old} to {new}" + (f": {reason.replace('_', ' ')}" if reason else "")
    now = {"status": new, "reason": reason} if reason else {"status": new}
    return record("status_changed", id, lead_id, sentence, actor, at, old={"status": old}, new=now)


def assigned(id: UUID, lead_id: UUID, user: User, how: str, actor: Actor, at: datetime) -> Activity:
    """`how` is turn, returning_owner, file, hand or claim. The old value is null as in the seed, also where there was an owner."""
    sentence = _ASSIGNED_WORDS[how].format(user.full_name)
    return record("assigned", id, lead_id, sentence, actor, at, new={"user_id": user.id})


def unassigned(id: UUID, lead_id: UUID, owner: User, actor: Actor, at: datetime) -> Activity:
    sentence = f"Taken from {owner.full_name}, nobody owns it now"
    return record("assigned", id, lead_id, sentence, actor, at, new={"user_id": None})


def note_added(id: UUID, lead_id: UUID, note: str, actor: Actor, at: datetime) -> Activity:
    return record("note_added", id, lead_id, "Added a note", actor, at, new={"note": note})


def email_sent(id: UUID, lead_id: UUID, template: str, actor: Actor, at: datetime) -> Activity:
    sentence = f"Sent the e-mail {template}"
    return record("email_sent", id, lead_id, sentence, actor, at, new={"template": template})


def enrichment_completed(
    id: UUID, lead_id: UUID, found: Mapping[str, Any], provider: str, actor: Actor, at: datetime
) -> Activity:
    sentence = f"{provider} filled in {_listed(found)}" if found else f"{provider} found nothing new"
    return record("enrichment_completed", id, lead_id, sentence, actor, at, new=found)


def priority_flagged(id: UUID, lead_id: UUID, flag: bool, actor: Actor, at: datetime) -> Activity:
    sentence = "Flagged as priority" if flag else "Took the priority flag off"
    return record("priority_flagged", id, lead_id, sentence, actor, at, old={"flag": not flag}, new={"flag": flag})


def duplicate_submission(
    id: UUID,
    lead_id: UUID,
    payload: Mapping[str, Any],
    actor: Actor,
    at: datetime,
    *,
    filled: Sequence[str] = (),
    differing: Sequence[str] = (),
    was: Mapping[str, Any] | None = None,
) -> Activity:
    """The payload stays whole; the sentence says what it filled in and where it disagrees with the lead. `was` is what it takes to
    undo it."""
    sentence = "The same address wrote again"
    if filled:
        sentence += f", filled in {_listed(filled)}"
    if differing:
        sentence += f", has another {_listed(differing)}"
    return record("duplicate_submission", id, lead_id, sentence, actor, at, old=was, new={"payload": payload})


def edited(
    id: UUID, lead_id: UUID, old: Mapping[str, Any], new: Mapping[str, Any], actor: Actor, at: datetime
) -> Activity:
    """`old` and `new` hold the changed fields only."""
    return record("edited", id, lead_id, f"Changed {_listed(new)}", actor, at, old=old, new=new)


def reviewed(
    id: UUID, lead_id: UUID, resolution: str, actor: Actor, at: datetime, *, was: Mapping[str, Any] | None = None
) -> Activity:
    """`was` are the values and field sources that the review replaced: what it takes to undo it."""
    old, new = {"needs_review": True, **(was or {})}, {"needs_review": False, "resolve": resolution}
    return record("reviewed", id, lead_id, f"Reviewed: {resolution}", actor, at, old=old, new=new)


def review_undone(id: UUID, lead_id: UUID, actor: Actor, at: datetime) -> Activity:
    return _flagged("reviewed", "needs_review", True, "Took the review back", id, lead_id, actor, at)


def marked_spam(id: UUID, lead_id: UUID, actor: Actor, at: datetime) -> Activity:
    return _flagged("marked_spam", "is_spam", True, "Marked as spam", id, lead_id, actor, at)


def unmarked_spam(id: UUID, lead_id: UUID, actor: Actor, at: datetime) -> Activity:
    return _flagged("unmarked_spam", "is_spam", False, "Released: no spam", id, lead_id, actor, at)


def deleted(id: UUID, lead_id: UUID, actor: Actor, at: datetime) -> Activity:
    return _flagged("deleted", "is_deleted", True, "Deleted", id, lead_id, actor, at)


def restored(id: UUID, lead_id: UUID, actor: Actor, at: datetime) -> Activity:
    return _flagged("restored", "is_deleted", False, "Restored", id, lead_id, actor, at)


def _flagged(
    action: ActionType, name: str, value: bool, sentence: str, id: UUID, lead_id: UUID, actor: Actor, at: datetime
) -> Activity:
    return record(action, id, lead_id, sentence, actor, at, old={name: not value}, new={name: value})


def _listed(fields: Sequence[str] | Mapping[str, Any]) -> str:
    """company size, industry and phone."""
    *others, last = (field.replace("_", " ") for field in fields)
    return f"{', '.join(others)} and {last}" if others else last
