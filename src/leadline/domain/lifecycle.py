"""Which status may follow which, and what it takes (RULES 5). The table only; what a step counts and records is elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from leadline.domain.errors import Conflict, Fault, Forbidden, Invalid
from leadline.domain.leads import STATUSES, Status
from leadline.domain.rights import Action, role_has
from leadline.domain.users import Role

Reason = Literal[
    "not_a_fit", "spam", "competitor", "no_response", "lost_to_competitor", "no_budget", "duplicate", "other"
]
REASONS: tuple[Reason, ...] = get_args(Reason)


@dataclass(frozen=True, slots=True)
class Step:
    """What one transition asks for. `action` is what it is in the table of rights."""

    needs_reason: bool = False
    action: Action = "work_lead"


_PLAIN = Step()
_DISQUALIFY = Step(needs_reason=True)
_REOPEN = Step(action="reopen_lead")

TRANSITIONS: Mapping[tuple[Status, Status], Step] = {
    ("New", "Contacted"): _PLAIN,
    ("Contacted", "Qualified"): _PLAIN,
    ("Qualified", "Opportunity"): _PLAIN,
    ("New", "Disqualified"): _DISQUALIFY,
    ("Contacted", "Disqualified"): _DISQUALIFY,
    ("Qualified", "Disqualified"): _DISQUALIFY,
    ("Disqualified", "New"): _REOPEN,
}


def allowed(status: Status, role: Role | None = None) -> tuple[Status, ...]:
    """The statuses that may follow, in the order of the lifecycle. Without a role (an API key, the system) all of them."""
    return tuple(new for new in STATUSES if (step := TRANSITIONS.get((status, new))) and _may(step, role))


def check_transition(
    old: Status, new: Status, role: Role | None = None, *, reason: str | None = None, note: str | None = None
) -> Step:
    """The step from `old` to `new`, or Conflict naming what is allowed instead, Forbidden where only the role is wrong,
    Invalid for a reason that is missing, unknown or out of place. `note` explains the reason `other`."""
    step = TRANSITIONS.get((old, new))
    if step is None:
        raise Conflict(_refusal(old, new, role))
    if not _may(step, role):
        raise Forbidden(f"Only a manager may take a lead from {old} back to {new}.")
    faults = _reason_faults(step, new, reason, note)
    if faults:
        raise Invalid(faults)
    return step


def _may(step: Step, role: Role | None) -> bool:
    return role is None or role_has(role, step.action)


def _refusal(old: Status, new: Status, role: Role | None) -> str:
    start = f"The lead is {old} already." if old == new else f"A lead that is {old} cannot become {new}."
    following = allowed(old, role)
    if following:
        return f"{start} It may become {' or '.join(following)}."
    if allowed(old):
        return f"{start} Only a manager may take it any further."
    return f"{start} No status follows {old}."


def _reason_faults(step: Step, new: Status, reason: str | None, note: str | None) -> list[Fault]:
    choices = ", ".join(REASONS)
    if not step.needs_reason:
        return [] if reason is None else [Fault("/reason", f"{new} takes no reason")]
    if reason is None:
        return [Fault("/reason", f"is required for {new}: one of {choices}")]
    if reason not in REASONS:
        return [Fault("/reason", f"must be one of {choices}")]
    if reason == "other" and not (note and note.strip()):
        return [Fault("/note", 'is required with the reason "other"')]
    return []


BANT = ("budget", "authority", "need", "timeline")
BANT_ANSWERS = ("yes", "no", "unknown")


def check_bant(bant: Mapping[str, object], status: Status) -> None:
    """Raises Invalid with every fault: what was found out is said at the step to Qualified; each of budget, authority, need and
    timeline is yes, no or unknown; none is compulsory; `note` is free text."""
    faults = [] if status == "Qualified" else [Fault("/bant", f"{status} takes none: it is said at Qualified")]
    faults += [
        Fault(f"/bant/{name}", f"is not one of {', '.join(BANT)} or note")
        for name in bant
        if name not in (*BANT, "note")
    ]
    wrong = [name for name in BANT if bant.get(name, "unknown") not in BANT_ANSWERS]
    faults += [Fault(f"/bant/{name}", f"must be one of {', '.join(BANT_ANSWERS)}") for name in wrong]
    note = bant.get("note", "")
    if not isinstance(note, str) or "\0" in note:
        faults.append(Fault("/bant/note", "must be text"))
    if faults:
        raise Invalid(faults)
