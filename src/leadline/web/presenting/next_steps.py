"""What can be done with a lead now, by the one who looks: the next step first, then the rest, and why the rest is not there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from leadline.domain.activities import Activity
from leadline.domain.contact_activities import NO_RESPONSE_AFTER, unanswered_attempts
from leadline.domain.leads import Lead, Status, is_claimable
from leadline.domain.lifecycle import allowed
from leadline.domain.rights import can
from leadline.domain.users import User
from leadline.domain.whereabouts import zones_of
from leadline.web.act_forms import ACTIONS_OF_ACTS
from leadline.web.presenting.words import counted

Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Button:
    """An act by its name. With `is_form` it leads to a form, else it is done at once with these fields."""

    label: str
    act: str
    fields: Fields = ()
    is_form: bool = False
    look: str = ""


@dataclass(frozen=True, slots=True)
class NextSteps:
    """The step to take first, those beside it, what marks and changes the lead, and the words under them."""

    primary: Button | None
    beside: tuple[Button, ...]
    quiet: tuple[Button, ...]
    can_note: bool
    can_try: bool
    can_settle: bool
    words: tuple[str, ...]


_STEP_BUTTONS: dict[Status, Button] = {
    "Contacted": Button("Mark contacted", "status", (("status", "Contacted"),)),
    "Qualified": Button("Qualify", "status", (("status", "Qualified"),), is_form=True),
    "Opportunity": Button("Make it an opportunity", "status", (("status", "Opportunity"),), is_form=True),
    "Disqualified": Button("Disqualify", "status", (("status", "Disqualified"),), is_form=True, look="caution"),
    "New": Button("Reopen", "status", (("status", "New"),)),
}
_NO_RESPONSE = Button("No response", "status", (("status", "Disqualified"), ("reason", "no_response")), is_form=True)
_CLAIM = Button("Claim it", "claim")
_OPENS_LATER = {
    "New": "Qualify opens once they have been contacted.",
    "Contacted": "It can become an opportunity once it is qualified.",
    "Opportunity": "It is an opportunity and with the CRM. No step follows.",
}


def next_steps(lead: Lead, user: User, now: datetime, entries: Iterable[Activity]) -> NextSteps:
    """The steps for this user. `entries` are those of the trail that are at hand, for the attempts among them."""
    if lead.is_deleted:
        restore = Button("Restore", "restore")
        return NextSteps(restore, (), (), False, False, False, ("It is deleted. Its history is kept.",))
    may = {act for act in _ACTS if can(user, ACTIONS_OF_ACTS[act], lead)}
    if lead.is_spam:
        release = Button("No spam", "spam", (("flag", "false"),)) if "spam" in may else None
        return NextSteps(
            release,
            (),
            (),
            "notes" in may,
            False,
            False,
            ("It is set aside as spam: in no list of work, and nobody is told of it.",),
        )
    steps = [_STEP_BUTTONS[status] for status in allowed(lead.status, user.role)] if "status" in may else []
    forward = [step for step in steps if step.look != "caution"]
    aside = [step for step in steps if step.look == "caution"]
    claim = [_CLAIM] if is_claimable(lead) else []
    first = (claim if user.role == "rep" else []) + forward
    tried = unanswered_attempts(entries)
    if aside and tried >= NO_RESPONSE_AFTER:
        aside = [_NO_RESPONSE, *aside]
    assign = [Button("Assign", "assign", is_form=True)] if "assign" in may else []
    return NextSteps(
        primary=first[0] if first else None,
        beside=(*first[1:], *([] if user.role == "rep" else claim), *assign, *aside),
        quiet=tuple(_quiet(lead, may)),
        can_note="notes" in may,
        can_try="attempts" in may,
        can_settle="review" in may,
        words=tuple(_words(lead, user, now, may, tried)),
    )


_ACTS = ("status", "notes", "attempts", "assign", "priority", "spam", "edit", "delete", "review")


def _quiet(lead: Lead, may: set[str]) -> Iterable[Button]:
    if "edit" in may:
        yield Button("Edit", "edit", is_form=True)
    if "priority" in may:
        label, flag = ("No priority", "false") if lead.priority_flag else ("Priority", "true")
        yield Button(label, "priority", (("flag", flag),))
    if "spam" in may:
        yield Button("Spam", "spam", (("flag", "true"),))
    if "delete" in may:
        yield Button("Delete", "delete")


def _words(lead: Lead, user: User, now: datetime, may: set[str], tried: int) -> Iterable[str]:
    if tried:
        yield f"{counted(tried, 'attempt')} without an answer."
    local = local_time(lead, now)
    if local:
        yield local
    if "status" not in may:
        yield "Nobody has this lead yet: whoever claims it works it."
    elif lead.status == "Disqualified" and not can(user, "reopen_lead", lead):
        yield "Only a manager can reopen it."
    elif lead.status in _OPENS_LATER:
        yield _OPENS_LATER[lead.status]


def local_time(lead: Lead, now: datetime) -> str | None:
    """What the clock says where the lead is; None where nothing tells, or where it could be several times at once."""
    zones = [zone for name in zones_of(lead) if (zone := _zone(name)) is not None]
    if not zones or len({now.astimezone(zone).utcoffset() for zone in zones}) > 1:
        return None
    there = f"There it is {now.astimezone(zones[0]):%H:%M}"
    return f"{there}, {zones[0].key.rpartition('/')[2].replace('_', ' ')}." if len(zones) == 1 else f"{there}."


def _zone(name: str) -> ZoneInfo | None:
    """A zone of the library of numbers, where the database of zones knows it too."""
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        return None
