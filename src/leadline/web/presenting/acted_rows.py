"""What came of an act on several rows: one sentence, one result for each row, and the form that takes it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from leadline.web.act_forms import Form
from leadline.web.acting import Done
from leadline.web.presenting.acted import told
from leadline.web.presenting.owners import People
from leadline.web.presenting.words import counted
from leadline.web.toasts import Toast

UNDO_ROW = "undo."


@dataclass(frozen=True, slots=True)
class Result:
    """One row after an act: `toast` where it was done, `refusal` where it was not. `company` is empty for what is not there."""

    lead_id: UUID
    company: str
    toast: Toast | None
    refusal: str = ""
    done: Done | None = None

    @property
    def text(self) -> str:
        """What came of it."""
        return self.toast.text if self.toast else self.refusal


def result_of(name: str, done: Done, form: Form, people: People) -> Result:
    """The result of a row that was acted on."""
    return Result(done.after.id, done.after.company_name, told(name, done, form, people), done=done)


def told_of_all(name: str, results: Sequence[Result], people: People, back: str) -> Toast:
    """One toast for all of them, with one way back for all that have one. A single row speaks for itself."""
    done = [result for result in results if result.toast]
    undo = _undo_fields(done)
    if undo:
        undo["back"] = back
    action = "/leads/undo" if undo else None
    if len(results) == 1:
        return Toast(results[0].text, action, undo)
    left = len(results) - len(done)
    text = _words(name, done, people) if done else "Nothing was done."
    return Toast(f"{text} {counted(left, 'lead was', 'leads were')} left alone." if left else text, action, undo)


def told_of_undo(results: Sequence[Result]) -> Toast:
    """A lead that somebody changed meanwhile keeps what they did, and is named."""
    if len(results) == 1 and results[0].toast:
        return results[0].toast
    done = sum(result.toast is not None for result in results)
    text = f"Taken back for {counted(done, 'lead')}." if done else "Nothing was taken back."
    return Toast(
        " ".join([text, *(f"{left.company or 'One'}: {left.refusal}" for left in results if not left.toast)][:4])
    )


def undo_rows(form: Form) -> dict[UUID, tuple[str, dict[str, str]]]:
    """The acts that take back, by lead, as `told_of_all` wrote them; what cannot be read is left out."""
    found: dict[UUID, tuple[str, dict[str, str]]] = {}
    for name, value in form.items():
        if name.startswith(UNDO_ROW):
            fields = dict(parse_qsl(value, keep_blank_values=True))
            try:
                found[UUID(name.removeprefix(UNDO_ROW))] = (fields.pop("act"), fields)
            except (ValueError, KeyError):
                continue
    return found


def _undo_fields(done: Sequence[Result]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for result in done:
        if result.toast and result.toast.action:
            act = result.toast.action.rpartition("/")[2]
            fields[f"{UNDO_ROW}{result.lead_id}"] = urlencode({"act": act, **result.toast.fields})
    return fields


def _words(name: str, done: Sequence[Result], people: People) -> str:
    leads, (first, *_) = counted(len(done), "lead"), (result.done for result in done)
    be = "is" if len(done) == 1 else "are"
    after = first.after if first else None
    assert after is not None, "only rows that were acted on are spoken of"
    if name in ("assign", "claim"):
        owners = {result.done.after.assigned_to for result in done if result.done}
        owner = people.find(after.assigned_to)
        if len(owners) > 1:
            return f"{leads} {be} given out."
        if owner is None:
            return f"Nobody has {leads} now."
        return f"{leads} {be} {'yours' if owner.is_you else f'with {owner.name}'} now."
    plain = {
        "status": f"{leads} {be} {after.status} now.",
        "priority": f"{leads} {be} {'first in every list' if after.priority_flag else 'no priority any more'}.",
        "spam": f"{leads} {be} set aside as spam.",
        "delete": f"{leads} {be} deleted. The history is kept.",
        "notes": f"The note is with {leads}.",
    }
    return plain.get(name, f"{leads} {be} done.")
