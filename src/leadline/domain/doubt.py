"""What makes a posting doubtful although it can be read: links, a honeypot, haste. Doubt keeps it for a manager, never in the bin."""

import re
from dataclasses import dataclass
from datetime import datetime

from leadline.domain.errors import Fault
from leadline.domain.forms import SpamSettings
from leadline.domain.intake import Outcome
from leadline.domain.submission import Submission

_link = re.compile(r"https?://|\bwww\.|\[url|\bhref\s*=", re.IGNORECASE)
# Where a person writes in their own words. A company's website is a link too.
_WRITTEN = ("message", "current_solution", "company_name", "contact_name")


@dataclass(frozen=True, slots=True)
class Sent:
    """How a form of ours came: what stood in its honeypot, and when its token says that it was opened (None: no good token).
    `others` are reasons that somebody else found."""

    honeypot: str
    opened_at: datetime | None
    received_at: datetime
    others: tuple[str, ...] = ()


def link_doubt(submission: Submission, spam: SpamSettings) -> Fault | None:
    """Whether the texts hold more links than this endpoint takes."""
    if spam.links_max is None:
        return None
    number = sum(len(_link.findall(getattr(submission, name) or "")) for name in _WRITTEN)
    return Fault("", f"The texts have {number} links, more than {spam.links_max}.") if number > spam.links_max else None


def form_doubts(sent: Sent, spam: SpamSettings) -> tuple[Outcome, list[Fault]]:
    """What a posting of our own form comes to where there is a reason to doubt it, with the reasons; none, and it is a lead."""
    reasons = list(sent.others)
    is_trapped = spam.honeypot and bool(sent.honeypot.strip())
    if is_trapped:
        reasons.insert(0, "A field was filled in that no person sees.")
    if spam.seconds_min and sent.opened_at is None:
        reasons.append("It came without the mark of an opened form, so that nobody knows how long filling it in took.")
    elif spam.seconds_min and sent.opened_at is not None:
        seconds = (sent.received_at - sent.opened_at).total_seconds()
        if seconds < spam.seconds_min:
            reasons.append(
                f"It was filled in within {max(seconds, 0):.1f} seconds; a person needs at least {spam.seconds_min}."
            )
    return "spam" if is_trapped else "quarantined", [Fault("", reason) for reason in reasons]
