"""Rescoring: what a lead's score becomes when its inputs or the rules have changed."""

from dataclasses import replace

from leadline.domain import activities
from leadline.domain.leads import Lead
from leadline.domain.notifications import to_owner
from leadline.domain.routing import Roster
from leadline.usecases.deciding import Deciding, Writes


def rescored(lead: Lead, why: str, deciding: Deciding) -> tuple[Lead, list[activities.Activity]]:
    """The lead with its score made anew, and the trail of what changed; the same lead and no trail where nothing did;
    a score that stays at the same figure is not told."""
    score = deciding.house.scorer.score(lead)
    if score == (lead.lead_score, lead.raw_score, lead.score_breakdown, lead.category, lead.ruleset_version):
        return lead, []
    changed = replace(
        lead,
        lead_score=score.lead_score,
        raw_score=score.raw_score,
        score_breakdown=score.score_breakdown,
        category=score.category,
        ruleset_version=score.ruleset_version,
    )
    new_id, actor, now = deciding.house.new_id, deciding.actor, deciding.now
    rows = []
    if changed.lead_score != lead.lead_score:
        rows.append(activities.score_updated(new_id(), lead.id, lead.lead_score, score.lead_score, why, actor, now))
    if changed.category != lead.category:
        rows.append(activities.category_changed(new_id(), lead.id, lead.category, changed.category, actor, now))
    return changed, rows


def alert_owner(before: Lead, after: Lead, roster: Roster, deciding: Deciding, writes: Writes) -> None:
    """Tell the owner of a lead that became Hot while New. Who gets a lead only now is told when it is assigned."""
    owner = roster.find(before.assigned_to)
    becomes_hot = before.category != "Hot" and after.category == "Hot" and after.status == "New"
    if owner is not None and becomes_hot and deciding.notifies:
        writes.notifications.extend(to_owner(after, owner, deciding.writer()))
