"""What a rep does with a lead short of moving it on: notes and attempts to reach the person."""

from dataclasses import replace
from typing import Literal, get_args

from leadline.domain import activities, contact_activities
from leadline.domain.errors import Fault, Invalid
from leadline.domain.leads import Lead
from leadline.usecases.one_lead import Act, Scene

NOTE_LENGTH_MAX = 20_000

AttemptKind = Literal["call", "email", "sms", "meeting", "other"]
AttemptOutcome = Literal["no_answer", "left_message", "answered", "bounced", "other"]
KINDS: tuple[AttemptKind, ...] = get_args(AttemptKind)
OUTCOMES: tuple[AttemptOutcome, ...] = get_args(AttemptOutcome)


def add_note(note: object) -> Act:
    """Keep a note with the lead. Raises Invalid for an empty or endless one."""
    text = checked_note(note)

    def act(lead: Lead, scene: Scene) -> Lead:
        d = scene.deciding
        scene.writes.activities.append(activities.note_added(d.house.new_id(), lead.id, text, d.actor, d.now))
        return replace(lead, last_activity_date=d.now)

    return act


def log_attempt(kind: object, outcome: object) -> Act:
    """Keep an attempt to reach the person: how, and what came of it."""
    faults = [Fault("/kind", f"must be one of {', '.join(KINDS)}")] if kind not in KINDS else []
    faults += [Fault("/outcome", f"must be one of {', '.join(OUTCOMES)}")] if outcome not in OUTCOMES else []
    if faults:
        raise Invalid(faults)

    def act(lead: Lead, scene: Scene) -> Lead:
        d = scene.deciding
        row = contact_activities.attempt_logged(d.house.new_id(), lead.id, str(kind), str(outcome), d.actor, d.now)
        scene.writes.activities.append(row)
        return replace(lead, last_activity_date=d.now)

    return act


def checked_note(note: object, pointer: str = "/note") -> str:
    """A note as text, or Invalid."""
    if not isinstance(note, str) or not note.strip():
        raise Invalid([Fault(pointer, "is required: a text")])
    if "\0" in note or any(0xD800 <= ord(c) < 0xE000 for c in note):
        raise Invalid([Fault(pointer, "has characters that cannot be stored")])
    if len(note) > NOTE_LENGTH_MAX:
        raise Invalid([Fault(pointer, f"is {len(note)} characters long; at most {NOTE_LENGTH_MAX} fit")])
    return note.strip()
