"""Slack messages as Block Kit, within Slack's limits. Whatever a stranger wrote stays text: no mention, no link, no markup."""

from collections.abc import Iterable
from typing import Any

from leadline.channels import words
from leadline.domain.cards import CARD_UPDATE
from leadline.domain.lead_edits import etag
from leadline.domain.leads import Lead, is_open
from leadline.domain.lifecycle import REASONS
from leadline.domain.users import User
from leadline.ports.channels import Content, Occasion, PermanentFault

# What the buttons are called in an interaction, and what they ask for.
CLAIM, CONTACTED, DISQUALIFY = "claim", "contacted", "disqualify"
ABOUT_A_LEAD = ("hot_lead_alert", "lead_assigned", "lead_waiting", CARD_UPDATE)
NOTICES = ("mapping_drift", "endpoint_silent")

TEST_WORDS = "This is a test of Leadline: messages arrive here."

# Slack takes 3,000 and 2,000, but a whole message only up to about 13,000, where nothing is said of it.
SECTION_MAX = 2_800
FIELD_MAX = 1_000
FALLBACK_MAX = 3_000


def content_of(occasion: Occasion, *, has_buttons: bool) -> Content:
    """The message of an occasion. Raises PermanentFault for one that Slack has no words for."""
    name = occasion.notification.template_name
    if name in ABOUT_A_LEAD:
        return _about_lead(occasion, words.lead_of(occasion), has_buttons=has_buttons)
    if name in NOTICES:
        row = occasion.notification
        title = words.line(row.subject or "Something about an endpoint wants a look")
        body = words.prose(row.body or "An endpoint is not as it was.")
        link = _link(f"{occasion.origin}/quarantine", "See what came in")
        return _message(title, [_section(f"*{escaped(title)}*\n{escaped(body)}\n{link}")], body)
    if name == "test":
        return _message(TEST_WORDS, [_section(TEST_WORDS)], TEST_WORDS)
    if name == "digest":
        return _digest(occasion)
    raise PermanentFault(f"{name} is not sent to Slack")


