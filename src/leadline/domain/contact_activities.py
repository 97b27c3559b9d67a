"""The trail of the contact between a rep and a lead: attempts, what was found out, and what the lead did by itself."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from leadline.domain.activities import Activity, Actor, record

_ENGAGEMENT_WORDS = {
    "email_reply": "Replied to an e-mail ({} so far)",
    "pricing_page_visit": "Visited the pricing page ({} so far)",
    "demo_video_watched": "Watched the demo video",
}


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
