"""What must be true of every lead and every user after every commit, whatever happened before it (RULES 2 to 5)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from leadline.domain.duplicates import is_within_window
from leadline.domain.emails import parse_email
from leadline.domain.findings import FIX, Finding, Rule
from leadline.domain.leads import Lead, counts_for_owner
from leadline.domain.phones import e164
from leadline.domain.routing import is_eligible, wants_owner
from leadline.domain.scoring import Score, Scorer, clamp
from leadline.domain.users import User

_BY_HAND = "past Leadline somebody changed it; set it right through the API, or restore the row from a backup"


def lead_findings(lead: Lead, scorers: Mapping[int, Scorer], *, kept_its_score: bool = False) -> Iterator[Finding]:
    """What is wrong with a lead by itself. `scorers` has every published rule set by its version. A closed lead whose answers
    moved after it was closed kept its score: then only the figures must agree with each other."""
    scorer = scorers.get(lead.ruleset_version)
    if scorer is None:
        what = f"was scored by rule set {lead.ruleset_version}, which is not published"
        yield _of(lead, "score", what, "restore that rule set from a backup")
    else:
        right = _kept_score(lead, scorer) if kept_its_score else scorer.score(lead)
        yield from _score_findings(lead, right)
    yield from _waiting_findings(lead)
    yield from _decision_findings(lead)
    for what in _flag_faults(lead):
        yield _of(lead, "lead", what, _BY_HAND)
    try:
        key = parse_email(lead.email).key
    except ValueError as error:
        yield _of(lead, "lead", f"its e-mail {error}", "edit its e-mail")
    else:
        if key != lead.email_key:
            yield _of(lead, "lead", "its email_key is not the one of its e-mail", "edit its e-mail, and edit it back")


def _kept_score(lead: Lead, scorer: Scorer) -> Score:
    raw = sum(lead.score_breakdown.values())
    return Score(clamp(raw), raw, lead.score_breakdown, scorer.category(clamp(raw)), scorer.version)


def _score_findings(lead: Lead, right: Score) -> Iterator[Finding]:
    figures = ("lead_score", "raw_score", "category", "score_breakdown")
    wrong = [
        f"its {name} is {getattr(lead, name)} and should be {getattr(right, name)}"
        for name in figures
        if getattr(lead, name) != getattr(right, name)
    ]
    if wrong:
        yield _of(lead, "score", f"by rule set {right.ruleset_version} {', '.join(wrong)}", FIX)


def _waiting_findings(lead: Lead) -> Iterator[Finding]:
    """A place on the waiting list, and its reason: for whoever wants an owner, and nobody else."""
    waits = lead.waiting_since is not None
    # What a manager took from everybody, or an import did not route, is left to whoever claims it.
    is_set_free = (lead.route_decision or {}).get("how") in ("unassigned", "imported")
    if waits != (wants_owner(lead) and not is_set_free):
        state = f"{lead.category}, {lead.status}, {'owned' if lead.assigned_to else 'without an owner'}"
        what = f"waits without need ({state})" if waits else f"does not wait ({state})"
        yield _of(lead, "waiting", what, 'assign it: POST /api/v1/leads/ID/assign {"user_id": "auto"}')
    if waits != (lead.waiting_reason is not None):
        what = f"waits since {lead.waiting_since} because of {lead.waiting_reason}"
        yield _of(lead, "waiting", what, 'assign it: POST /api/v1/leads/ID/assign {"user_id": "auto"}')
    elif waits and (lead.route_decision or {}).get("reason") != lead.waiting_reason:
        yield _of(lead, "waiting", f"waits because of {lead.waiting_reason}, and its decision says otherwise", _BY_HAND)


def _decision_findings(lead: Lead) -> Iterator[Finding]:
    """Nobody was given a lead by turn without a place."""
    decision = lead.route_decision or {}
    for _, name, leads, cap, verdict in decision.get("reps", ()):
        if verdict == "chosen" and leads >= cap:
            yield _of(lead, "waiting", f"was given to {name} by turn, who had {leads} of {cap}", "report this: a bug")


def _flag_faults(lead: Lead) -> Iterator[str]:
    if lead.is_deleted != (lead.deleted_at is not None):
        yield f"is_deleted is {lead.is_deleted} and deleted_at is {lead.deleted_at}"
    if lead.status in ("Contacted", "Qualified", "Opportunity") and lead.first_contacted_at is None:
        yield f"is {lead.status} and has no first_contacted_at"
    if lead.status in ("Qualified", "Opportunity") and not lead.qualification_bonus_applied:
        yield f"is {lead.status} and was never given its bonus"


def user_findings(users: Sequence[User]) -> Iterator[Finding]:
    """What is wrong with users by themselves and beside each other. Counters are the matter of `books`."""
    for user in users:
        if user.current_lead_count and not user.is_active:
            what = f"{user.full_name} is not active and still has {user.current_lead_count} open leads"
            yield Finding(
                "users", f"users/{user.id}", what, "give those leads to somebody else, or make the user active"
            )
        if user.max_active_leads < 0:
            yield Finding("users", f"users/{user.id}", f"has room for {user.max_active_leads}", "set max_active_leads")
    for what, values, cure in (
        (
            "turn",
            [u.last_turn_seq for u in users if u.last_turn_seq],
            "report this: a bug, or a copy over a live database",
        ),
        ("address", [u.email_key for u in users], "change the e-mail of one of them"),
    ):
        for value, number in Counter(map(str, values)).items():
            if number > 1:
                yield Finding("users", "users", f"{number} users have the {what} {value}", cure)


def waiting_findings(waiting: Iterable[str], users: Sequence[User]) -> Iterator[Finding]:
    """Nobody waits while a rep has room. `waiting` are the ids of the waiting leads."""
    with_room = ", ".join(user.full_name for user in users if is_eligible(user))
    if with_room:
        yield from (Finding("waiting", f"leads/{i}", f"waits while {with_room} has room", FIX) for i in waiting)


def duplicate_findings(leads: Iterable[Any]) -> Iterator[Finding]:
    """Two leads of one address less than 24 hours apart. Of each lead: lead_id, email_key, created_at."""
    kept = sorted(leads, key=lambda lead: (lead.email_key, lead.created_at, lead.lead_id))
    for one, other in pairwise(kept):
        if one.email_key == other.email_key and is_within_window(one.created_at, other.created_at):
            what = f"is of the address of lead {one.lead_id}, created {other.created_at - one.created_at} before it"
            yield Finding("duplicates", f"leads/{other.lead_id}", what, "delete one of the two")


def search_findings(lead: Lead, is_found: bool | None, phone_region: str | None) -> Iterator[Finding]:
    """Whether an indexed lead (None: not yet) is found by its own words, and its number is the one of its phone."""
    if is_found is None:
        return
    if not is_found:
        yield _of(lead, "search", "is found by other words than its own", FIX)
    number = e164(lead.phone, phone_region) if lead.phone else None
    if lead.phone_e164 != number:
        yield _of(lead, "search", f"its phone_e164 is {lead.phone_e164}, and its phone makes {number}", FIX)


def owner_findings(lead: Lead, users: Mapping[Any, User]) -> Iterator[Finding]:
    """An owner who is there, and active where the lead counts."""
    owner = users.get(lead.assigned_to)
    if lead.assigned_to and owner is None:
        yield _of(lead, "orphans", f"belongs to user {lead.assigned_to}, who is not there", "assign it to somebody")
    elif owner is not None and not owner.is_active and counts_for_owner(lead):
        yield _of(lead, "lead", f"belongs to {owner.full_name}, who is not active", "assign it to somebody")


def _of(lead: Lead, rule: Rule, what: str, cure: str) -> Finding:
    return Finding(rule, f"leads/{lead.id}", what, cure.replace("ID", str(lead.id)))
