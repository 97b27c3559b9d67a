"""Our own form: what it asks and says, where it may stand, and what may be set on it. What a posting comes to is in `doubt`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlsplit

from leadline.domain.answers import FIELDS, WIDTHS
from leadline.domain.errors import Fault

# What a visitor may be asked. Where a lead came from is not for the visitor to say.
ASKABLE: tuple[str, ...] = (
    "first_name",
    "last_name",
    *(name for name in FIELDS if name != "source" and not name.startswith("utm_")),
)
QUESTIONS_MAX = 20
OPTIONS_MAX = 50
ORIGINS_MAX = 20
TEXT_MAX = 200
CONSENT_MAX = 2_000

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_host = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[::1\]").fullmatch


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that a form asks: the answer fills the field of this name. With `options` it is a choice."""

    name: str
    label: str
    required: bool = False
    options: tuple[str, ...] = ()


_ASKED = (
    Question("contact_name", "Your name", True),
    Question("email", "Work e-mail", True),
    Question("company_name", "Company"),
    Question("company_size", "How many people work there?"),
    Question("message", "What can we do for you?"),
)


@dataclass(frozen=True, slots=True)
class Form:
    """What a form shows. `consent` must be ticked where there is one. `origins` are the sites whose scripts may post and that may
    frame it; `redirect_to` takes the place of the page that thanks."""

    title: str = "Talk to us"
    intro: str | None = None
    fields: tuple[Question, ...] = _ASKED
    button: str = "Send"
    consent: str | None = None
    thanks: str = "Thank you. We will be in touch soon."
    redirect_to: str | None = None
    origins: tuple[str, ...] = ()
    turnstile: bool = False

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Form":
        """The form of what `form_faults` found nothing wrong in. What was not said has its default."""
        said = dict(value)
        if "fields" in said:
            said["fields"] = tuple(
                Question(**{**one, "options": tuple(one.get("options", ()))}) for one in said["fields"]
            )
        if "origins" in said:
            said["origins"] = tuple(said["origins"])
        return cls(**said)


_NAMES = frozenset(spec.name for spec in fields(Form))
_LINE_WIDTHS = {"title": TEXT_MAX, "button": 60, "intro": CONSENT_MAX, "consent": CONSENT_MAX, "thanks": CONSENT_MAX}
_MAY_BE_NULL = frozenset({"intro", "consent", "redirect_to"})


def form_faults(value: object) -> list[Fault]:
    """Every fault of what a person wants a form to be."""
    if not isinstance(value, Mapping):
        return [Fault("/form", "must be an object")]
    faults = [Fault(f"/form/{name[:60]}", "is nothing that a form has") for name in value if name not in _NAMES]
    for name, width in _LINE_WIDTHS.items():
        if name in value and not (value[name] is None and name in _MAY_BE_NULL):
            faults += _text_faults(value[name], f"/form/{name}", width)
    if value.get("redirect_to") is not None and not _is_web_address(value["redirect_to"]):
        faults.append(Fault("/form/redirect_to", "must be an https address of at most 500 characters"))
    if not isinstance(value.get("turnstile", False), bool):
        faults.append(Fault("/form/turnstile", "must be true or false"))
    return faults + _question_faults(value.get("fields", [])) * ("fields" in value) + _origin_faults(value)


def _question_faults(questions: object) -> list[Fault]:
    if not isinstance(questions, list) or not 0 < len(questions) <= QUESTIONS_MAX:
        return [Fault("/form/fields", f"must be a list of 1 to {QUESTIONS_MAX} fields")]
    faults: list[Fault] = []
    names: set[object] = set()
    for position, one in enumerate(questions):
        pointer = f"/form/fields/{position}"
        if not isinstance(one, Mapping) or not {"name", "label"} <= one.keys() <= {
            "name",
            "label",
            "required",
            "options",
        }:
            faults.append(Fault(pointer, "must be an object with name, label, and perhaps required and options"))
            continue
        if not isinstance(one["name"], str) or one["name"] not in ASKABLE:
            faults.append(Fault(f"{pointer}/name", f"must be one of {', '.join(ASKABLE)}"))
        elif one["name"] in names:
            faults.append(Fault(f"{pointer}/name", "is asked for twice"))
        names.add(one["name"] if isinstance(one["name"], str) else None)
        faults += _text_faults(one["label"], f"{pointer}/label", TEXT_MAX)
        if not isinstance(one.get("required", False), bool):
            faults.append(Fault(f"{pointer}/required", "must be true or false"))
        faults += _option_faults(one, pointer)
    if not any(
        isinstance(one, Mapping) and one.get("name") == "email" and one.get("required") is True for one in questions
    ):
        faults.append(
            Fault("/form/fields", "must ask for the e-mail address, and require it: nothing is a lead without one")
        )
    return faults