def escaped(text: str) -> str:
    """Slack's three characters. Without an angle bracket nothing is a mention, a command or a link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _about_lead(occasion: Occasion, lead: Lead, *, has_buttons: bool) -> Content:
    name = occasion.notification.template_name
    if lead.is_deleted or lead.is_spam:
        return _about_gone(lead)
    title = "" if name == CARD_UPDATE else words.headline(name, lead)
    title = title or f"{words.who(lead)}, {lead.category}, score {lead.lead_score}"
    below = _standing(lead, occasion.facts.get("owner")) if name == CARD_UPDATE else escaped(words.subline(name, lead))
    blocks = [_section(f"*{escaped(title)}*\n{_mention(occasion.user)}{below}", FIELD_MAX)]
    if given := words.answers(lead):
        blocks.append(
            {
                "type": "section",
                "fields": [_mrkdwn(f"*{label}*\n{escaped(value)}", FIELD_MAX) for label, value in given],
            }
        )
    if lead.message:
        blocks.append(_section(_quoted(words.prose(lead.message, 1_000))))
    reasons = _reasons(lead)
    blocks.append(_section(f"*Why {lead.category}, {lead.lead_score} points*\n{escaped(reasons)}"))
    if has_buttons and is_open(lead):
        blocks.append(_buttons(lead))
    link = f"{occasion.origin}/leads/{lead.id}"
    blocks.append({"type": "context", "elements": [_mrkdwn(_link(link, "Open the lead"), FIELD_MAX)]})
    content = _message(title, blocks, f"{title}\n{reasons}\n{link}")
    return Content(content.subject, content.body, {**content.parts, "is_card": True})


def _digest(occasion: Occasion) -> Content:
    """The leads that were gathered for somebody, or that came in a burst: then each names whom it is for."""
    leads: list[Lead] = list(occasion.facts.get("leads", ()))
    count = f"{len(leads)} {'lead' if len(leads) == 1 else 'leads'}"
    title = f"{count} since your last summary" if occasion.user else f"{count} at once"
    rows = [
        f"{'' if occasion.user else ''.join(map(_mention, occasion.facts.get('people', {}).get(lead.id, ())))}"
        f"{_link(f'{occasion.origin}/leads/{lead.id}', f'{lead.category}, {lead.lead_score}')} {escaped(words.who(lead))}"
        for lead in leads[: words.DIGEST_MAX]
    ]
    if len(leads) > words.DIGEST_MAX:
        rows.append(_link(f"{occasion.origin}/", f"And {len(leads) - words.DIGEST_MAX} more"))
    blocks = [_section(f"{_mention(occasion.user)}*{title}*"), *(_section(row) for row in rows)]
    return _message(title, blocks, title)


def _about_gone(lead: Lead) -> Content:
    """A card whose lead was deleted or is spam says nothing of it any more, and has no buttons."""
    title = "This lead was deleted." if lead.is_deleted else "This lead turned out to be spam."
    content = _message(title, [_section(title)], title)
    return Content(content.subject, content.body, {**content.parts, "is_card": True})


def _message(title: str, blocks: list[dict[str, Any]], body: str) -> Content:
    """`text` is what a phone shows, and whoever cannot show blocks."""
    fallback = words.clipped(escaped(title), FALLBACK_MAX)
    return Content(title, body, {"text": fallback, "blocks": blocks})


def _buttons(lead: Lead) -> dict[str, Any]:
    """They carry the lead and the mark of what the reader saw, so that a click on a card that is no longer true is refused.
    A choice has no room for both in its value: the block has them."""
    value = f"{lead.id}/{etag(lead)}"
    elements: list[dict[str, Any]] = []
    if lead.assigned_to is None:
        elements.append(_button(CLAIM, "Claim", value))
    if lead.status == "New":
        elements.append(_button(CONTACTED, "Contacted", value))
    elements[:1] = [{**button, "style": "primary"} for button in elements[:1]]
    choice = {"type": "static_select", "action_id": DISQUALIFY, "placeholder": _plain("Disqualify")}
    reasons = [reason for reason in REASONS if reason != "other"]
    options = [{"text": _plain(reason.replace("_", " ").capitalize()), "value": reason} for reason in reasons]
    return {"type": "actions", "block_id": value, "elements": [*elements, {**choice, "options": options}]}


def _button(action: str, text: str, value: str) -> dict[str, Any]:
    return {"type": "button", "action_id": action, "text": _plain(text), "value": value}


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def _standing(lead: Lead, owner: str | None) -> str:
    whose = f"owned by {escaped(words.line(owner, 80))}" if owner else "without an owner"
    return f"{lead.status}, {whose}."


def _reasons(lead: Lead) -> str:
    found: Iterable[str] = (f"{r.points} {r.label}{f': {r.answer}' if r.answer else ''}" for r in words.reasons(lead))
    return "\n".join(found) or "No answer gave points."


def _mention(user: User | None) -> str:
    """Only an id of Slack's own making may become a mention."""
    slack_id = user.slack_user_id if user else None
    return f"<@{slack_id}> " if slack_id and slack_id.isascii() and slack_id.isalnum() else ""


def _link(url: str, text: str) -> str:
    return f"<{url}|{text}>"


def _quoted(text: str) -> str:
    return "\n".join(f"> {escaped(line)}" for line in text.split("\n"))


def _section(text: str, most: int = SECTION_MAX) -> dict[str, Any]:
    return {"type": "section", "text": _mrkdwn(text, most)}


def _mrkdwn(text: str, most: int) -> dict[str, Any]:
    """`verbatim` keeps Slack from making links and mentions of bare words."""
    return {"type": "mrkdwn", "text": words.clipped(text, most), "verbatim": True}
