"""The trail of the contact between a rep and a lead: attempts, what was found out, and what the lead did by itself."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from leadline.domain.activities import Activity, Actor, record

_ENGAGEMENT_WORDS = {
    "email_reply": "Replied to an e-mail ({} so far)",
    "pricing_page_visit": "Visited the pricing page ({} so far)",
    "demo_video_watched": "Watched the demo video",
}


UNANSWERED = ("no_answer", "left_message", "bounced")
# After so many attempts without an answer a lead may be closed as `no_response` (RULES 5).
NO_RESPONSE_AFTER = 3
# What says that nobody answered, or that somebody did. Other entries can be long and are not read.
_TELLING = ("attempt_logged", "engagement", "status_changed")


def attempt_logged(id: UUID, lead_id: UUID, kind: str, outcome: str, actor: Actor, at: datetime) -> Activity:
    sentence = f"Tried to reach them by {kind}: {outcome.replace('_', ' ')}"
    return record("attempt_logged", id, lead_id, sentence, actor, at, new={"kind": kind, "outcome": outcome})


def qualified_bant(id: UUID, lead_id: UUID, bant: Mapping[str, Any], actor: Actor, at: datetime) -> Activity:
    """What was found out about budget, authority, need and timeline; nothing of it is compulsory."""
    words = ", ".join(f"{name} {answer}" for name, answer in bant.items() if name != "note")
    return record("qualified_bant", id, lead_id, f"Qualified: {words or 'nothing noted'}", actor, at, new=bant)


def engagement(id: UUID, lead_id: UUID, kind: str, count: int, actor: Actor, at: datetime) -> Activity:
    """`count` is how often it has happened by now."""
    sentence = _ENGAGEMENT_WORDS[kind].format(count)
    return record("engagement", id, lead_id, sentence, actor, at, new={"type": kind, "count": count})


def unanswered_attempts(trail: Iterable[Activity]) -> int:
    """How many attempts in a row nobody answered, since they last did or the lead was last reopened. `trail` is newest first."""
    count = 0
    for entry in trail:
        if entry.action_type not in _TELLING:
            continue
        new = json.loads(entry.new_value or "{}")
        if entry.action_type == "attempt_logged" and new.get("outcome") in UNANSWERED:
            count += 1
        elif _is_answer(entry, new):
            break
    return count


def _is_answer(entry: Activity, new: Mapping[str, Any]) -> bool:
    if entry.action_type == "attempt_logged":
        return bool(new.get("outcome") == "answered")
    if entry.action_type == "engagement":
        return bool(new.get("type") == "email_reply")
    return entry.action_type == "status_changed" and new.get("status") == "New"