def _option_faults(question: Mapping[str, Any], pointer: str) -> list[Fault]:
    options, name = question.get("options", []), question["name"]
    if not isinstance(options, list) or len(options) > OPTIONS_MAX:
        return [Fault(f"{pointer}/options", f"must be a list of at most {OPTIONS_MAX} texts")]
    width = WIDTHS.get(name, TEXT_MAX) if isinstance(name, str) else TEXT_MAX
    return [
        fault
        for n, option in enumerate(options)
        for fault in _text_faults(option, f"{pointer}/options/{n}", min(width, TEXT_MAX))
    ]


def _origin_faults(form: Mapping[str, Any]) -> list[Fault]:
    origins = form.get("origins", [])
    if not isinstance(origins, list) or len(origins) > ORIGINS_MAX:
        return [Fault("/form/origins", f"must be a list of at most {ORIGINS_MAX} origins")]
    return [
        Fault(f"/form/origins/{n}", "must be an origin such as https://www.company.com: no path, in lower case")
        for n, origin in enumerate(origins)
        if not is_origin(origin)
    ]


def is_origin(value: object) -> bool:
    """Whether this is an origin as browsers write one. http only on the machine itself, to try things."""
    if not isinstance(value, str) or len(value) > 300 or not value.isascii():
        return False
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return False
    host = parts.netloc.rpartition(":")[0] if port is not None else parts.netloc
    if not _host(host) or value != f"{parts.scheme}://{parts.netloc}":
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)


def _is_web_address(value: object) -> bool:
    if not isinstance(value, str) or len(value) > 500 or not value.isascii() or not value.isprintable() or " " in value:
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return is_origin(f"{parts.scheme}://{parts.netloc}") and "\\" not in value


def _text_faults(value: object, pointer: str, width: int) -> list[Fault]:
    lines = value.split("\n") if isinstance(value, str) else []
    if not isinstance(value, str) or not value.strip() or len(value) > width or not all(map(str.isprintable, lines)):
        return [Fault(pointer, f"must be a text of 1 to {width} printable characters")]
    return []


@dataclass(frozen=True, slots=True)
class SpamSettings:
    """What makes a posting doubtful. `links_max` is for every provider; a honeypot and a time are there only in a form of ours."""

    honeypot: bool = False
    seconds_min: int = 0
    links_max: int | None = None

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "SpamSettings":
        """The settings of what `spam_faults` found nothing wrong in."""
        return cls(**value)


FORM_SPAM = SpamSettings(honeypot=True, seconds_min=3, links_max=3)
SECONDS_MIN_MAX = 60
LINKS_MAX_MAX = 100


def spam_faults(value: object, *, is_form: bool) -> list[Fault]:
    """Every fault of spam settings, for an endpoint that is a form of ours or not."""
    if not isinstance(value, Mapping):
        return [Fault("/spam", "must be an object")]
    known = [spec.name for spec in fields(SpamSettings)] if is_form else ["links_max"]
    faults = [
        Fault(f"/spam/{name[:60]}", f"cannot be set here: {', '.join(known)} can")
        for name in value
        if name not in known
    ]
    if not isinstance(value.get("honeypot", True), bool):
        faults.append(Fault("/spam/honeypot", "must be true or false"))
    if not _is_count(value.get("seconds_min", 0), SECONDS_MIN_MAX):
        faults.append(Fault("/spam/seconds_min", f"must be a number from 0 to {SECONDS_MIN_MAX}"))
    if value.get("links_max") is not None and not _is_count(value["links_max"], LINKS_MAX_MAX):
        faults.append(Fault("/spam/links_max", f"must be a number from 0 to {LINKS_MAX_MAX}, or null for no limit"))
    return faults


def _is_count(value: object, most: int) -> bool:
    return type(value) is int and 0 <= value <= most
