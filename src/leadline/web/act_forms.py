"""What a form on a lead asks for: one reader for each act. The page of a lead, a row of the list and a partial send the same."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

from leadline.domain.emails import key_of
from leadline.domain.errors import Conflict, Fault, Invalid
from leadline.domain.lead_edits import EDITABLE
from leadline.domain.leads import STATUSES, Lead, Status
from leadline.domain.lifecycle import BANT
from leadline.domain.rights import Action
from leadline.domain.users import User
from leadline.usecases import hand_over, mark, work
from leadline.usecases.advance import Move, advance
from leadline.usecases.one_lead import Act, Scene
from leadline.web.problems import Unseen

SEEN = "seen"
MARKS = "marks"
UNDO = "undo"
TAKE = "take."
NOBODY = "nobody"
_MARK_LENGTH = 8

Form = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Call:
    """An act on a lead as a form asks for it. `seen` is the etag of what the sender looked at, None where the form does not say;
    `email_key` the address the lead will have; `is_deleted` whether the act is for a deleted lead; `is_undo` takes something
    back, of which nobody is told."""

    act: Act
    seen: str | None = None
    email_key: str | None = None
    is_deleted: bool = False
    is_undo: bool = False


def read_call(name: str, form: Form, user: User) -> Call | None:
    """The act of this name, or None where there is none. Raises Invalid with every fault of the form."""
    if name == "restore":
        return Call(mark.restore, form.get(SEEN), is_deleted=True, is_undo=UNDO in form)
    if name == "edit":
        return _edit(form)
    reader = _READERS.get(name)
    return Call(reader(form, user), form.get(SEEN), is_undo=UNDO in form) if reader else None


def _status(form: Form, user: User) -> Act:
    status = form.get("status", "")
    if status not in STATUSES:
        raise Invalid([Fault("/status", f"must be one of {', '.join(STATUSES)}")])
    note = work.checked_note(text_in(form, "note")) if text_in(form, "note").strip() else None
    if status != "Qualified":
        return advance(Move(cast(Status, status), form.get("reason") or None, note), user.role)
    bant = {part: form[part] for part in BANT if form.get(part)} | ({"note": note} if note else {})
    return advance(Move("Qualified", form.get("reason") or None, None, bant or None), user.role)


def _note(form: Form, user: User) -> Act:
    return work.add_note(text_in(form, "note"))


def _attempt(form: Form, user: User) -> Act:
    return work.log_attempt(form.get("kind"), form.get("outcome"))


def _claim(form: Form, user: User) -> Act:
    return hand_over.claim(user.id)


def _assign(form: Form, user: User) -> Act:
    to = form.get("user_id", "")
    if not to:
        raise Invalid([Fault("/user_id", "is required: choose whom to give it to")])
    return hand_over.assign(None if to == NOBODY else to)


def _priority(form: Form, user: User) -> Act:
    return mark.set_priority(_flag(form))


def _spam(form: Form, user: User) -> Act:
    return mark.set_spam(_flag(form))


def _delete(form: Form, user: User) -> Act:
    return mark.delete


def _review(form: Form, user: User) -> Act:
    """Each field that the page showed in conflict, with the value to keep. One that came since is settled by nobody."""
    choices = {name.removeprefix(TAKE): choice for name, choice in form.items() if name.startswith(TAKE)}
    settle = mark.review(choices or "keep")

    def act(lead: Lead, scene: Scene) -> Lead:
        if any(name not in choices for name in mark.conflicts_of(lead)):
            raise Conflict("Another posting came in since you looked, and disagrees too. Look again and choose anew.")
        return settle(lead, scene)

    return act


_READERS: Mapping[str, Callable[[Form, User], Act]] = {
    "status": _status,
    "notes": _note,
    "attempts": _attempt,
    "claim": _claim,
    "assign": _assign,
    "priority": _priority,
    "spam": _spam,
    "delete": _delete,
    "review": _review,
}
# What each act is in the table of rights. Which step of the lifecycle a status is, the lifecycle knows.
ACTIONS_OF_ACTS: Mapping[str, Action] = {
    "status": "work_lead",
    "notes": "work_lead",
    "attempts": "work_lead",
    "spam": "work_lead",
    "edit": "work_lead",
    "claim": "claim_lead",
    "assign": "assign_lead",
    "priority": "flag_lead",
    "review": "review_lead",
    "unreview": "review_lead",
    "delete": "delete_lead",
    "restore": "restore_lead",
}


def _edit(form: Form) -> Call:
    """Only what was touched is sent on: a value that somebody merely looked at keeps its mark of where it came from. Raises
    Unseen for a form that does not say what its sender looked at."""
    if not form.get(SEEN):
        raise Unseen("This form does not say which version of the lead it changes. Compare the two and choose.")
    fields = {name: value or None for name, value in touched(form).items()}
    # What is no address is left for the edit to refuse with everything else.
    return Call(mark.edit(dict(fields)), form[SEEN], key_of(fields.get("email")))


def touched(form: Form) -> dict[str, str]:
    """The fields of an edit that its sender changed, as typed. Those told to stay as they stand are left out."""
    marks = form.get(MARKS, "")
    shown = {name: marks[i * _MARK_LENGTH : (i + 1) * _MARK_LENGTH] for i, name in enumerate(EDITABLE)}
    return {
        name: text_in(form, name).strip()
        for name in EDITABLE
        if name in form and form.get(TAKE + name) != "theirs" and _mark(text_in(form, name)) != shown[name]
    }


def field_marks(lead: Lead) -> str:
    """A short mark of every field as the form shows it: tells later which of them were touched."""
    return "".join(_mark(getattr(lead, name) or "") for name in EDITABLE)


def text_in(form: Form, name: str) -> str:
    """A text as it was typed: a browser sends line breaks in its own way."""
    return form.get(name, "").replace("\r\n", "\n")


def _mark(text: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_MARK_LENGTH]


def _flag(form: Form) -> bool | None:
    return {"true": True, "false": False}.get(form.get("flag", ""))
