"""The templates of e-mail: an occasion to subject, text and HTML. Bounded in what goes in and in what comes out."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from jinja2 import PackageLoader, StrictUndefined, TemplateError, TemplateNotFound, select_autoescape
from jinja2.sandbox import ImmutableSandboxedEnvironment

from leadline.channels import words
from leadline.domain.sent_links import SentLinks
from leadline.ports.channels import Occasion, PermanentFault

LETTER_MAX = 60_000
ABOUT_A_LEAD = ("hot_lead_alert", "lead_assigned", "lead_waiting")
WITH_A_LINK = ("invitation", "password_reset")
NOTICES = ("mapping_drift", "endpoint_silent")
TO_LEADS = ("warm_lead_nurture",)

_LINK_IS_NOT_KEPT = "(the link stood in the mail only)"

_templates = ImmutableSandboxedEnvironment(
    loader=PackageLoader("leadline.channels"),
    autoescape=select_autoescape(["html"], default=False),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
    keep_trailing_newline=True,
)
_templates.filters.update(line=words.line, prose=words.prose)


@dataclass(frozen=True, slots=True)
class Signature:
    """Who writes: the name that letters end with, and the postal address below them."""

    name: str
    postal_address: str | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter. `text` is what is sent, `kept` what may be stored of it."""

    subject: str
    text: str
    html: str
    kept: str


def write(occasion: Occasion, signature: Signature, links: SentLinks) -> Letter:
    """The letter of an occasion. Raises PermanentFault for one that no template knows, or that lacks what it speaks of."""
    name = occasion.notification.template_name
    context = _context(occasion, signature, links)
    try:
        first, _, text = _bounded(f"{name}.txt", context).partition("\n")
        html = _bounded(f"{name}.html", context)
    except TemplateNotFound:
        raise PermanentFault(f"there is no letter called {name}") from None
    except TemplateError as error:
        raise PermanentFault(f"{name} cannot be written: {error.message}") from error
    subject = words.line(first.removeprefix("Subject:"))
    letter = Letter(subject, text.strip() + "\n", html, text.strip() + "\n")
    link = context.get("link")
    return replace(letter, kept=letter.text.replace(link, _LINK_IS_NOT_KEPT)) if link else letter


def _bounded(template: str, context: dict[str, Any]) -> str:
    pieces: list[str] = []
    length = 0
    for piece in _templates.get_template(template).generate(context):
        length += len(piece)
        if length > LETTER_MAX:
            raise PermanentFault(f"{template} came out longer than {LETTER_MAX} characters")
        pieces.append(piece)
    return "".join(pieces)


def _context(occasion: Occasion, signature: Signature, links: SentLinks) -> dict[str, Any]:
    row, name = occasion.notification, occasion.notification.template_name
    context: dict[str, Any] = {
        "signature": signature,
        "origin": occasion.origin,
        "user": occasion.user,
        "row": row,
        "words": words,
    }
    if name in ABOUT_A_LEAD or name in TO_LEADS:
        context["lead"] = words.lead_of(occasion)
    if name in TO_LEADS:
        context["unsubscribe"] = links.unsubscribe(row.recipient)
    if name in WITH_A_LINK:
        context["link"] = links.welcome(row.id)
    if name == "digest":
        leads = list(occasion.facts.get("leads", ()))
        context |= {"leads": leads[: words.DIGEST_MAX], "more": max(0, len(leads) - words.DIGEST_MAX)}
    if name in ABOUT_A_LEAD:
        context["came"] = _time(context["lead"].created_at)
    return context


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
