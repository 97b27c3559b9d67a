"""What was done to a lead, in words for a toast, and the form that takes it back."""

from collections.abc import Callable, Mapping

from leadline.domain.lead_edits import etag
from leadline.domain.leads import Lead
from leadline.web.act_forms import NOBODY, SEEN, UNDO, Form
from leadline.web.acting import Done
from leadline.web.presenting.owners import WAITING_WORDS, People
from leadline.web.toasts import Toast

_NAME_LENGTH_MAX = 60


def told(name: str, done: Done, form: Form, people: People) -> Toast:
    """The toast of an act. One that changed nothing, and one that takes back another, have no way back of their own."""
    text = _words(name, done, people)
    if UNDO in form:
        return Toast(f"Taken back. {text}")
    undo = _UNDO.get(name)
    if undo is None or etag(done.before) == etag(done.after):
        return Toast(text)
    act, fields = undo(done.before)
    return Toast(text, f"/leads/{done.after.id}/{act}", fields | {SEEN: etag(done.after), UNDO: "1"})


_UNDO: Mapping[str, Callable[[Lead], tuple[str, dict[str, str]]]] = {
    "assign": lambda before: ("assign", {"user_id": _owner_field(before)}),
    "priority": lambda before: ("priority", {"flag": "true" if before.priority_flag else "false"}),
    "spam": lambda before: ("spam", {"flag": "true" if before.is_spam else "false"}),
    "review": lambda before: ("unreview", {}),
    "delete": lambda before: ("restore", {}),
}


def _owner_field(before: Lead) -> str:
    """Whose it was; what waited for a rep waits again."""
    if before.assigned_to is not None:
        return str(before.assigned_to)
    return "auto" if before.waiting_since is not None else NOBODY


def _words(name: str, done: Done, people: People) -> str:
    after, company = done.after, short(done.after.company_name)
    if name in ("assign", "claim", "restore"):
        return whose(after, company, people)
    if name == "status":
        return f"{company} is {after.status} now."
    if name == "priority":
        return f"{company} {'stands first in every list' if after.priority_flag else 'is no priority any more'}."
    if name == "spam":
        return f"{company} {'is set aside as spam' if after.is_spam else 'is no spam, and back in the lists'}."
    if name == "edit":
        return _edited(done, company)
    plain = {
        "notes": f"The note is with {company}.",
        "attempts": f"The attempt is with {company}.",
        "delete": f"{company} is deleted. Its history is kept.",
        "review": f"{company} is settled.",
        "unreview": f"{company} needs a review again.",
    }
    return plain[name]


def whose(after: Lead, company: str, people: People) -> str:
    """Who has a lead now, or why nobody has."""
    owner = people.find(after.assigned_to)
    if owner is not None:
        return f"{company} is {'yours' if owner.is_you else f'with {owner.name}'} now."
    if after.waiting_since is not None:
        return f"{company} waits: {WAITING_WORDS.get(after.waiting_reason or '', 'nobody has room')}."
    return f"Nobody has {company} now."


def _edited(done: Done, company: str) -> str:
    if etag(done.before) == etag(done.after):
        return f"Nothing of {company} was changed."
    if done.before.lead_score == done.after.lead_score:
        return f"{company} is changed. The score stays {done.after.lead_score}."
    return f"{company} is changed. The score went from {done.before.lead_score} to {done.after.lead_score}, {done.after.category}."


def short(company: str) -> str:
    """A name that fits a toast, and the cookie it travels in."""
    return company if len(company) <= _NAME_LENGTH_MAX else f"{company[: _NAME_LENGTH_MAX - 1]}…"
