"""The forms of the acts on a lead: what each offers, what stands in it, and what is wrong with what was typed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from leadline.domain.answers import MULTILINE, WIDTHS
from leadline.domain.errors import Fault
from leadline.domain.lead_edits import EDITABLE, REQUIRED, etag
from leadline.domain.leads import COMPANY_SIZES, Lead
from leadline.domain.users import User
from leadline.web.act_forms import NOBODY, Form, field_marks, text_in, touched
from leadline.web.presenting.lead_page import LABELS, Doubt, Entry, doubts

Options = Mapping[str, str]

KIND_WORDS = {"call": "Call", "email": "E-mail", "sms": "SMS", "meeting": "Meeting", "other": "Something else"}
OUTCOME_WORDS = {
    "no_answer": "No answer",
    "left_message": "Left a message",
    "answered": "They answered",
    "bounced": "It bounced",
    "other": "Something else",
}
REASON_WORDS = {
    "not_a_fit": "Not a fit",
    "no_response": "No response",
    "no_budget": "No budget",
    "lost_to_competitor": "Lost to a competitor",
    "competitor": "Is a competitor",
    "duplicate": "Duplicate",
    "spam": "Spam",
    "other": "Something else, said in the note",
}
BANT_WORDS = {
    "budget": "Budget: is the money there?",
    "authority": "Authority: do they decide?",
    "need": "Need: do they need it?",
    "timeline": "Timeline: do they know when?",
}
_ANSWER_WORDS = {"yes": "Yes", "no": "No", "unknown": "Unknown"}
_STEPS = {
    "Contacted": ("act_contacted.html", "Mark contacted"),
    "Qualified": ("act_qualify.html", "Qualify"),
    "Opportunity": ("act_opportunity.html", "Make it an opportunity"),
    "Disqualified": ("act_disqualify.html", "Disqualify"),
    "New": ("act_reopen.html", "Reopen"),
}


@dataclass(frozen=True, slots=True)
class Input:
    """A field of the edit form. `options` where it is a choice, `is_long` where it has lines."""

    name: str
    label: str
    value: str
    width: int
    is_long: bool
    is_required: bool
    options: Options | None = None


@dataclass(frozen=True, slots=True)
class Versions:
    """A field that somebody else changed while one edited: as it stands now, and as one typed it."""

    name: str
    label: str
    theirs: str
    mine: str


@dataclass(frozen=True, slots=True)
class ActForm:
    """A form by its template, with whatever of these the template asks for. Beside the fields in `names` it says itself what is
    wrong with them."""

    template: str
    title: str
    options: Mapping[str, Options] = field(default_factory=dict)
    inputs: tuple[Input, ...] = ()
    versions: tuple[Versions, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    seen: str = ""
    marks: str = ""
    names: tuple[str, ...] = ()
    last_change: Entry | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why an act was refused: a sentence, or the faults of the form."""

    sentence: str
    faults: list[Fault]

    def by_field(self) -> dict[str, str]:
        """What is wrong with each field, by its name in the form."""
        return {fault.pointer.rpartition("/")[2]: fault.detail for fault in self.faults}


def as_sentence(text: str) -> str:
    """Errors are written to go on after a colon; here they stand by themselves."""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '?', '!')) else '.'}"


def form_of(act: str, lead: Lead, typed: Form, users: Iterable[User]) -> ActForm | None:
    """The form of an act; None for one that is a button and no more."""
    if act == "status":
        step = _STEPS.get(typed.get("status", ""))
        return ActForm(*step, options=step_options(), names=_STEP_NAMES) if step else None
    if act == "edit":
        return edit_form(lead, typed)
    if act == "review":
        return ActForm("act_review.html", "What is in doubt", doubts=doubts(lead))
    options = _OPTIONS.get(act)
    if act == "assign":
        options = {"user_id": assignees(lead, users)}
    title = _TITLES.get(act)
    options = options or {}
    return ActForm(f"act_{act}.html", title, options=options, names=_NAMES.get(act, ())) if title else None


def step_options() -> Mapping[str, Options]:
    """What the forms of the steps offer."""
    return {"reason": REASON_WORDS, "bant": BANT_WORDS, "answer": _ANSWER_WORDS}


_TITLES = {
    "notes": "Add a note",
    "attempts": "Log an attempt",
    "assign": "Assign",
    "delete": "Delete",
}
_STEP_NAMES = ("reason", "note", *BANT_WORDS)
_NAMES: Mapping[str, tuple[str, ...]] = {"notes": ("note",), "attempts": ("kind", "outcome"), "assign": ("user_id",)}
ATTEMPT_OPTIONS: Mapping[str, Options] = {"kind": KIND_WORDS, "outcome": OUTCOME_WORDS}
_OPTIONS = {"attempts": ATTEMPT_OPTIONS}


def assignees(lead: Lead, users: Iterable[User]) -> Options:
    """Whom a lead can be given to: reps first, each with how full they are; then whose turn it is, or nobody."""
    active = [user for user in users if user.is_active and user.id != lead.assigned_to]
    reps = {
        str(u.id): f"{u.full_name}, {u.current_lead_count:,} of {u.max_active_leads:,}"
        for u in active
        if u.role == "rep"
    }
    others = {str(u.id): f"{u.full_name}, {u.role}" for u in active if u.role != "rep"}
    return (
        reps | others | {"auto": "Whose turn it is"} | ({NOBODY: "Nobody, to be claimed"} if lead.assigned_to else {})
    )


def edit_form(lead: Lead, typed: Form) -> ActForm:
    """The fields as they stand, or as they were typed."""
    inputs = tuple(
        _input(name, text_in(typed, name) if name in typed else getattr(lead, name) or "") for name in EDITABLE
    )
    seen, marks = typed.get("seen") or etag(lead), typed.get("marks") or field_marks(lead)
    return ActForm("act_edit.html", "Edit", inputs=inputs, seen=seen, marks=marks, names=EDITABLE)


def comparison(lead: Lead, typed: Form, recent: Iterable[Entry] = ()) -> ActForm:
    """A stale edit: what one changed beside what the lead has by now, and what was done to it last by somebody."""
    return ActForm(
        "act_compare.html",
        "Two versions",
        versions=tuple(_versions(lead, touched(typed))),
        seen=etag(lead),
        marks=field_marks(lead),
        last_change=next((entry for entry in recent if entry.kind), None),
    )


def _versions(lead: Lead, mine: Mapping[str, str]) -> Iterator[Versions]:
    for name, value in mine.items():
        current = getattr(lead, name) or ""
        if value != current:
            yield Versions(name, LABELS[name], current, value)


def _input(name: str, value: str) -> Input:
    options = {"": "Not known"} | {size: size for size in COMPANY_SIZES} if name == "company_size" else None
    return Input(name, LABELS[name], value, WIDTHS[name], name in MULTILINE, name in REQUIRED, options)
