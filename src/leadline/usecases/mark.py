"""Marking a lead: priority, spam, reviewed, deleted, restored."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from leadline.domain import activities
from leadline.domain.errors import Fault, Invalid
from leadline.domain.lead_edits import EDITABLE, edited
from leadline.domain.leads import Lead, is_open
from leadline.usecases.one_lead import Act, Scene, settle_place
from leadline.usecases.rescore import rescored


def set_priority(flag: object) -> Act:
    """Put a lead first in every list, or take that back. Nothing happens where it is so already."""
    wanted = checked_flag(flag)

    def act(lead: Lead, scene: Scene) -> Lead:
        if lead.priority_flag == wanted:
            return lead
        d = scene.deciding
        row = activities.priority_flagged(d.house.new_id(), lead.id, wanted, d.actor, d.now)
        scene.writes.activities.append(row)
        return replace(lead, priority_flag=wanted)

    return act


def set_spam(flag: object) -> Act:
    """Set a lead aside as spam, which frees its owner's place, or release it, which routes it again."""
    wanted = checked_flag(flag)

    def act(lead: Lead, scene: Scene) -> Lead:
        if lead.is_spam == wanted:
            return lead
        d = scene.deciding
        marked = activities.marked_spam if wanted else activities.unmarked_spam
        scene.writes.activities.append(marked(d.house.new_id(), lead.id, d.actor, d.now))
        changed = replace(lead, is_spam=wanted)
        if wanted:
            changed = replace(changed, waiting_since=None, waiting_reason=None)
        return settle_place(lead, changed, scene)

    return act


def delete(lead: Lead, scene: Scene) -> Lead:
    """Delete softly: out of every list, its place free, its trail kept."""
    d = scene.deciding
    scene.writes.activities.append(activities.deleted(d.house.new_id(), lead.id, d.actor, d.now))
    gone = replace(lead, is_deleted=True, deleted_at=d.now, waiting_since=None, waiting_reason=None)
    return settle_place(lead, gone, scene)


def restore(lead: Lead, scene: Scene) -> Lead:
    """Bring a deleted lead back, to its owner if active, else to routing. Who calls looks for a newer lead first."""
    d = scene.deciding
    scene.writes.activities.append(activities.restored(d.house.new_id(), lead.id, d.actor, d.now))
    return settle_place(lead, replace(lead, is_deleted=False, deleted_at=None), scene)


def review(resolve: object) -> Act:
    """Settle what the lead was to be reviewed for: `keep` the lead as it is, or take chosen fields of the later answers:
    {"field": "later"}."""
    choices = _checked_choices(resolve)

    def act(lead: Lead, scene: Scene) -> Lead:
        conflicts = conflicts_of(lead)
        unknown = [name for name in choices if name not in conflicts]
        if unknown:
            raise Invalid([Fault(f"/resolve/{name}", "is not in conflict on this lead") for name in unknown])
        taken = {name: conflicts[name] for name, choice in choices.items() if choice == "later"}
        settled = replace(edited(lead, taken), needs_review=False)
        sources = {name: s for name, s in settled.field_sources.items() if name not in conflicts}
        d = scene.deciding
        words = f"took the later {', '.join(taken)}" if taken else "kept as it is"
        was = _before_review(lead, taken, conflicts)
        scene.writes.activities.append(activities.reviewed(d.house.new_id(), lead.id, words, d.actor, d.now, was=was))
        return rescored_and_routed(lead, replace(settled, field_sources=sources), "reviewed", scene)

    return act


def _before_review(lead: Lead, taken: Mapping[str, Any], conflicts: Mapping[str, Any]) -> dict[str, Any]:
    """What a review replaced, so that it can be taken back: the fields, and what the lead knew about them."""
    fields = {name: getattr(lead, name) for name in taken}
    sources = {name: lead.field_sources[name] for name in conflicts}
    return {name: value for name, value in (("fields", fields), ("field_sources", sources)) if value}


def unreview(reviewed: Mapping[str, Any]) -> Act:
    """Take a review back: the lead needs one again, with the fields as they were. `reviewed` is the old value of the entry in the
    trail. The caller sees to it that nobody changed the lead since."""
    fields = {name: value for name, value in reviewed.get("fields", {}).items() if name in EDITABLE}

    def act(lead: Lead, scene: Scene) -> Lead:
        if lead.needs_review:
            return lead
        d = scene.deciding
        scene.writes.activities.append(activities.review_undone(d.house.new_id(), lead.id, d.actor, d.now))
        sources = lead.field_sources | reviewed.get("field_sources", {})
        doubted = replace(lead, **fields, field_sources=sources, needs_review=True)
        return rescored_and_routed(lead, doubted, "review taken back", scene)

    return act


def conflicts_of(lead: Lead) -> dict[str, Any]:
    """The fields on which a later posting disagrees, with what it says."""
    sources = lead.field_sources.items()
    return {name: source["conflict"] for name, source in sources if isinstance(source, dict) and "conflict" in source}


def edit(fields: dict[str, Any]) -> Act:
    """Change answers by hand. The score follows; so does routing, for a lead without an owner."""

    def act(lead: Lead, scene: Scene) -> Lead:
        changed = edited(lead, fields)
        old = {name: getattr(lead, name) for name in fields if getattr(changed, name) != getattr(lead, name)}
        if not old:
            return lead
        d = scene.deciding
        new = {name: getattr(changed, name) for name in old}
        scene.writes.activities.append(activities.edited(d.house.new_id(), lead.id, old, new, d.actor, d.now))
        return rescored_and_routed(lead, replace(changed, last_activity_date=d.now), "edited", scene)

    return act


def rescored_and_routed(before: Lead, after: Lead, why: str, scene: Scene) -> Lead:
    """The score of the new answers, and an owner where the new category wants one. Closed leads keep their score."""
    if not is_open(before):
        return after
    changed, rows = rescored(after, why, scene.deciding)
    scene.writes.activities.extend(rows)
    return settle_place(before, changed, scene) if changed.category != before.category else changed


def checked_flag(flag: object) -> bool:
    """true or false, or Invalid."""
    if not isinstance(flag, bool):
        raise Invalid([Fault("/flag", "is required: true or false")])
    return flag


def _checked_choices(resolve: object) -> dict[str, str]:
    if resolve == "keep":
        return {}
    if isinstance(resolve, dict) and all(choice in ("first", "later") for choice in resolve.values()):
        return dict(resolve)
    raise Invalid([Fault("/resolve", 'must be "keep", or an object of field names to "first" or "later"')])
