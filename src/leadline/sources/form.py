"""Our own form: what it sends beside its answers, and the answers without that. Nobody signs it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from leadline.domain.answers import as_text
from leadline.sources import Delivery, HookPost, NotALead, generic

TOKEN, HONEYPOT, TURNSTILE, CONSENT = "ll_token", "ll_homepage", "cf-turnstile-response", "consent"
# What is about the sending and no answer.
_MARKS = frozenset({TOKEN, HONEYPOT, TURNSTILE})
# Where a visitor came from, as a form carries it along; more than the fields that a lead has for it.
CAME_FROM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "referrer", "landing_page")


def verify(delivery: Delivery, secrets: Sequence[str], now: datetime) -> bool:
    """Never: a visitor has no secret."""
    return False


def read(body: bytes) -> HookPost:
    """The answers in a body, form-encoded or JSON. Raises NotALead where there are none."""
    post = generic.read(body)
    answers = {label: value for label, value in post.fields.items() if label not in _MARKS}
    return replace(post, fields=answers)


def texts_in(body: bytes) -> dict[str, str]:
    """Everything in a body as texts by name, the marks too; nothing for what cannot be read."""
    try:
        return {label: as_text(value) for label, value in generic.read(body).fields.items()}
    except NotALead:
        return {}
