"""What every channel says of a lead: strangers' text made harmless in length and shape, the headline, the answers, the reasons."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from leadline.domain.leads import Lead
from leadline.ports.channels import Occasion, PermanentFault

LINE_MAX = 200
PROSE_MAX = 1500
REASONS_MAX = 8
DIGEST_MAX = 25

_SPACE = re.compile(r"\s+")
_LABELS: Mapping[str, str] = {
    "company_size": "Company size",
    "industry": "Industry",
    "inquiry_type": "Inquiry",
    "budget_timeline": "Timeline",
    "email_validation": "E-mail address",
}
_EMAIL_CLASSES = {"business": "business address", "free": "free provider", "disposable": "disposable address"}
# Persian and emoji are written with them.
_JOINERS = "\u200c\u200d"
_WAITING = {"no_capacity": "every rep is full", "no_active_rep": "no rep is active"}


@dataclass(frozen=True, slots=True)
class Reason:
    """What one answer gave to the score."""

    label: str
    answer: str
    points: str


def line(text: object, most: int = LINE_MAX) -> str:
    """A stranger's text on one line: no breaks, no characters that nobody sees or that turn the direction of reading."""
    return clipped(_SPACE.sub(" ", "".join(map(_seen, str(text)))).strip(), most)


def prose(text: object, most: int = PROSE_MAX) -> str:
    """A stranger's text with its paragraphs: each break is kept, but never two blank lines in a row."""
    lines = [line(part, most) for part in str(text).splitlines()]
    return clipped(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip(), most)


def clipped(text: str, most: int) -> str:
    """At most so many characters; what is left out is said by an ellipsis."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _seen(character: str) -> str:
    if character.isspace():
        return " "
    is_hidden = unicodedata.category(character) in ("Cc", "Cf", "Cs") and character not in _JOINERS
    return "" if is_hidden else character


def lead_of(occasion: Occasion) -> Lead:
    """The lead that a message is about. Raises PermanentFault where there is none any more."""
    if occasion.lead is None:
        raise PermanentFault(f"{occasion.notification.template_name} is about a lead, and there is none")
    return occasion.lead


def who(lead: Lead) -> str:
    """Person and company."""
    return f"{line(lead.contact_name, 80)} at {line(lead.company_name, 80)}"


def headline(template: str, lead: Lead) -> str:
    """The one sentence that is read on a locked screen."""
    if template == "hot_lead_alert":
        return f"Hot lead: {who(lead)}, score {lead.lead_score}"
    if template == "lead_waiting":
        return f"Waiting for an owner: {who(lead)}, {lead.category}, score {lead.lead_score}"
    return f"Yours now: {who(lead)}, {lead.category}, score {lead.lead_score}"


def subline(template: str, lead: Lead) -> str:
    """The sentence below: what is asked of the reader."""
    if template == "hot_lead_alert":
        return "Nobody has answered yet. The first to call usually wins."
    if template == "lead_waiting":
        return f"Nobody could take this lead: {_WAITING.get(lead.waiting_reason or '', 'it has no owner')}."
    return "This lead was assigned to you."


def answers(lead: Lead) -> list[tuple[str, str]]:
    """What they said of themselves, in the order a rep wants to know it; what was not said is left out."""
    given = [
        ("Asked for", lead.inquiry_type),
        ("Timeline", lead.budget_timeline),
        ("Uses now", lead.current_solution),
        ("Company size", lead.company_size),
        ("Industry", lead.industry),
        ("E-mail", lead.email),
        ("Phone", lead.phone_e164 or lead.phone),
    ]
    return [(label, line(value)) for label, value in given if value]


def reasons(lead: Lead) -> list[Reason]:
    """Why this score: what gave most comes first, what gave nothing is not said."""
    found = sorted(lead.score_breakdown.items(), key=lambda item: -abs(item[1]))
    return [
        Reason(
            _LABELS.get(group) or line(group.replace("_", " "), 60).capitalize(), _answer(lead, group), f"{points:+d}"
        )
        for group, points in found
        if points
    ][:REASONS_MAX]


def _answer(lead: Lead, group: str) -> str:
    if group == "email_validation":
        return _EMAIL_CLASSES.get(lead.email_class, lead.email_class)
    value = getattr(lead, group, None) if group in _LABELS else None
    return line(value, 80) if value else ""
