"""Our own form as its page, its script and the snippets show it."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from html import escape
from typing import Any, Literal

from leadline.domain.answers import MULTILINE, WIDTHS
from leadline.domain.endpoints import Endpoint
from leadline.domain.errors import Fault
from leadline.domain.forms import Form, Question
from leadline.domain.leads import COMPANY_SIZES
from leadline.sources.form import CONSENT, HONEYPOT

Kind = Literal["email", "tel", "text", "area", "choice"]
_KINDS: Mapping[str, Kind] = {"email": "email", "phone": "tel"}
_AUTOCOMPLETE = {
    "email": "email",
    "phone": "tel",
    "contact_name": "name",
    "first_name": "given-name",
    "last_name": "family-name",
    "company_name": "organization",
    "company_website": "url",
}
_MISSING = "is required"


@dataclass(frozen=True, slots=True)
class Input:
    """One question with what was typed, and what is wrong with it."""

    name: str
    label: str
    required: bool
    kind: Kind
    autocomplete: str
    width: int
    options: tuple[str, ...] = ()
    value: str = ""
    fault: str = ""


def inputs(form: Form, typed: Mapping[str, str], faults: Iterable[Fault]) -> list[Input]:
    """The questions of a form, with what was typed into them before."""
    wrong = said(faults)
    return [_input(question, typed.get(question.name, ""), wrong.get(question.name, "")) for question in form.fields]


def said(faults: Iterable[Fault]) -> dict[str, str]:
    """What is wrong by field, in words for whoever fills in a form."""
    return {fault.pointer.strip("/"): _sentence(fault) for fault in faults}


def _sentence(fault: Fault) -> str:
    if fault.detail == _MISSING:
        return "Please tick this." if fault.pointer == f"/{CONSENT}" else "Please fill this in."
    return f"Please look at this again: it {fault.detail}."


def _input(question: Question, value: str, fault: str) -> Input:
    name = question.name
    options = question.options or (COMPANY_SIZES if name == "company_size" else ())
    kind: Kind = "choice" if options else "area" if name in MULTILINE else _KINDS.get(name, "text")
    if options and value and value not in options:
        options = (*options, value)
    width = WIDTHS.get(name, 255)
    return Input(
        name, question.label, question.required, kind, _AUTOCOMPLETE.get(name, "off"), width, options, value, fault
    )


def described(form: Form, token: str) -> dict[str, Any]:
    """What the script on another site shows a form from."""
    asked = []
    for one in inputs(form, {}, ()):
        shown = asdict(one)
        del shown["value"], shown["fault"]
        asked.append(shown)
    names = ("title", "intro", "button", "consent", "turnstile")
    return {name: getattr(form, name) for name in names} | {"fields": asked, "honeypot": HONEYPOT, "token": token}


def snippets(endpoint: Endpoint, origin: str) -> dict[str, str] | None:
    """What goes into a page of somebody's own site, ready to be copied; None for what is no form of ours."""
    form = endpoint.form
    if form is None:
        return None
    address = escape(origin + endpoint.path)
    script = f'<script src="{escape(origin)}/embed.js" async></script>'
    frame = f'<iframe src="{address}" title="{escape(form.title)}" width="100%" height="760" style="border:0"></iframe>'
    lines = [f'<form action="{address}" method="post" data-leadline>', *map(_plain, inputs(form, {}, ()))]
    lines.append(
        f'  <p hidden><label>Leave this empty <input name="{HONEYPOT}" tabindex="-1" autocomplete="off"></label></p>'
    )
    if form.consent:
        box = f'<input type="checkbox" name="{CONSENT}" value="{escape(form.consent)}" required>'
        lines.append(f"  <p><label>{box} {escape(form.consent)}</label></p>")
    lines += [f"  <button>{escape(form.button)}</button>", "</form>", script]
    link = f'<div data-leadline="{address}"><a href="{address}">{escape(form.title)}</a></div>'
    return {"page": origin + endpoint.path, "iframe": frame, "html": "\n".join(lines), "script": f"{link}\n{script}"}


def _plain(one: Input) -> str:
    needed = " required" if one.required else ""
    if one.kind == "choice":
        options = "".join(f"<option>{escape(option)}</option>" for option in one.options)
        control = f'<select name="{one.name}"{needed}><option value=""></option>{options}</select>'
    elif one.kind == "area":
        control = f'<textarea name="{one.name}" rows="4"{needed}></textarea>'
    else:
        control = f'<input name="{one.name}" type="{one.kind}" autocomplete="{one.autocomplete}"{needed}>'
    return f"  <p><label>{escape(one.label)} {control}</label></p>"
