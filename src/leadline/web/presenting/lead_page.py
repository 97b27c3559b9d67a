"""One lead: what it asked, its facts with where they came from, what is in doubt, and its trail."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import UUID

from leadline.domain.activities import Activity
from leadline.domain.leads import Category, Lead
from leadline.domain.rights import can
from leadline.domain.users import User
from leadline.web.presenting.words import Moment, counted, dated, day, moment

EXTRAS_MAX = 40
VALUE_MAX = 500
_CHANGE_MAX = 120

_EMAIL_WORDS = {"free": "free provider", "disposable": "disposable"}
LABELS = {
    "contact_name": "Contact",
    "email": "E-mail",
    "phone": "Phone",
    "company_name": "Company",
    "company_website": "Website",
    "linkedin_url": "LinkedIn",
    "company_size": "Size",
    "industry": "Industry",
    "company_revenue": "Revenue",
    "current_solution": "Uses today",
    "inquiry_type": "Asked for",
    "budget_timeline": "Timeline",
    "source": "Source",
    "utm_source": "UTM source",
    "utm_medium": "UTM medium",
    "utm_campaign": "Campaign",
    "message": "Message",
}
_ALWAYS = ("contact_name", "email", "phone", "company_name", "company_size", "industry")
_BY_LEAD = frozenset({"lead_created", "duplicate_submission", "engagement"})
_NO_PERSON = {"api_key": "API key", "provider": "", "system": ""}


@dataclass(frozen=True, slots=True)
class Fact:
    """A value under its label; `href` where it leads somewhere, `chip` where nobody gave it."""

    label: str
    value: str | None
    href: str | None = None
    chip: str | None = None


def facts(lead: Lead) -> tuple[Fact, ...]:
    """What is known beside the message, which has a place of its own. Blanks are left out, but for what a rep looks for first."""
    hrefs = {
        "email": mail_link(lead),
        "phone": telephone_link(lead),
        "company_website": safe_link(lead.company_website),
        "linkedin_url": safe_link(lead.linkedin_url),
    }
    found = []
    for name, label in LABELS.items():
        value = None if name == "message" else getattr(lead, name)
        if value or name in _ALWAYS:
            chip = _EMAIL_WORDS.get(lead.email_class) if name == "email" else _origin(lead, name)
            found.append(Fact(label, value, hrefs.get(name), chip))
    return tuple(found)


def mail_link(lead: Lead) -> str:
    """To a letter to the lead. Quoted, so that an address adds no header of its own."""
    return f"mailto:{quote(lead.email, safe='@')}"


def engagement(lead: Lead) -> str:
    """What the lead did by itself; empty where it did nothing yet."""
    replies, visits = lead.email_reply_count, lead.pricing_page_visits
    parts = [
        counted(replies, "e-mail reply", "e-mail replies") if replies else "",
        counted(visits, "pricing page visit") if visits else "",
        "demo video watched" if lead.demo_video_watched else "",
    ]
    return ", ".join(filter(None, parts))


@dataclass(frozen=True, slots=True)
class Other:
    """Another lead of the same address."""

    id: UUID
    title: str
    when: Moment
    status: str
    score: int
    category: Category


def same_address(lead: Lead, found: Iterable[Lead], viewer: User, now: datetime) -> tuple[Other, ...]:
    """The other leads of the address, as far as they are the viewer's to see."""
    return tuple(
        Other(
            other.id,
            other.inquiry_type or other.company_name,
            moment(other.created_at, day(other.created_at.astimezone(now.tzinfo))),
            other.status,
            other.lead_score,
            other.category,
        )
        for other in found
        if other.id != lead.id and can(viewer, "see_lead", other)
    )


def extras(lead: Lead) -> tuple[Fact, ...]:
    """What was sent beside the known fields, and what did not fit them."""
    return tuple(Fact(name, _as_text(value)) for name, value in islice(lead.extra.items(), EXTRAS_MAX))


def safe_link(text: str | None) -> str | None:
    """The address behind a link that a stranger typed, where it is one of the web; None where it could be anything else."""
    if not text or any(c.isspace() or not c.isprintable() for c in text):
        return None
    try:
        scheme = urlsplit(text).scheme.lower()
        parts = urlsplit(text if scheme in ("http", "https") else f"https://{text}")
        is_web = parts.hostname is not None and "." in parts.hostname and parts.username is None and parts.port != 0
        return parts.geturl() if is_web else None
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Doubt:
    """A field that needs a look: what the lead has, and what another posting said, or None for a value that we made."""

    name: str
    label: str
    value: str | None
    other: str | None


def doubts(lead: Lead) -> tuple[Doubt, ...]:
    """Why a lead needs a review: fields that disagree, and values that nobody gave."""
    return tuple(_doubts(lead)) if lead.needs_review else ()


def _doubts(lead: Lead) -> Iterator[Doubt]:
    for name, source in lead.field_sources.items():
        if not isinstance(source, dict):
            continue
        value, label = getattr(lead, name, None), LABELS.get(name, name.replace("_", " ").capitalize())
        if "conflict" in source:
            yield Doubt(name, label, _text(value), _as_text(source["conflict"]))
        elif source.get("source") == "derived":
            yield Doubt(name, label, _text(value), None)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the trail. `kind` is who acted: a person, the lead, or the system. `changes` are the fields of an edit, as
    (label, old, new)."""

    kind: str
    sentence: str
    quote: str | None
    changes: tuple[tuple[str, str, str], ...]
    when: Moment
    by: str


def entries(activities: Iterable[Activity], viewer: User, now: datetime) -> tuple[Entry, ...]:
    """The trail as a page shows it."""
    return tuple(_entry(activity, viewer, now) for activity in activities)


def _entry(activity: Activity, viewer: User, now: datetime) -> Entry:
    kind = "by-lead" if activity.action_type in _BY_LEAD else "by-person" if activity.actor_kind == "user" else ""
    note = _values(activity.new_value).get("note")
    return Entry(
        kind=kind,
        sentence=activity.description,
        quote=str(note) if note else None,
        changes=tuple(_changes(activity)) if activity.action_type == "edited" else (),
        when=dated(activity.created_at, now),
        by=_by(activity, viewer),
    )


def _by(activity: Activity, viewer: User) -> str:
    if activity.user_id is not None and activity.user_id == viewer.id:
        name = "you"
    else:
        name = activity.actor_name or activity.actor_kind.replace("_", " ")
    what = _NO_PERSON.get(activity.actor_kind, "")
    return ", ".join(part for part in (name, what, activity.ip_address) if part)


def _changes(activity: Activity) -> Iterator[tuple[str, str, str]]:
    old = _values(activity.old_value)
    for name, value in _values(activity.new_value).items():
        yield LABELS.get(name, name), _shortened(old.get(name)), _shortened(value)


def _shortened(value: object) -> str:
    text = "nothing" if value is None else _as_text(value)
    return text if len(text) <= _CHANGE_MAX else f"{text[: _CHANGE_MAX - 1]}…"


def _values(text: str | None) -> Mapping[str, Any]:
    try:
        value = json.loads(text or "{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _origin(lead: Lead, name: str) -> str | None:
    source = lead.field_sources.get(name)
    told = source.get("source") if isinstance(source, dict) else None
    return str(told) if told else None


def telephone_link(lead: Lead) -> str | None:
    """Digits only: what is typed beside them belongs to no number. An extension stays for the eye."""
    number = lead.phone_e164 or "".join(c for c in (lead.phone or "").lower().partition("x")[0] if c in "+0123456789")
    return f"tel:{number}" if number else None


def _text(value: object) -> str | None:
    return None if value is None else _as_text(value)


def _as_text(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= VALUE_MAX else f"{text[: VALUE_MAX - 1]}…"
